"""Compute: networks, address ranges, NAT, endpoints of services in other networks; the peering with Google's own."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Hold, Minutes, Record, Ref, Refused, Subject, Template
from catalogue.gcp.needs import OPERATIONS, READ_PROJECT, USE_NETWORK
from catalogue.gcp.projects import api
from catalogue.needs import needs
from catalogue.rules import matches
from catalogue.wire import Properties, as_list, as_map, as_text, at_path, reveal

NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
GLOBAL_ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
ADDRESS = "gcp:compute/address:Address"
ROUTER = "gcp:compute/router:Router"
FORWARDING_RULE = "gcp:compute/forwardingRule:ForwardingRule"
CONNECTION = "gcp:servicenetworking/connection:Connection"
CREATED = "2026-01-01T00:00:00.000-08:00"
LINK = "https://www.googleapis.com/compute/v1/"
SERVICE_ATTACHMENT = re.compile(r"projects/[a-z0-9:.-]+/regions/[a-z0-9-]+/serviceAttachments/[a-z0-9-]+")
BY = ("id", "selfLink", "name")
NAMED = AutoName(lower=True)
IS_ON = api("compute")


# The form of most Google names.
name_is_valid = matches(
    "name", "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", '"name" ({value!r}) doesn\'t match regexp "^{form}$"'
)


def network_ref(path: str, hold: Hold = "blocks") -> Ref:
    """A network, by its name, its id or its link."""
    return Ref(path=path, to=(NETWORK,), by=BY, hold=hold)


def subnetwork_ref(path: str) -> Ref:
    """A subnetwork, by its name, its id or its link."""
    return Ref(path=path, to=(SUBNETWORK,), by=BY)


def named(subject: Subject, token: str, value: Any) -> Record | None:
    """Returns a resource by its id, its link or its name."""
    return next((found for by in BY if (found := subject.world.find(token, by, value))), None)


def network_of(subject: Subject, value: str) -> str:
    """Returns the id of the network that a value names."""
    found = named(subject, NETWORK, value)
    return found.id if found else value


def next_address(subject: Subject, cidr: str, taken: int) -> str:
    """Returns an address in a range, by the number of taken ones."""
    return str(ipaddress.IPv4Network(cidr)[2 + taken])


def _self_link(subject: Subject) -> str:
    return f"{LINK}{subject.id}"


def _number_id(subject: Subject) -> str:
    return f"{int(subject.seed.hex(16, 'number'), 16) % 10**19:019d}"


def _ranges(inputs: Properties) -> Iterator[str]:
    if inputs.get("ipCidrRange"):
        yield inputs["ipCidrRange"]
    for secondary in as_list(inputs.get("secondaryIpRanges")):
        yield secondary["ipCidrRange"]
    if inputs.get("purpose") == "VPC_PEERING" and inputs.get("address"):
        yield f"{inputs['address']}/{inputs['prefixLength']}"


def _ranges_are_free(subject: Subject) -> None:
    """No two ranges of a network share an address."""
    network = network_of(subject, subject.inputs["network"])
    for token in (SUBNETWORK, GLOBAL_ADDRESS):
        for other in subject.world.all(token):
            inputs = reveal(other.inputs)
            if (
                other.urn == subject.urn
                or not inputs.get("network")
                or network_of(subject, inputs["network"]) != network
            ):
                continue
            for mine in _ranges(subject.inputs):
                for theirs in _ranges(inputs):
                    if ipaddress.IPv4Network(mine).overlaps(ipaddress.IPv4Network(theirs)):
                        raise Refused(
                            f"Error 400: Invalid IPCidrRange: {mine} conflicts with existing range {theirs} "
                            f"of {other.id}"
                        )


def _used_ranges_stay(subject: Subject) -> None:
    """Google does not remove a range that pods or services use (terraform-provider-google#2570)."""
    kept = {(one["rangeName"], one["ipCidrRange"]) for one in as_list(subject.inputs.get("secondaryIpRanges"))}
    before = {(one["rangeName"], one["ipCidrRange"]) for one in as_list(subject.old_inputs.get("secondaryIpRanges"))}
    gone = {name for name, _ in before - kept}
    for cluster in subject.world.all("gcp:container/cluster:Cluster"):
        policy = as_map(reveal(cluster.inputs).get("ipAllocationPolicy"))
        for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
            if policy.get(key) in gone and reveal(cluster.inputs).get("subnetwork") in (
                subject.id,
                _self_link(subject),
            ):
                raise Refused(
                    f"Error 400: The secondary range '{policy[key]}' of the subnetwork '{subject.id}' is used by "
                    f"'{cluster.id}' (RESOURCE_IN_USE_BY_ANOTHER_RESOURCE)"
                )


def _purpose_is_complete(subject: Subject) -> None:
    inputs = subject.inputs
    if inputs.get("purpose") == "VPC_PEERING" and not (inputs.get("prefixLength") and inputs.get("network")):
        raise Refused("Error 400: an address for VPC_PEERING needs prefixLength and network")


def _internal_address(subject: Subject) -> str:
    subnetwork = subject.world.find(SUBNETWORK, "id", subject.inputs.get("subnetwork"))
    taken = len(subject.world.all(ADDRESS))
    return next_address(subject, reveal(subnetwork.inputs)["ipCidrRange"], taken) if subnetwork else "10.0.0.2"


def _nat_options_fit(subject: Subject) -> None:
    inputs = subject.inputs
    if inputs.get("enableDynamicPortAllocation") and inputs.get("enableEndpointIndependentMapping"):
        raise Refused(
            "Error 400: Endpoint-Independent Mapping and Dynamic Port Allocation cannot be enabled at the same time"
        )


def _target_is_an_attachment(subject: Subject) -> None:
    target = as_text(subject.inputs.get("target"))
    if target and subject.inputs.get("loadBalancingScheme") == "" and not SERVICE_ATTACHMENT.search(target):
        raise Refused(f"Error 400: Invalid value for field 'resource.target': {target!r}")


def _ranges_are_of_the_network(subject: Subject) -> None:
    network = network_of(subject, subject.inputs["network"])
    for name in subject.inputs["reservedPeeringRanges"]:
        found = subject.world.find(GLOBAL_ADDRESS, "name", name)
        if found is None or network_of(subject, reveal(found.inputs)["network"]) != network:
            raise Refused(f"Error 400: range {name} is not allocated in {network}")


def _no_producer_is_left(subject: Subject) -> None:
    """Google holds the connection while services are in it, and for days after the last one was deleted."""
    network = network_of(subject, subject.inputs["network"])
    used = [
        record.id
        for token, path in (
            ("gcp:sql/databaseInstance:DatabaseInstance", "settings.ipConfiguration.privateNetwork"),
            ("gcp:redis/instance:Instance", "authorizedNetwork"),
        )
        for record in subject.world.all(token)
        if network in [network_of(subject, value) for value in at_path(reveal(record.inputs), path)]
    ]
    if used:
        raise Refused(f"Producer services (e.g. CloudSQL) are still using this connection: {', '.join(used)}")
    was_used = subject.world.is_taken("used private services", network)
    if was_used and subject.inputs.get("deletionPolicy") not in ("ABANDON", "REMOVE_PEERING"):
        raise Refused(
            "Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection: they were "
            "deleted, but Google keeps their subnetworks for days; set deletion_policy"
        )


def _no_peering_is_left(subject: Subject) -> None:
    if subject.world.is_taken("left peering", subject.id):
        raise Refused(
            f"Error 400: The network resource '{subject.id}' is already being used by its peering "
            "'servicenetworking-googleapis-com' (RESOURCE_IN_USE_BY_ANOTHER_RESOURCE): its connection was abandoned"
        )


def _left_peering(subject: Subject) -> str:
    return network_of(subject, subject.inputs["network"]) if subject.inputs.get("deletionPolicy") == "ABANDON" else ""


def _regional(kind: str) -> Template:
    return f"projects/{{project}}/regions/{{region}}/{kind}/{{name}}"


ENTRIES = [
    Entry(
        token=NETWORK,
        id="projects/{project}/global/networks/{name}",
        outputs={"selfLink": _self_link, "networkId": _number_id, "numericId": _number_id, "gatewayIpv4": ""},
        defaults={"autoCreateSubnetworks": True, "routingMode": "REGIONAL", "mtu": 1460},
        autoname=NAMED,
        checks=(name_is_valid,),
        admits=(IS_ON,),
        guards=(_no_peering_is_left,),
        not_found="Error 404: The resource '{value}' was not found",
        in_use="Error 400: The network resource '{id}' is already being used",
        taken="Error 409: The resource '{id}' already exists",
        needs=needs("compute.networks.", "get", "create delete update updatePolicy use", OPERATIONS),
        holds=holdings.NETWORK,
        # Transcripts: network, subnet and NAT together 0.5 to 1.5.
        minutes=(Minutes(0.4, 0.2, 0.6, slow=0.6),),
    ),
    Entry(
        token=SUBNETWORK,
        id=_regional("subnetworks"),
        outputs={
            "selfLink": _self_link,
            "creationTimestamp": CREATED,
            "gatewayAddress": lambda subject: str(ipaddress.IPv4Network(subject["ipCidrRange"])[1]),
            "fingerprint": "{seed:11}=",
        },
        defaults={"purpose": "PRIVATE", "stackType": "IPV4_ONLY", "privateIpGoogleAccess": False},
        autoname=NAMED,
        refers=(network_ref("network"),),
        checks=(name_is_valid,),
        admits=(IS_ON, _ranges_are_free, _used_ranges_stay),
        not_found="Error 404: The resource '{value}' was not found",
        in_use="Error 400: The subnetwork resource '{id}' is already being used",
        taken="Error 409: The resource '{id}' already exists",
        needs=needs(
            "compute.subnetworks.",
            "get",
            "create delete update expandIpCidrRange setPrivateIpGoogleAccess use",
            OPERATIONS,
        )
        + needs("compute.networks.", write="get use updatePolicy"),
        holds=holdings.NETWORK,
        minutes=(Minutes(0.3, 0.2, 0.3, slow=0.5),),
    ),
    Entry(
        token=GLOBAL_ADDRESS,
        id="projects/{project}/global/addresses/{name}",
        outputs={"selfLink": _self_link, "creationTimestamp": CREATED},
        defaults={"addressType": "EXTERNAL", "address": "34.120.0.10"},
        autoname=NAMED,
        refers=(network_ref("network"),),
        checks=(name_is_valid, _purpose_is_complete),
        admits=(IS_ON, _ranges_are_free),
        in_use="Error 400: The global address '{id}' is already being used",
        not_found="Error 404: The resource '{value}' was not found",
        needs=needs(
            "compute.globalAddresses.", "get", "create createInternal delete deleteInternal setLabels use", OPERATIONS
        )
        + needs("compute.networks.", write="get use"),
        holds=holdings.NETWORK,
    ),
    Entry(
        token=CONNECTION,
        id=lambda subject: f"{network_of(subject, subject['network']).replace('/', '%2F')}:{subject['service']}",
        outputs={"peering": "servicenetworking-googleapis-com"},
        refers=(network_ref("network"), Ref(path="reservedPeeringRanges", to=(GLOBAL_ADDRESS,), by=("name",))),
        admits=(api("servicenetworking"), _ranges_are_of_the_network),
        guards=(_no_producer_is_left,),
        keeps=lambda subject: (
            [f"peering of {subject.inputs['network']} with Google's services"] if _left_peering(subject) else []
        ),
        retires={"left peering": _left_peering},
        taken="Error 400: Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection. ({id})",
        # The range of the network that Google's services use.
        needs=needs(
            "servicenetworking.",
            "services.get",
            "services.addPeering services.deleteConnection operations.get",
            READ_PROJECT,
        )
        + needs(
            "compute.",
            write="networks.get networks.use networks.addPeering networks.updatePeering networks.removePeering"
            " globalAddresses.list",
        ),
        holds=holdings.NETWORK,
        # Transcripts: 0.4 to 2.
        minutes=(Minutes(0.6, 0.5, 0.3, slow=2),),
    ),
    Entry(
        token=ROUTER,
        id=_regional("routers"),
        outputs={"selfLink": _self_link, "creationTimestamp": CREATED},
        autoname=NAMED,
        refers=(network_ref("network"),),
        checks=(name_is_valid,),
        admits=(IS_ON,),
        needs=needs("compute.routers.", "get", "create delete update use", OPERATIONS)
        + needs("compute.networks.", write="get use updatePolicy"),
        minutes=(Minutes(0.2, 0.2, 0.2, slow=0.3),),
    ),
    Entry(
        token="gcp:compute/routerNat:RouterNat",
        id="{project}/{region}/{router}/{name}",
        defaults={"endpointTypes": ["ENDPOINT_TYPE_VM"], "type": "PUBLIC"},
        autoname=NAMED,
        refers=(Ref(path="router", to=(ROUTER,), by=("name", "id", "selfLink"), hold="owned"),),
        checks=(name_is_valid, _nat_options_fit),
        admits=(IS_ON,),
        # A NAT is a part of its router.
        needs=needs("compute.routers.", "get", "update use", USE_NETWORK, OPERATIONS),
        minutes=(Minutes(0.2, 0.2, 0.2, slow=0.3),),
    ),
    Entry(
        token=ADDRESS,
        id=_regional("addresses"),
        outputs={"selfLink": _self_link, "creationTimestamp": CREATED, "users": []},
        defaults={"addressType": "EXTERNAL", "address": _internal_address},
        autoname=NAMED,
        refers=(network_ref("network"), subnetwork_ref("subnetwork")),
        checks=(name_is_valid,),
        admits=(IS_ON,),
        in_use="Error 400: The address resource '{id}' is already being used",
        needs=needs(
            "compute.addresses.",
            "get",
            "create createInternal delete deleteInternal setLabels use useInternal",
            USE_NETWORK,
            OPERATIONS,
        ),
    ),
    Entry(
        token=FORWARDING_RULE,
        id=_regional("forwardingRules"),
        outputs={
            "selfLink": _self_link,
            "creationTimestamp": CREATED,
            "pscConnectionId": lambda subject: f"1{int(subject.seed.hex(17, 'psc'), 16) % 10**17:017d}",
            "pscConnectionStatus": "ACCEPTED",
            "forwardingRuleId": lambda subject: int(subject.seed.hex(12, "rule"), 16),
            "baseForwardingRule": "",
        },
        autoname=NAMED,
        refers=(
            network_ref("network"),
            subnetwork_ref("subnetwork"),
            Ref(path="ipAddress", to=(ADDRESS,), by=("id", "selfLink", "address")),
        ),
        checks=(name_is_valid, _target_is_an_attachment),
        admits=(IS_ON,),
        # An endpoint of Private Service Connect, to a service in another owner's network.
        needs=needs(
            "compute.forwardingRules.",
            "get",
            "create delete pscCreate pscDelete pscSetLabels pscUpdate setLabels update",
            USE_NETWORK,
            OPERATIONS,
        )
        + needs("compute.", write="addresses.use addresses.useInternal"),
    ),
]
