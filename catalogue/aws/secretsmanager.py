"""Secrets Manager. The name of a deleted secret is free after its recovery window."""

from collections.abc import Iterable

from catalogue import holdings
from catalogue.aws.kms import kms_ref
from catalogue.aws.needs import READ_SECRET
from catalogue.aws.policies import RESOURCE, policy_is_valid, principals_exist
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches, only

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
NAME = "secret name"


def _secret_ref(path: str) -> Ref:
    """A secret by ARN, or by id, which is the ARN too."""
    return Ref(path=path, to=(SECRET,), by=("arn", "name"), hold="owned")


def _version_has_a_value(subject: Subject) -> None:
    given = [key for key in ("secretString", "secretBinary", "secretStringWo") if subject.inputs.get(key)]
    if len(given) != 1:
        raise Refused(
            f"exactly one of secret_string, secret_binary, secret_string_wo must be set, got {given or 'none'}"
        )


def _days(subject: Subject) -> int:
    return subject.inputs.get("recoveryWindowInDays", 30)


def _kept(subject: Subject) -> Iterable[str]:
    if _days(subject):
        yield f"secret {subject['name']}, recoverable for {_days(subject)} days, during which its name is taken"


ENTRIES = [
    Entry(
        token=SECRET,
        id="arn:aws:secretsmanager:{region}:{account}:secret:{name}-{seed:6}",
        outputs={"arn": "{id}"},
        defaults={"recoveryWindowInDays": 30, "description": "", "forceOverwriteReplicaSecret": False},
        autoname=AutoName(unless=("namePrefix",)),
        names={NAME: "{name}"},
        refers=(kms_ref("kmsKeyId"),),
        checks=(
            matches(
                "name",
                r"(?a)[\w/+=.@-]{1,512}",
                "ValidationException: Invalid name '{value}': at most 512 of letters, digits and /_+=.@-",
            ),
            only(
                "recoveryWindowInDays",
                (0, *range(7, 31)),
                "recovery_window_in_days must be 0 or between 7 and 30, got {value}",
            ),
            policy_is_valid("policy", RESOURCE),
        ),
        keeps=_kept,
        retires={NAME: lambda subject: subject["name"] if _days(subject) else ""},
        not_found="ResourceNotFoundException: Secrets Manager can't find the specified secret. ({value})",
        in_use="InvalidRequestException: the secret {id} is in use",
        taken="InvalidRequestException: You can't create this secret because a secret with this name "
        "exists already or is scheduled for deletion: {value}",
        needs=needs(
            "secretsmanager:",
            "GetResourcePolicy",
            "CreateSecret UpdateSecret DeleteSecret TagResource UntagResource",
            READ_SECRET,
        ),
        needs_if={
            # Reading or writing an encrypted secret needs the same right to its key.
            "kmsKeyId": needs("kms:", "Decrypt", "DescribeKey GenerateDataKey")
        },
        # The contents of other secrets are created again.
        holds=lambda name: holdings.RECOVERY if name.endswith("-vault-recovery-secret") else "",
        minutes=(Minutes(0.2, 0.1, 0.1, slow=0.5),),
    ),
    Entry(
        token=VERSION,
        id="{secretId}|{guid}",
        outputs={"arn": "{secretId}", "secretArn": "{secretId}", "versionId": "{guid}"},
        defaults={"versionStages": ["AWSCURRENT"]},
        refers=(_secret_ref("secretId"),),
        checks=(_version_has_a_value,),
        needs=needs("secretsmanager:", "GetSecretValue", "PutSecretValue UpdateSecretVersionStage", READ_SECRET),
    ),
    Entry(
        token="aws:secretsmanager/secretPolicy:SecretPolicy",
        id="{secretArn}",
        refers=(_secret_ref("secretArn"),),
        checks=(policy_is_valid("policy", RESOURCE),),
        admits=(principals_exist("policy"),),
        taken="a second policy for {id} would overwrite the first",
        needs=needs("secretsmanager:", "GetResourcePolicy", "PutResourcePolicy DeleteResourcePolicy", READ_SECRET),
    ),
]
