"""References of other services to IAM roles."""

from catalogue.entry import Ref

ROLE = "aws:iam/role:Role"


def role_ref(path: str) -> Ref:
    """A role by ARN. IAM deletes a role even if a service still uses it."""
    return Ref(
        path=path, to=(ROLE,), by=("arn",), hold="free", ignore=lambda value: ":role/aws-service-role/" in value,
        not_found="InvalidParameterException: The role {value} does not exist or cannot be assumed",
    )  # fmt: skip
