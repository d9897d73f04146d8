"""The AWS provider: one instance, region and tags on every resource, optionally a role to assume."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from settings import AwsSettings


def tags_of(settings: AwsSettings) -> dict[str, str]:
    """Returns the tags of everything in the stack."""
    return {"project": "rasa", "stack": pulumi.get_stack(), **settings.tags}


def aws_provider(settings: AwsSettings) -> aws.Provider:
    """A provider for the stack's region. Credentials come from the environment."""
    role = settings.provider.role_arn
    return aws.Provider(
        "aws",
        region=settings.region,
        default_tags={"tags": tags_of(settings)},
        # Not a dictionary: the SDK writes this as JSON, and would leave the keys in Python's spelling.
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role, session_name=f"pulumi-{pulumi.get_stack()}")]
        if role
        else None,
    )


def aws_account(provider: aws.Provider) -> str:
    """Number of the account that the provider signs in to."""
    return aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider)).account_id
