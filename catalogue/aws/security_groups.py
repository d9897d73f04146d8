"""Security groups and their rules."""

from typing import Any

from catalogue.aws.ec2 import SECURITY_GROUPS, security_groups_ref, vpc_ref
from catalogue.aws.needs import GROUP_RULES, LEFT_BEHIND, RULE, TAGS
from catalogue.entry import AutoName, Entry, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches

SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
OWNER = {"ownerId": "{account}"}


def _vpc_is_given(subject: Subject) -> None:
    """Without a VPC AWS uses the default VPC, which new accounts of an organisation do not have."""
    if not subject.inputs.get("vpcId"):
        raise Refused("VPCIdNotSpecified: No default VPC for this user")


def _rule_is_complete(subject: Subject) -> None:
    """A rule has one source and, unless it is for all protocols, a range of ports."""
    given = [key for key in SOURCES if subject.inputs.get(key) is not None]
    if len(given) != 1:
        raise Refused(
            f"Invalid Attribute Combination: exactly one of [{', '.join(SOURCES)}] must be set, got {given or 'none'}"
        )
    ports = (subject.inputs.get("fromPort"), subject.inputs.get("toPort"))
    if subject.inputs.get("ipProtocol") in ("tcp", "udp"):
        if None in ports:
            raise Refused("MissingParameter: The request must contain the parameters FromPort and ToPort")
        low, high = ports
        if isinstance(low, int) and isinstance(high, int) and not 0 <= low <= high <= 65535:
            raise Refused(f"InvalidParameterValue: Invalid port range: {ports[0]}-{ports[1]}")
    if subject.inputs.get("ipProtocol") == "-1" and ports != (None, None):
        raise Refused("InvalidParameterCombination: from_port and to_port must not be set with ip_protocol -1")


def _same_rule(subject: Subject) -> str:
    source: Any = next((subject.inputs[key] for key in SOURCES if subject.inputs.get(key)), "")
    ports = f"{subject.inputs.get('fromPort')}-{subject.inputs.get('toPort')}"
    return f"{subject['securityGroupId']}, peer: {source}, {subject['ipProtocol']}, ports: {ports}"


def _rule(direction: str) -> Entry:
    return Entry(
        token=f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        id="sgr-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}", "securityGroupRuleId": "{id}"},
        names={f"{direction} rule": _same_rule},
        refers=(
            Ref(path="securityGroupId", to=security_groups_ref("").to, by=security_groups_ref("").by, hold="owned"),
            security_groups_ref("referencedSecurityGroupId"),
        ),
        checks=(_rule_is_complete,),
        taken="InvalidPermission.Duplicate: the specified rule {value} already exists",
        needs=needs("ec2:", "", f"AuthorizeSecurityGroup{direction} RevokeSecurityGroup{direction}", RULE),
    )


ENTRIES = [
    Entry(
        token=SECURITY_GROUPS[0],
        id="sg-{seed:17}",
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}", **OWNER},
        defaults={"description": "Managed by Pulumi", "ingress": [], "egress": [], "revokeRulesOnDelete": False},
        autoname=AutoName(unless=("namePrefix",)),
        names={"security group": "{vpcId}/{name}"},
        refers=(vpc_ref(),),
        checks=(matches("name", "(?!sg-).*", "invalid value for name (cannot begin with sg-): {value}"), _vpc_is_given),
        not_found="InvalidGroup.NotFound: The security group '{value}' does not exist",
        in_use="DependencyViolation: resource {id} has a dependent object",
        taken="InvalidGroup.Duplicate: The security group '{value}' already exists",
        needs=needs("ec2:", "", "CreateSecurityGroup DeleteSecurityGroup", GROUP_RULES, LEFT_BEHIND, TAGS),
    ),
    Entry(
        token=SECURITY_GROUPS[1],
        id=lambda subject: _default_group(subject),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}", "name": "default", **OWNER},
        defaults={"description": "default VPC security group", "ingress": [], "egress": []},
        refers=(vpc_ref("owned"),),
        not_found="InvalidGroup.NotFound: The security group '{value}' does not exist",
        needs=GROUP_RULES + TAGS,
    ),
    _rule("Ingress"),
    _rule("Egress"),
]


def _default_group(subject: Subject) -> str:
    """Adopting the default group creates nothing: it is the group that came with the VPC."""
    vpc = subject.world.find("aws:ec2/vpc:Vpc", "id", subject.inputs.get("vpcId"))
    return vpc.outputs["defaultSecurityGroupId"] if vpc else "sg-default"
