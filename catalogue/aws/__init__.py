"""`aws`: one file per service, each a list of entries."""

from catalogue.aws import (
    appautoscaling,
    cloudwatch,
    ec2,
    eks,
    elasticache,
    iam,
    kms,
    launch_templates,
    msk,
    rds,
    s3,
    secretsmanager,
    security_groups,
)
from catalogue.aws.provider import INVOKES, config_problems, configure, derived, stays
from catalogue.needs import Needs
from catalogue.package import Package

SERVICES = (
    appautoscaling,
    cloudwatch,
    ec2,
    eks,
    elasticache,
    iam,
    kms,
    launch_templates,
    msk,
    rds,
    s3,
    secretsmanager,
    security_groups,
)

AWS = Package(
    name="aws",
    entries={entry.token: entry for service in SERVICES for entry in service.ENTRIES},
    configure=configure,
    stays=stays,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks=eks.ASKS,
    call_needs={
        "aws:index/getCallerIdentity:getCallerIdentity": Needs(),  # needs no permission
        "aws:eks/getNodeGroups:getNodeGroups": Needs(read=("eks:ListNodegroups",)),
        "aws:eks/getNodeGroup:getNodeGroup": Needs(read=("eks:DescribeNodegroup",)),
    },
    record_minutes=(0.1, 0.5),
)
