"""The platform on AWS: puts the services together and tells each what it needs of the others.

MSK, RDS and ElastiCache take the longest. They wait for subnets and the key only; what they are told of the cluster is
who its pods are, which only their firewall rules use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.cluster import EksCluster
from components.aws.context import ClientGroup, ClientRanges
from components.aws.foundation import Foundation
from components.aws.identity import (
    Binding,
    IdentitySpec,
    IrsaBinding,
    NoBinding,
    PodIdentityBinding,
    workload_identity,
)
from components.aws.policy import Allow
from components.aws.services import AwsServices
from components.aws.vault_seal import KmsVaultSeal
from components.connections import (
    AssistantConnections,
    ClusterConnection,
    ExistingDatabases,
    PostgresConnection,
    VaultSeal,
    WorkloadIdentity,
)
from components.existing import existing_cluster
from components.services import Services
from settings import (
    AwsSettings,
    CreateEks,
    CreateVault,
    ExistingAwsCluster,
    ExistingVault,
    Irsa,
    KubernetesSecrets,
    NoIdentity,
    PodIdentity,
)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster as the rest of the platform sees it: who its pods are, and how they get an identity."""

    connection: ClusterConnection
    address: pulumi.Output[str]
    pods: ClientGroup | ClientRanges
    binding: Binding


class AwsPlatform(pulumi.ComponentResource):
    """Fulfils `components.platform.Platform`. Needs instances of the providers `aws` and `random`."""

    def __init__(self, name: str, settings: AwsSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Platform", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        foundation = Foundation(name, settings, self)
        cluster = self._cluster(name, settings, foundation)
        made = AwsServices(name, settings, foundation, cluster.pods, self)
        services = Services(
            tracker_store=made.tracker_store(),
            lock_store=made.lock_store(),
            event_queue=made.event_queue(),
            model_storage=made.model_storage(),
        )

        def identity(namespace: str, service_account: str, rights: tuple[Allow, ...] | None) -> WorkloadIdentity:
            # Every right is given to the role itself: one without rights would be of no use.
            spec = IdentitySpec(
                binding=cluster.binding, namespace=namespace, service_account=service_account, rights=rights or ()
            )
            return workload_identity(f"{name}-{namespace}-{service_account}", spec, opts=self._child)

        self.cluster: ClusterConnection = cluster.connection
        self.tracker_store: PostgresConnection | ExistingDatabases = services.tracker_store.connection
        self.vault_seal: VaultSeal | None = self._vault_seal(name, settings, foundation, cluster.binding)
        self.assistants: Mapping[str, AssistantConnections] = services.connections(settings.assistants, identity)
        self.services: Mapping[str, pulumi.Output[str]] = {
            **({"network": foundation.network.vpc_id} if settings.in_network else {}),
            "cluster": cluster.address,
            **services.addresses(),
        }
        self.register_outputs({"services": dict(self.services)})

    def _cluster(self, name: str, settings: AwsSettings, foundation: Foundation) -> Cluster:
        match settings.cluster:
            case CreateEks() as chosen:
                made = EksCluster(
                    f"{name}-cluster",
                    settings=chosen,
                    context=foundation.context,
                    secrets_key=foundation.key_arn,
                    subnet_ids=foundation.network.private_subnet_ids,
                    networks=foundation.network.private_networks,
                    egress=foundation.network.egress,
                    role_arn=settings.provider.role_arn or "",
                    opts=self._child,
                )
                return Cluster(
                    connection=made.connection,
                    address=made.endpoint,
                    pods=ClientGroup(group_id=made.security_group_id),
                    binding=PodIdentityBinding(cluster_name=made.name, account=foundation.account),
                )
            case ExistingAwsCluster(security_group_id=group) as chosen:
                connection = existing_cluster(chosen, settings)
                return Cluster(
                    connection=connection,
                    address=connection.name,
                    pods=ClientRanges(networks=chosen.networks)
                    if group is None
                    else ClientGroup(group_id=pulumi.Output.from_input(group)),
                    binding=_binding(chosen, foundation),
                )

    def _vault_seal(
        self, name: str, settings: AwsSettings, foundation: Foundation, binding: Binding
    ) -> VaultSeal | None:
        match settings.secrets_manager:
            case CreateVault() as chosen:
                return KmsVaultSeal(
                    f"{name}-vault",
                    settings=chosen,
                    region=settings.region,
                    account=foundation.account,
                    profile=settings.profile,
                    protect=settings.protect,
                    binding=binding,
                    opts=self._child,
                ).connection
            case ExistingVault() | KubernetesSecrets():
                return None


def _binding(cluster: ExistingAwsCluster, foundation: Foundation) -> Binding:
    match cluster.identity:
        case PodIdentity(cluster_name=name):
            return PodIdentityBinding(cluster_name=pulumi.Output.from_input(name), account=foundation.account)
        case Irsa(issuer=issuer, provider_arn=provider_arn):
            return IrsaBinding(issuer=issuer, provider_arn=provider_arn)
        case NoIdentity():
            return NoBinding()
