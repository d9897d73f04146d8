"""Identity: a service account of the cluster is itself a Google Cloud identity, by Workload Identity Federation.

The service components define its rights. Pods get their tokens from the metadata server of their node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulumi
import pulumi_gcp as gcp

from components.connections import ServiceAccount, WorkloadIdentity

# The addresses of the metadata server, with Dataplane V2 and before it.
METADATA: Final = (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))


@dataclass(frozen=True, kw_only=True)
class BucketRole:
    """A role on a bucket; only for objects below `prefix`, if there is one."""

    bucket: pulumi.Output[str]
    role: str
    prefix: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeyRole:
    """A role on a key, by the key's id."""

    key: pulumi.Output[str]
    role: str


@dataclass(frozen=True, kw_only=True)
class SecretRole:
    """A role on a secret, by the secret's own name in its project."""

    secret: pulumi.Output[str]
    role: str


ResourceRole: TypeAlias = BucketRole | KeyRole | SecretRole


@dataclass(frozen=True, kw_only=True)
class WorkloadPool:
    """The identities of a cluster. `name` is available when they are. `number` is that of the pool's project."""

    name: pulumi.Output[str]
    number: pulumi.Output[str]

    def principal(self, account: ServiceAccount) -> pulumi.Output[str]:
        """Returns the IAM member of a service account. The project's id instead of its number would name nobody."""
        return pulumi.Output.format(
            "principal://iam.googleapis.com/projects/{0}/locations/global/workloadIdentityPools/{1}/subject/ns/{2}/sa/{3}",
            self.number,
            self.name,
            account.namespace,
            account.name,
        )


class FederatedIdentity(pulumi.ComponentResource):
    """Gives one service account exactly these rights. Ends in `connection`."""

    def __init__(
        self,
        name: str,
        *,
        pool: WorkloadPool,
        account: ServiceAccount,
        rights: Sequence[ResourceRole],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:FederatedIdentity", name, {}, opts)
        member = pool.principal(account)
        bindings = [_binding(f"{name}-{right.role.rpartition('.')[2]}", right, member, self) for right in rights]
        self.connection = WorkloadIdentity(
            service_account_annotations={}, pod_labels={}, endpoints=METADATA, ready=tuple(bindings)
        )
        self.register_outputs({"member": member})


def _binding(name: str, right: ResourceRole, member: pulumi.Output[str], parent: pulumi.Resource) -> pulumi.Resource:
    child = pulumi.ResourceOptions(parent=parent)
    match right:
        case BucketRole(bucket=bucket, role=role):
            return gcp.storage.BucketIAMMember(
                name, bucket=bucket, role=role, member=member, condition=_condition(right), opts=child
            )
        case KeyRole(key=key, role=role):
            return gcp.kms.CryptoKeyIAMMember(name, crypto_key_id=key, role=role, member=member, opts=child)
        case SecretRole(secret=secret, role=role):
            return gcp.secretmanager.SecretIamMember(name, secret_id=secret, role=role, member=member, opts=child)


def _condition(role: BucketRole) -> gcp.storage.BucketIAMMemberConditionArgs | None:
    """Returns the condition: only objects of the bucket below the prefix. Lists of names are not objects."""
    if role.prefix is None:
        return None
    objects = pulumi.Output.concat("projects/_/buckets/", role.bucket, "/objects/", role.prefix)
    return gcp.storage.BucketIAMMemberConditionArgs(
        title=f"models below {role.prefix}", expression=pulumi.Output.format('resource.name.startsWith("{0}")', objects)
    )
