"""The AWS provider itself: the account and region of an instance, outputs of all resources, the functions."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from catalogue import sdk
from catalogue.entry import Problem, Refused, Subject, Where
from catalogue.wire import UNKNOWN, Properties, as_list, as_map

ZONES = ("a", "b", "c")
REGION = re.compile(
    r"(af|ap|ca|eu|il|me|mx|sa|us)-(north|south|east|west|central|northeast|southeast|northwest|southwest)-\d"
)


def configure(config: Properties, stack: str) -> Where:
    """A stack has its own account, unless the provider assumes a role: then it is that role's account."""
    account = next(
        (role["roleArn"].split(":")[4] for role in as_list(config.get("assumeRoles")) if role.get("roleArn")), None
    )
    account = account or f"{int(hashlib.sha256(stack.encode()).hexdigest(), 16) % 10**12:012d}"
    if config.get("allowedAccountIds") and account not in config["allowedAccountIds"]:
        raise Refused(f"AWS account ID not allowed: {account}")
    return _in_region(config["region"], account, config)


def _in_region(region: str, account: str, config: Properties) -> Where:
    return Where(
        scopes={"region": f"aws/{account}/{region}", "account": f"aws/{account}", "global": "aws"},
        facts={"region": region, "account": account, "partition": "aws"},
        config=config,
    )


def stays(where: Where, known: Properties) -> Where:
    """Since pulumi-aws 7 a resource's state has a region, and the resource stays there (pulumi-aws#5656)."""
    region = known.get("region")
    return _in_region(region, where.facts["account"], where.config) if region not in (None, UNKNOWN) else where


def config_problems(config: Properties) -> Iterable[Problem]:
    """The real provider needs a region, and the sandbox does too: it reads no environment variable."""
    region = config.get("region")
    if region is None:
        yield "region", "missing region configuration; set aws.Provider(region=...)"
    elif region != UNKNOWN and not REGION.fullmatch(region):
        yield "region", f"invalid AWS Region: {region}"


def derived(subject: Subject) -> Properties:
    """Every regional resource has its region; every taggable one its tags together with the provider's."""
    types = sdk.resource_shape(subject.token).types
    outputs: Properties = {}
    if "region" in types:
        outputs["region"] = subject.where.facts["region"]
    if "tags" in types:
        defaults = as_map(as_map(subject.where.config.get("defaultTags")).get("tags"))
        own = subject.inputs.get("tags")
        outputs["tagsAll"] = UNKNOWN if own == UNKNOWN else {**defaults, **as_map(own)}
    return outputs


def caller_identity(_args: Properties, where: Where) -> Properties:
    """`aws.get_caller_identity`: the deployer, as a session of an assumed role."""
    account = where.facts["account"]
    return {
        "accountId": account,
        "arn": f"arn:aws:sts::{account}:assumed-role/sandbox-deployer/pulumi",
        "userId": "AROASANDBOXDEPLOYER00:pulumi",
        "id": account,
    }


def region(args: Properties, where: Where) -> Properties:
    """`aws.get_region`."""
    name = args.get("region") or where.facts["region"]
    return {"id": name, "name": name, "region": name, "endpoint": f"ec2.{name}.amazonaws.com", "description": name}


def partition(_args: Properties, _where: Where) -> Properties:
    """`aws.get_partition`."""
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def availability_zones(_args: Properties, where: Where) -> Properties:
    """`aws.get_availability_zones`: every region of the sandbox has three zones."""
    region = where.facts["region"]
    short = "".join(part[0] for part in region.split("-")[1:-1])
    prefix = f"{region.split('-')[0]}{short}{region.rsplit('-', 1)[1]}"
    return {
        "id": region,
        "region": region,
        "names": [f"{region}{zone}" for zone in ZONES],
        "zoneIds": [f"{prefix}-az{index}" for index in range(1, len(ZONES) + 1)],
        "groupNames": [f"{region}-zg-1"],
    }


def policy_document(args: Properties, _where: Where) -> Properties:
    """`aws.iam.get_policy_document`: real policy JSON, single values as strings, as AWS writes them."""
    statements = [_statement(statement) for statement in as_list(args.get("statements"))]
    document: Properties = {"Version": args.get("version") or "2012-10-17"}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    identifier = str(int(hashlib.sha256(text.encode()).hexdigest()[:8], 16))
    return {**args, "id": identifier, "json": text, "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _statement(given: Properties) -> Properties:
    statement: Properties = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    for source, name in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(source):
            statement[name] = _one_or_many(given[source])
    for source, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(source):
            entries = {entry["type"]: _one_or_many(entry["identifiers"]) for entry in given[source]}
            statement[name] = "*" if entries == {"*": "*"} else entries
    if given.get("conditions"):
        conditions: dict[str, Properties] = {}
        for condition in given["conditions"]:
            conditions.setdefault(condition["test"], {})[condition["variable"]] = _one_or_many(condition["values"])
        statement["Condition"] = conditions
    return statement


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


INVOKES = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": availability_zones,
    "aws:iam/getPolicyDocument:getPolicyDocument": policy_document,
}
