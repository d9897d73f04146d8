"""`aws`: one file per service, each a list of rows."""

from sandbox.package import Package
from sandbox.packages.aws import (
    cloudwatch, ec2, kms, s3,
)
from sandbox.packages.aws.provider import INVOKES, config_problems, configure, derived

SERVICES = (cloudwatch, ec2, kms, s3)

AWS = Package(
    name="aws",
    rows={row.token: row for service in SERVICES for row in service.ROWS},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
)
