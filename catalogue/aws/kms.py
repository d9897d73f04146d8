"""KMS. A deleted key is only scheduled for deletion. Its data is lost with it, so a destroy reports the key as kept."""

from catalogue import holdings
from catalogue.aws.policies import RESOURCE, policy_is_valid, principals_exist
from catalogue.entry import Entry, Hold, Minutes, Ref, Refused, Subject
from catalogue.needs import needs

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"


def kms_ref(path: str, *, hold: Hold = "free") -> Ref:
    """A key by ARN, id or alias; KMS deletes a key even if something uses it."""
    return Ref(
        path=path,
        to=(KEY, ALIAS),
        by=("arn", "keyId", "name"),
        hold=hold,
        ignore=lambda value: value.startswith("alias/aws/"),
    )


def _window_is_offered(subject: Subject) -> None:
    days = subject.inputs.get("deletionWindowInDays")
    if isinstance(days, int) and not 7 <= days <= 30:
        raise Refused(f"expected deletion_window_in_days to be in the range (7 - 30), got {days}")


def _rotation_is_offered(subject: Subject) -> None:
    days = subject.inputs.get("rotationPeriodInDays")
    if isinstance(days, int) and not 90 <= days <= 2560:
        raise Refused(f"expected rotation_period_in_days to be in the range (90 - 2560), got {days}")
    if days is not None and not subject.inputs.get("enableKeyRotation"):
        raise Refused("rotation_period_in_days needs enable_key_rotation")


def _alias_has_its_form(subject: Subject) -> None:
    name = subject.inputs.get("name")
    if isinstance(name, str) and (not name.startswith("alias/") or name.startswith("alias/aws/")):
        raise Refused(
            f'"name" must begin with \'alias/\' and be comprised of only [a-zA-Z0-9/_-], and not "alias/aws/": {name}'
        )


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
        checks=(_window_is_offered, _rotation_is_offered, policy_is_valid("policy", RESOURCE)),
        admits=(principals_exist("policy"),),
        keeps=lambda subject: [
            f"KMS key {subject.id} ({subject['description'] or 'no description'}), deleted permanently after "
            f"{subject['deletionWindowInDays']} days; until then it can be restored"
        ],
        not_found="NotFoundException: Key '{value}' does not exist",
        needs=needs(
            "kms:",
            read="DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
            write="CreateKey PutKeyPolicy EnableKeyRotation DisableKeyRotation EnableKey DisableKey"
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
        checks=(_alias_has_its_form,),
        not_found="NotFoundException: Alias {value} is not found.",
        taken="AlreadyExistsException: An alias with the name {id} already exists",
        needs=needs("kms:", read="ListAliases", write="CreateAlias UpdateAlias DeleteAlias"),
    ),
]


def _target(subject: Subject) -> dict[str, str]:
    target = subject.inputs["targetKeyId"]
    record = subject.world.find(KEY, "arn", target) or subject.world.find(KEY, "keyId", target)
    return record.outputs if record else {}
