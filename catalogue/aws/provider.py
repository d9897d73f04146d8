"""The AWS provider itself: the account and region of an instance, outputs of all resources, the functions."""

import hashlib
import re
from collections.abc import Iterable

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


INVOKES = {"aws:index/getCallerIdentity:getCallerIdentity": caller_identity}
