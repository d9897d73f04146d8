"""Networks: VNets, their subnets, one change at a time; NAT, firewalls and private endpoints."""

import ipaddress
from typing import Any

from catalogue import holdings
from catalogue.azure.needs import JOIN_SUBNET, NET_STATUS
from catalogue.azure.provider import arm, refers_to, resource_id
from catalogue.entry import Minutes, Ref, Refused, Subject, paths
from catalogue.rules import at, only
from catalogue.wire import UNKNOWN, as_list, as_map

VNET = "azure-native:network:VirtualNetwork"
SUBNET = "azure-native:network:Subnet"
NAT = "azure-native:network:NatGateway"
VNET_ID = resource_id("Microsoft.Network/virtualNetworks", "virtualNetworkName")
# The parts of a service that a private endpoint can connect to.
GROUPS = {
    "Microsoft.Storage/storageAccounts": paths("blob blob_secondary table queue file web dfs"),
    "Microsoft.Cache/redisEnterprise": paths("redisEnterprise"),
    "Microsoft.EventHub/namespaces": paths("namespace"),
    "Microsoft.KeyVault/vaults": paths("vault"),
    "Microsoft.DBforPostgreSQL/flexibleServers": paths("postgresqlServer"),
}
SERVICES = (
    "storage:StorageAccount", "redisenterprise:RedisEnterprise", "eventhub:Namespace", "keyvault:Vault",
    "dbforpostgresql:Server",
)  # fmt: skip


def subnet_ref(path: str) -> Ref:
    """The subnet of a resource: it cannot be deleted before it."""
    return refers_to(path, "network:Subnet")


def subnet_of(subject: Subject, path: str) -> dict[str, Any] | None:
    """Returns the outputs of a resource's subnet; None for one of another subscription."""
    record = subject.world.find(SUBNET, "id", at(subject, path))
    return record.outputs if record else None


def _block(text: Any, what: str) -> ipaddress.IPv4Network | None:
    if not isinstance(text, str) or text == UNKNOWN:
        return None
    try:
        return ipaddress.IPv4Network(text)
    except ValueError as problem:
        raise Refused(
            f"InvalidCIDRNotation: The address prefix {text} in {what} has an invalid CIDR notation"
        ) from problem


def _blocks_are_valid(subject: Subject) -> None:
    for text in as_list(as_map(subject.inputs.get("addressSpace")).get("addressPrefixes")):
        _block(text, "the address space")
    _block(subject.inputs.get("addressPrefix"), "the subnet")


def _subnet_fits(subject: Subject) -> None:
    """A subnet is inside its network, does not overlap with other subnets, and is large enough."""
    vnet = subject.world.find(VNET, "id", subject.fill(VNET_ID))
    block = _block(subject.inputs.get("addressPrefix"), "the subnet")
    if vnet is None or block is None:
        return
    if block.prefixlen > 29:
        raise Refused(f"NetcfgSubnetRangeTooSmall: the subnet {block} is smaller than /29")
    space = [ipaddress.IPv4Network(text) for text in vnet.inputs["addressSpace"]["addressPrefixes"]]
    if not any(block.subnet_of(part) for part in space):
        raise Refused(
            f"NetcfgInvalidSubnet: Subnet '{block}' is not valid in virtual network '{vnet.outputs['name']}'."
        )
    for sibling in subject.world.all(SUBNET):
        same = sibling.id.startswith(f"{vnet.id}/") and sibling.urn != subject.urn
        if same and block.overlaps(ipaddress.IPv4Network(sibling.inputs["addressPrefix"])):
            raise Refused(
                f"NetcfgSubnetRangesOverlap: Subnet '{block}' overlaps with subnet '{sibling.outputs['name']}'"
            )


def _rules_are_apart(subject: Subject) -> None:
    """Priorities are 100 to 4096 and unique for a direction; names are unique."""
    rules = [as_map(rule) for rule in as_list(subject.inputs.get("securityRules"))]
    for rule in rules:
        priority = rule.get("priority")
        if isinstance(priority, int) and not 100 <= priority <= 4096:
            raise Refused(f"SecurityRuleInvalidPriority: {priority} of {rule.get('name')} is not between 100 and 4096")
        for side in ("source", "destination"):
            for what, *keys in (("prefix", "AddressPrefix", "AddressPrefixes"), ("port", "PortRange", "PortRanges")):
                if sum(rule.get(f"{side}{key}") not in (None, []) for key in keys) != 1:
                    raise Refused(
                        f"SecurityRuleParameterContainsUnsupportedValue: {rule.get('name')} needs one {side} {what}"
                    )
    for keys in (("name",), ("direction", "priority")):
        seen = [tuple(rule.get(key) for key in keys) for rule in rules]
        if len(seen) > len(set(seen)):
            raise Refused(f"SecurityRuleConflict: two rules have the same {' and '.join(keys)}")


def _address_is_fit_for_nat(subject: Subject) -> None:
    for part in as_list(subject.inputs.get("publicIpAddresses")):
        record = subject.world.find("azure-native:network:PublicIPAddress", "id", part.get("id"))
        if record and as_map(record.inputs.get("sku")).get("name") != "Standard":
            raise Refused(f"NatGatewayBasicPublicIp: {record.id} must be a Standard public IP address")


def _standard_addresses_are_static(subject: Subject) -> None:
    if at(subject, "sku.name") == "Standard" and subject.inputs.get("publicIPAllocationMethod") != "Static":
        raise Refused("PublicIPAddressWithStandardSkuMustUseStatic: Standard sku publicIp must use Static allocation")


def _public_ip(subject: Subject) -> str | None:
    if subject.inputs.get("publicIPAllocationMethod") != "Static":
        return None
    return ".".join(["20", *(str(int(subject.seed.hex(2, part), 16)) for part in "abc")])


def _group_exists(subject: Subject) -> None:
    for connection in as_list(subject.inputs.get("privateLinkServiceConnections")):
        target = str(connection.get("privateLinkServiceId"))
        kind = "/".join(target.split("/")[6:8])
        for group in as_list(connection.get("groupIds")):
            if group not in GROUPS.get(kind, {group}):
                raise Refused(f"InvalidPrivateLinkServiceConnectionGroupId: {group} is none of {sorted(GROUPS[kind])}")


def _connections_of_the_service(subject: Subject) -> str:
    return f"{at(subject, 'privateLinkServiceConnections.privateLinkServiceId')}/privateEndpointConnections"


def _interfaces(subject: Subject) -> list[dict[str, str]]:
    group = f"/subscriptions/{subject['subscription']}/resourceGroups/{subject['resourceGroupName']}"
    return [{"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{subject['name']}.nic.{subject['guid']}"}]


ENTRIES = [
    arm(
        "network:VirtualNetwork", "Microsoft.Network/virtualNetworks", "virtualNetworkName",
        outputs={"resourceGuid": "{guid}"},
        checks=(_blocks_are_valid,),
        one_at_a_time=VNET_ID,
        more=NET_STATUS,
        holds=holdings.NETWORK,
        minutes=(Minutes(0.2, 0.2, 0.3, slow=0.5),),
    ),
    arm(
        "network:Subnet", "Microsoft.Network/virtualNetworks/subnets", "virtualNetworkName subnetName",
        parent=VNET,
        refers=(
            refers_to("networkSecurityGroup.id", "network:NetworkSecurityGroup"),
            refers_to("natGateway.id", "network:NatGateway"),
        ),
        checks=(_blocks_are_valid,),
        admits=(_subnet_fits,),
        one_at_a_time=VNET_ID,
        in_use="InUseSubnetCannotBeDeleted: Subnet {id} is in use and cannot be deleted.",
        more=f"Network/networkSecurityGroups/join/action Network/natGateways/join/action {NET_STATUS}",
        holds=holdings.NETWORK,
        minutes=(Minutes(0.1, 0.1, 0.2, slow=0.3),),
    ),
    arm(
        "network:NetworkSecurityGroup", "Microsoft.Network/networkSecurityGroups", "networkSecurityGroupName",
        checks=(_rules_are_apart,),
        in_use="InUseNetworkSecurityGroupCannotBeDeleted: Network security group {id} is in use",
        more=NET_STATUS,
    ),
    arm(
        "network:PublicIPAddress", "Microsoft.Network/publicIPAddresses", "publicIpAddressName",
        outputs={"ipAddress": _public_ip},
        checks=(_standard_addresses_are_static,),
        in_use="PublicIPAddressCannotBeDeleted: Public IP address {id} can not be deleted since it is still allocated",
        more=NET_STATUS,
    ),
    arm(
        "network:NatGateway", "Microsoft.Network/natGateways", "natGatewayName",
        refers=(refers_to("publicIpAddresses.id", "network:PublicIPAddress"),),
        checks=(only("zones", ("1", "2", "3"), "InvalidAvailabilityZone: {value}"),),
        admits=(_address_is_fit_for_nat,),
        in_use="InUseNatGatewayCannotBeDeleted: NAT gateway {id} is still used by a subnet",
        more=f"Network/publicIPAddresses/join/action {NET_STATUS}",
        minutes=(Minutes(0.2, 0.2, 0.2, slow=0.5),),
    ),
    arm(
        "network:PrivateEndpoint", "Microsoft.Network/privateEndpoints", "privateEndpointName",
        outputs={"networkInterfaces": _interfaces},
        refers=(
            subnet_ref("subnet.id"),
            refers_to("privateLinkServiceConnections.privateLinkServiceId", *SERVICES, hold="free"),
        ),
        checks=(_group_exists,),
        # A service accepts one new connection at a time.
        one_at_a_time=_connections_of_the_service,
        more=f"{JOIN_SUBNET} {NET_STATUS}",
        # Transcripts: an endpoint and its DNS group together 0.7 to 2.
        minutes=(Minutes(1, 0.5, 0.5, slow=1.6),),
    ),
    arm(
        "network:PrivateDnsZoneGroup", "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "privateEndpointName privateDnsZoneGroupName",
        parent="azure-native:network:PrivateEndpoint",
        refers=(refers_to("privateDnsZoneConfigs.privateDnsZoneId", "privatedns:PrivateZone", hold="free"),),
        more=f"Network/privateDnsZones/join/action Network/privateDnsZones/read {NET_STATUS}",
        minutes=(Minutes(0.2, 0.2, 0.2, slow=0.4),),
    ),
]  # fmt: skip
