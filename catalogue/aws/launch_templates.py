"""EC2 launch templates."""

from catalogue.aws.ec2 import security_groups_ref
from catalogue.aws.kms import kms_ref
from catalogue.aws.needs import TAGS
from catalogue.entry import AutoName, Entry, Subject
from catalogue.needs import needs

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def _next_version(subject: Subject) -> int:
    return int(subject.old_outputs.get("latestVersion", 0)) + 1


ENTRIES = [
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
    )
]
