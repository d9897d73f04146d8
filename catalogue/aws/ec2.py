"""VPC networking: addresses, gateways, routes, endpoints. Security groups are in `security_groups.py`."""

import ipaddress
from typing import Any

from catalogue import holdings
from catalogue.aws.cloudwatch import LOG_GROUP
from catalogue.aws.iam import role_ref
from catalogue.aws.kms import kms_ref
from catalogue.aws.needs import LEFT_BEHIND, PASS_ROLE, PLACE, TAGS
from catalogue.aws.provider import ZONES
from catalogue.entry import AutoName, Entry, Hold, Minutes, Ref, Refused, Rule, Subject
from catalogue.needs import needs
from catalogue.wire import as_list

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
SECURITY_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")


def vpc_ref(hold: Hold = "blocks") -> Ref:
    """The VPC of a resource."""
    return Ref(path="vpcId", to=(VPC,), hold=hold)


def subnets_ref(path: str) -> Ref:
    """Subnets with network interfaces of a resource: they cannot be deleted before it."""
    return Ref(path=path, to=(SUBNET,))


def security_groups_ref(path: str) -> Ref:
    """Security groups of network interfaces, which are deleted earlier. EKS creates one per cluster by itself."""
    return Ref(
        path=path, to=(*SECURITY_GROUPS, "aws:eks/cluster:Cluster", VPC),
        by=("id", "vpcConfig.clusterSecurityGroupId", "defaultSecurityGroupId"),
    )  # fmt: skip


def zones_of(subject: Subject, subnet_ids: list[str]) -> set[str]:
    """Returns the availability zones of some subnets."""
    records = [subject.world.find(SUBNET, "id", subnet) for subnet in subnet_ids]
    return {record.outputs["availabilityZone"] for record in records if record}


def vpc_of(subject: Subject, subnet_id: Any) -> str:
    """Returns the VPC of a subnet."""
    record = subject.world.find(SUBNET, "id", subnet_id)
    return record.outputs["vpcId"] if record else ""


def _block_is_valid(error: str) -> Rule:
    def check(subject: Subject) -> None:
        text = subject.inputs.get("cidrBlock")
        if not isinstance(text, str) or text.count(".") != 3:
            return
        try:
            block = ipaddress.IPv4Network(text)
        except ValueError as problem:
            raise Refused(f'"{text}" is not a valid IPv4 CIDR block: {problem}') from problem
        if not 16 <= block.prefixlen <= 28:
            raise Refused(f"{error}: The CIDR '{text}' is invalid; its netmask must be between /16 and /28.")

    return check


def _subnet_fits(subject: Subject) -> None:
    """A subnet is inside its VPC, does not overlap with other subnets, and is in a zone of the region."""
    block, vpc = (ipaddress.IPv4Network(subject["cidrBlock"]), subject.world.find(VPC, "id", subject.inputs["vpcId"]))
    if vpc and not block.subnet_of(ipaddress.IPv4Network(vpc.outputs["cidrBlock"])):
        raise Refused(f"InvalidSubnet.Range: The CIDR '{block}' is invalid.")
    for sibling in subject.world.all(SUBNET):
        same = sibling.outputs["vpcId"] == subject.inputs["vpcId"] and sibling.urn != subject.urn
        if same and block.overlaps(ipaddress.IPv4Network(sibling.outputs["cidrBlock"])):
            raise Refused(f"InvalidSubnet.Conflict: The CIDR '{block}' conflicts with another subnet")
    zones = [f"{subject['region']}{zone}" for zone in ZONES]
    if subject.inputs.get("availabilityZone", zones[0]) not in zones:
        raise Refused(
            f"InvalidParameterValue: Value ({subject.inputs['availabilityZone']}) for parameter availabilityZone is "
            f"invalid. Subnets can currently only be created in the following availability zones: {', '.join(zones)}."
        )


def _nat_has_its_way_out(subject: Subject) -> None:
    """A public NAT gateway needs an attached internet gateway and, in a zone, its own address."""
    if subject.inputs.get("connectivityType") == "private":
        return
    regional = subject.inputs.get("availabilityMode") == "regional"
    vpc = subject.inputs.get("vpcId") if regional else vpc_of(subject, subject.inputs.get("subnetId"))
    if regional == bool(subject.inputs.get("subnetId")):
        raise Refused(
            "InvalidParameterCombination: a zonal NAT gateway needs a subnet, a regional one needs a VPC and no subnet"
        )
    if not regional and not subject.inputs.get("allocationId"):
        raise Refused("MissingParameter: The request must contain the parameter AllocationId")
    if not any(gateway.outputs.get("vpcId") == vpc for gateway in subject.world.all(GATEWAY)):
        raise Refused(f"Gateway.NotAttached: Network {vpc} has no Internet gateway attached")


def _no_address_is_mapped(subject: Subject) -> None:
    for nat in subject.world.all(NAT):
        if nat.outputs.get("vpcId") == subject.inputs.get("vpcId"):
            raise Refused(
                f"DependencyViolation: Network {subject.inputs['vpcId']} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )


def _endpoint_is_possible(subject: Subject) -> None:
    """The service exists in the region; private DNS needs both DNS attributes of the VPC; one subnet per zone."""
    service = subject.inputs.get("serviceName") or ""
    if not service.startswith((f"com.amazonaws.{subject['region']}.", "aws.api.")):
        raise Refused(f"InvalidServiceName: The Vpc Endpoint Service '{service}' does not exist")
    vpc = subject.world.find(VPC, "id", subject.inputs["vpcId"])
    has_dns = vpc is None or (vpc.outputs["enableDnsSupport"] and vpc.outputs["enableDnsHostnames"])
    if subject.inputs.get("privateDnsEnabled") and not has_dns:
        raise Refused(
            "InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "
            f"attributes set to true for {subject.inputs['vpcId']}"
        )
    subnets = as_list(subject.inputs.get("subnetIds"))
    if len(zones_of(subject, subnets)) < len(subnets):
        raise Refused("DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone")


def _private_dns_name(subject: Subject) -> str:
    shared = subject.inputs.get("privateDnsEnabled") or subject.inputs.get("vpcEndpointType", "Gateway") == "Gateway"
    return f"{subject['vpcId']}/{subject['serviceName']}" if shared else subject.id


def _public_ip(subject: Subject) -> str:
    digits = subject.seed.hex(6, "ip")
    return ".".join(["198", "51", "100", str(int(digits[:2], 16))])


def _nat_address(subject: Subject) -> str | None:
    address = subject.world.find(EIP, "id", subject.inputs.get("allocationId"))
    return address.outputs["publicIp"] if address else None


def _public_dns(subject: Subject) -> str:
    return f"ec2-{subject['publicIp'].replace('.', '-')}.{subject['region']}.compute.amazonaws.com"


def _interfaces(subject: Subject) -> list[str]:
    return [f"eni-{subject.seed.hex(17, subnet)}" for subnet in as_list(subject.inputs.get("subnetIds"))]


def _endpoint_names(subject: Subject) -> list[dict[str, str]]:
    if subject.inputs.get("vpcEndpointType") != "Interface":
        return []
    service = subject.inputs["serviceName"].rsplit(".", 1)[1]
    name = f"{subject.id}-{subject.seed.hex(8)}.{service}.{subject['region']}.vpce.amazonaws.com"
    return [{"dnsName": name, "hostedZoneId": f"Z{subject.seed.hex(13, 'zone').upper()}"}]


def _destination(subject: Subject) -> str:
    keys = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    return f"{subject['routeTableId']}/{next((subject.inputs[key] for key in keys if subject.inputs.get(key)), '')}"


def _next_version(subject: Subject) -> int:
    return int(subject.old_outputs.get("latestVersion", 0)) + 1


OWNER = {"ownerId": "{account}"}

ENTRIES = [
    Entry(
        token=VPC,
        id="vpc-{seed:17}",
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:vpc/{id}",
            "defaultSecurityGroupId": "sg-{seed:17/default}",
            "defaultNetworkAclId": "acl-{seed:17}",
            "defaultRouteTableId": "rtb-{seed:17}",
            "mainRouteTableId": "rtb-{seed:17}",
            "dhcpOptionsId": "dopt-{seed:17}",
            **OWNER,
        },
        defaults={"enableDnsSupport": True, "enableDnsHostnames": False, "instanceTenancy": "default"},
        checks=(_block_is_valid("InvalidVpc.Range"),),
        not_found="InvalidVpcID.NotFound: The vpc ID '{value}' does not exist",
        in_use="DependencyViolation: The vpc '{id}' has dependencies and cannot be deleted.",
        needs=needs(
            "ec2:",
            "DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups",
            "CreateVpc DeleteVpc ModifyVpcAttribute",
            TAGS,
        ),
        holds=holdings.NETWORK,
        # Transcripts of VPC modules: a VPC waits for its DNS settings, other network resources are only records.
        minutes=(Minutes(0.2, 0.2, 0.1, slow=0.5),),
    ),
    Entry(
        token=SUBNET,
        id="subnet-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:subnet/{id}", **OWNER},
        defaults={"availabilityZone": "{region}a", "mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False},
        refers=(vpc_ref(),),
        checks=(_block_is_valid("InvalidSubnet.Range"),),
        admits=(_subnet_fits,),
        not_found="InvalidSubnetID.NotFound: The subnet ID '{value}' does not exist",
        in_use="DependencyViolation: The subnet '{id}' has dependencies and cannot be deleted.",
        needs=needs("ec2:", "DescribeSubnets", "CreateSubnet DeleteSubnet ModifySubnetAttribute", LEFT_BEHIND, TAGS),
        holds=holdings.NETWORK,
        minutes=(Minutes(0.2, 0.1, 0.2, slow=0.5),),
    ),
    Entry(
        token=GATEWAY,
        id="igw-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:internet-gateway/{id}", **OWNER},
        names={"internet gateway of a VPC": "{vpcId}"},
        refers=(vpc_ref(),),
        guards=(_no_address_is_mapped,),
        not_found="InvalidInternetGatewayID.NotFound: The internetGateway ID '{value}' does not exist",
        taken="Resource.AlreadyAssociated: Network {value} already has an internet gateway attached",
        needs=needs(
            "ec2:",
            "DescribeInternetGateways",
            "CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway",
            TAGS,
        ),
        minutes=(Minutes(0.1, 0.1, 0.5, slow=0.5),),
    ),
    Entry(
        token=ROUTE_TABLE,
        id="rtb-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:route-table/{id}", **OWNER},
        defaults={"routes": [], "propagatingVgws": []},
        refers=(vpc_ref(),),
        not_found="InvalidRouteTableID.NotFound: The routeTable ID '{value}' does not exist",
        in_use="DependencyViolation: The routeTable '{id}' has dependencies and cannot be deleted.",
        needs=needs("ec2:", "DescribeRouteTables", "CreateRouteTable DeleteRouteTable DisassociateRouteTable", TAGS),
    ),
    Entry(
        token="aws:ec2/route:Route",
        id="r-{routeTableId}{seed:10}",
        outputs={"origin": "CreateRoute", "state": "active"},
        names={"route": _destination},
        refers=(
            Ref(path="routeTableId", to=(ROUTE_TABLE,), hold="owned"),
            Ref(path="gatewayId", to=(GATEWAY,), hold="free"),
            Ref(path="natGatewayId", to=(NAT,), hold="free"),
            Ref(path="vpcEndpointId", to=(ENDPOINT,), hold="free"),
        ),
        taken="RouteAlreadyExists: The route identified by {value} already exists.",
        needs=needs("ec2:", "DescribeRouteTables", "CreateRoute ReplaceRoute DeleteRoute"),
    ),
    Entry(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        id="rtbassoc-{seed:17}",
        names={"route table of a subnet": "{subnetId}"},
        refers=(Ref(path="routeTableId", to=(ROUTE_TABLE,)), Ref(path="subnetId", to=(SUBNET,), hold="owned")),
        taken="Resource.AlreadyAssociated: the specified association for subnet {value} conflicts with "
        "an existing association",
        needs=needs(
            "ec2:", "DescribeRouteTables", "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation"
        ),
    ),
    Entry(
        token=EIP,
        id="eipalloc-{seed:17}",
        outputs={
            "allocationId": "{id}",
            "arn": "arn:aws:ec2:{region}:{account}:elastic-ip/{id}",
            "publicIp": _public_ip,
            "publicDns": _public_dns,
        },
        defaults={"domain": "vpc", "networkBorderGroup": "{region}", "publicIpv4Pool": "amazon"},
        not_found="InvalidAllocationID.NotFound: The allocation ID '{value}' does not exist",
        in_use="InvalidIPAddress.InUse: Address {id} is in use.",
        needs=needs(
            "ec2:",
            "DescribeAddresses DescribeAddressesAttribute",
            "AllocateAddress ReleaseAddress DisassociateAddress",
            TAGS,
        ),
    ),
    Entry(
        token=NAT,
        id="nat-{seed:17}",
        outputs={
            "networkInterfaceId": "eni-{seed:17}",
            "publicIp": _nat_address,
            "vpcId": lambda subject: subject.inputs.get("vpcId") or vpc_of(subject, subject.inputs.get("subnetId")),
        },
        defaults={"connectivityType": "public", "availabilityMode": "zonal", "privateIp": "10.0.0.4"},
        names={"address of a NAT gateway": lambda subject: subject.inputs.get("allocationId") or subject.id},
        refers=(Ref(path="allocationId", to=(EIP,)), Ref(path="subnetId", to=(SUBNET,)), vpc_ref()),
        admits=(_nat_has_its_way_out,),
        not_found="NatGatewayNotFound: The Nat Gateway {value} was not found",
        taken="Resource.AlreadyAssociated: Elastic IP address [{value}] is already associated",
        needs=needs("ec2:", "DescribeNatGateways", "CreateNatGateway DeleteNatGateway", TAGS),
        # Transcripts: 1 m 24 s to 3 m.
        minutes=(Minutes(2, 0.1, 1, slow=3),),
    ),
    Entry(
        token=ENDPOINT,
        id="vpce-{seed:17}",
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:vpc-endpoint/{id}",
            "state": "available",
            "prefixListId": "pl-{seed:8}",
            "networkInterfaceIds": _interfaces,
            "dnsEntries": _endpoint_names,
            "cidrBlocks": [],
            **OWNER,
        },
        defaults={"vpcEndpointType": "Gateway", "privateDnsEnabled": False, "ipAddressType": "ipv4"},
        names={"private DNS of an endpoint": _private_dns_name},
        refers=(
            vpc_ref(),
            subnets_ref("subnetIds"),
            security_groups_ref("securityGroupIds"),
            Ref(path="routeTableIds", to=(ROUTE_TABLE,), hold="free"),
        ),
        admits=(_endpoint_is_possible,),
        taken="RouteAlreadyExists: the VPC and service {value} have an endpoint with the same routes or "
        "private DNS already",
        needs=needs(
            "ec2:",
            # The provider reads the addresses of an endpoint from its interfaces: internal/service/ec2/vpc_endpoint.go.
            "DescribeVpcEndpoints DescribePrefixLists DescribeNetworkInterfaces",
            "CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints",
            PLACE,
            TAGS,
        )
        + needs("route53:", write="AssociateVPCWithHostedZone"),
        # Transcripts: an interface endpoint creates an address in each zone; a gateway endpoint is a route.
        minutes=(Minutes(1.5, 1, 1.5, slow=5, when=("vpcEndpointType", "Interface")),),
    ),
    Entry(
        token=LAUNCH_TEMPLATE,
        id="lt-{seed:17}",
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:launch-template/{id}",
            "latestVersion": _next_version,
            "defaultVersion": lambda subject: subject.inputs.get("defaultVersion") or _next_version(subject),
        },
        volatile=frozenset({"latestVersion", "defaultVersion"}),
        autoname=AutoName(unless=("namePrefix",)),
        names={"launch template": "{name}"},
        refers=(security_groups_ref("vpcSecurityGroupIds"), kms_ref("blockDeviceMappings.ebs.kmsKeyId")),
        not_found="InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID "
        "{value}, does not exist.",
        taken="InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use: {value}",
        needs=needs(
            "ec2:",
            "DescribeLaunchTemplates DescribeLaunchTemplateVersions",
            "CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate",
            TAGS,
        ),
    ),
    Entry(
        token="aws:ec2/flowLog:FlowLog",
        id="fl-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc-flow-log/{id}"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        refers=(
            vpc_ref("owned"),
            Ref(path="subnetId", to=(SUBNET,), hold="owned"),
            Ref(path="logDestination", to=(LOG_GROUP, "aws:s3/bucket:Bucket"), by=("arn",), hold="free"),
            role_ref("iamRoleArn"),
        ),
        needs=needs("ec2:", "DescribeFlowLogs", "CreateFlowLogs DeleteFlowLogs", PASS_ROLE, TAGS)
        + needs("logs:", write="CreateLogDelivery DeleteLogDelivery"),
    ),
]
