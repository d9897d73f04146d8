"""CloudWatch Logs."""

from catalogue.aws.kms import kms_ref
from catalogue.entry import AutoName, Entry
from catalogue.needs import needs
from catalogue.rules import only

RETENTION_DAYS = (
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


ENTRIES = [
    Entry(
        token=LOG_GROUP,
        id="{name}",
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        defaults={"retentionInDays": 0, "logGroupClass": "STANDARD", "skipDestroy": False},
        autoname=AutoName(unless=("namePrefix",)),
        refers=(kms_ref("kmsKeyId"),),
        checks=(
            only("retentionInDays", RETENTION_DAYS, "expected retention_in_days to be one of {allowed}, got {value}"),
        ),
        keeps=lambda subject: [f"log group {subject.id} (skipDestroy)"] if subject.inputs.get("skipDestroy") else [],
        not_found="ResourceNotFoundException: The specified log group '{value}' does not exist.",
        taken="ResourceAlreadyExistsException: The specified log group already exists: {id}",
        needs=needs(
            "logs:",
            "DescribeLogGroups ListTagsForResource",
            "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey"
            " DisassociateKmsKey TagResource UntagResource",
        ),
    )
]
