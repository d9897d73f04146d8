"""KMS. A deleted key is only scheduled for deletion. Its data is lost with it, so a destroy reports the key as kept."""

from typing import Any

from catalogue import holdings
from catalogue.aws.policies import RESOURCE, policy_is_valid, principals_exist
from catalogue.entry import Entry, Hold, Minutes, Record, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches, only
from catalogue.wire import Properties

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"


def kms_ref(path: str, *, hold: Hold = "free") -> Ref:
    """A key by ARN, id or alias; KMS deletes a key even if something uses it."""
    by = ("arn", "keyId", "name")
    return Ref(path=path, to=(KEY, ALIAS), by=by, hold=hold, ignore=lambda value: value.startswith("alias/aws/"))


def key_of(subject: Subject, value: Any) -> Record | None:
    """Returns a key by its ARN or id."""
    return subject.world.find(KEY, "arn", value) or subject.world.find(KEY, "keyId", value)


def _target(subject: Subject) -> Properties:
    record = key_of(subject, subject.inputs["targetKeyId"])
    return record.outputs if record else {}


def _period_is_used(subject: Subject) -> None:
    if subject.inputs.get("rotationPeriodInDays") is not None and not subject.inputs.get("enableKeyRotation"):
        raise Refused("rotation_period_in_days needs enable_key_rotation")


ENTRIES = [
    Entry(
        token=KEY,
        id="{guid}",
        outputs={"keyId": "{id}", "arn": "arn:aws:kms:{region}:{account}:key/{id}"},
        defaults={
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "keyUsage": "ENCRYPT_DECRYPT",
            "isEnabled": True,
            "enableKeyRotation": False,
            "multiRegion": False,
            "deletionWindowInDays": 30,
            "description": "",
            "policy": '{{"Version":"2012-10-17","Statement":[{{"Sid":"Enable IAM User Permissions","Effect":"Allow",'
            '"Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}',
        },
        checks=(
            only(
                "deletionWindowInDays",
                range(7, 31),
                "expected deletion_window_in_days to be in the range (7 - 30), got {value}",
            ),
            only(
                "rotationPeriodInDays",
                range(90, 2561),
                "expected rotation_period_in_days to be in the range (90 - 2560), got {value}",
            ),
            _period_is_used,
            policy_is_valid("policy", RESOURCE),
        ),
        admits=(principals_exist("policy"),),
        keeps=lambda subject: [
            f"KMS key {subject.id} ({subject['description'] or 'no description'}), deleted permanently after "
            f"{subject['deletionWindowInDays']} days; until then it can be restored"
        ],
        not_found="NotFoundException: Key '{value}' does not exist",
        needs=needs(
            "kms:",
            "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
            "CreateKey PutKeyPolicy EnableKeyRotation DisableKeyRotation EnableKey DisableKey"
            " UpdateKeyDescription ScheduleKeyDeletion TagResource UntagResource",
        ),
        holds=holdings.KEY,
        # The provider waits until the key's policy is the same everywhere.
        minutes=(Minutes(0.2, 0.2, 0.1, slow=0.5),),
    ),
    Entry(
        token=ALIAS,
        id="{name}",
        outputs={
            "arn": "arn:aws:kms:{region}:{account}:{name}",
            "targetKeyArn": lambda subject: _target(subject)["arn"],
            "targetKeyId": lambda subject: _target(subject)["keyId"],
        },
        defaults={"name": "alias/{seed:26}"},
        refers=(Ref(path="targetKeyId", to=(KEY,), by=("arn", "keyId"), hold="owned"),),
        checks=(matches("name", "alias/(?!aws/).*", '"name" must begin with alias/ and not with alias/aws/: {value}'),),
        not_found="NotFoundException: Alias {value} is not found.",
        taken="AlreadyExistsException: An alias with the name {id} already exists",
        needs=needs("kms:", "ListAliases", "CreateAlias UpdateAlias DeleteAlias"),
    ),
]
