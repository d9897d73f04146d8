"""`aws`: one file per service, each a list of rows."""

from sandbox.package import Package
from sandbox.packages.aws import (
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
from sandbox.packages.aws.provider import INVOKES, config_problems, configure, derived

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
    rows={row.token: row for service in SERVICES for row in service.ROWS},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
)
