"""An assistant on the platform: its namespace, databases, secrets, policies, accounts, smoke test and release.

It creates everything in the assistant's namespace. The cloud creates the services behind the connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.artifacts import image_of
from components.connections import AssistantConnections, ClusterConnection, ExistingDatabases, WorkloadIdentity
from components.kubernetes.database import DatabaseServer
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import pods_named
from components.kubernetes.topics import AssistantTopics
from components.kubernetes.vault.server import VaultServer
from components.rasa import names
from components.rasa.credentials import databases_of
from components.rasa.files import ENDPOINTS, INTEGRATIONS, contents, replaced_sections
from components.rasa.network import RasaNetwork
from components.rasa.next_step import next_step
from components.rasa.release import release
from components.rasa.secrets import RasaSecrets
from components.rasa.smoke_test import smoke_test
from components.rasa.values import values
from components.rasa.wiring import Wiring
from settings import Assistant, Profile
from settings.assistant import ANALYTICS_SERVICE_ACCOUNT, SERVICE_ACCOUNT
from settings.company import NO_COMPANY, Company
from settings.secrets_manager import ExistingVault
from settings.stack import Rotation


class RasaAssistant(pulumi.ComponentResource):
    """One Rasa release. Without a model, or before Vault is initialised, everything except the release is created, and
    `next_step` says what is missing.

    `secrets` are the values of `rasa:secrets` by key. `vault` is None if credentials come in a Secret. `endpoints` and
    `values` are the release's, without any secret.
    """

    def __init__(
        self,
        name: str,
        *,
        assistant: Assistant,
        profile: Profile,
        rotation: Rotation,
        secrets: Mapping[str, pulumi.Output[str]],
        connections: AssistantConnections,
        cluster: ClusterConnection,
        tracker_store: DatabaseServer | ExistingDatabases,
        vault: VaultServer | ExistingVault | None,
        company: Company = NO_COMPANY,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:core:Assistant", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = RestrictedNamespace(
            f"{name}-space", assistant.namespace, cluster.pod_security, company=company, opts=child
        )
        databases, connection = databases_of(
            name,
            assistant=assistant,
            namespace=space,
            tracker_store=tracker_store,
            generation=rotation.tracker_store,
            vault=vault,
            secrets=secrets,
            image=image_of(assistant, company.registries),
            opts=child,
        )
        wiring = Wiring(
            assistant=assistant,
            profile=profile,
            pod_security=cluster.pod_security,
            databases=databases,
            connections=connections,
            vault=connection,
            company=company,
            pull_secrets=space.pull_secrets,
        )
        pod_secrets = RasaSecrets(
            f"{name}-secrets",
            wiring=wiring,
            generation=rotation.assistants,
            after=_services_ready(wiring),
            namespace=space.name,
            given=secrets,
            opts=child,
        )
        network = RasaNetwork(f"{name}-network", wiring=wiring, namespace=space, networks=cluster.networks, opts=child)
        accounts = self._accounts(name, wiring, space.name)
        # Pods need all of these, but name none of them.
        topics = self._topics(name, wiring, space)
        ready = (*topics, *network.ready, *accounts, *_services_ready(wiring))

        sections = contents(wiring)
        wired = sections.get(ENDPOINTS) or sections[INTEGRATIONS]
        given = values(wiring, pod_secrets.revision)
        if replaced := replaced_sections(wiring):
            what = f"{', '.join(replaced)} of its files"
            pulumi.log.info(f"{assistant.name}: the stack's services replace {what}", self)
        if connection is None or connection.usable:
            tested = smoke_test(
                f"{name}-smoke-test",
                wiring=wiring,
                namespace=space.name,
                endpoints=wired,
                secrets=pod_secrets,
                after=ready,
                opts=child,
            )
            if wiring.has_model:
                after = [tested.job, *pod_secrets.ready, *ready, *self._disruption_budgets(name, wiring, space.name)]
                release(f"{name}-release", space.name, given, registries=company.registries, after=after, parent=self)

        self.namespace = space.name
        self.endpoints: pulumi.Output[Mapping[str, Any]] = pulumi.Output.from_input(wired)
        self.values: pulumi.Output[Mapping[str, Any]] = pulumi.Output.from_input(given)
        self.next_step = next_step(wiring)
        self.register_outputs(
            {
                "namespace": self.namespace,
                "endpoints": self.endpoints,
                "values": self.values,
                "next_step": self.next_step,
            }
        )

    def _accounts(self, name: str, wiring: Wiring, namespace: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Creates the service accounts. The chart could do that, but the smoke test runs as Rasa before the release."""
        identities: dict[str, WorkloadIdentity | None] = {SERVICE_ACCOUNT: wiring.connections.rasa}
        if wiring.assistant.analytics:
            identities[ANALYTICS_SERVICE_ACCOUNT] = wiring.connections.analytics
        if wiring.action_server is not None:
            identities[names.ACTION_SERVER_SERVICE_ACCOUNT] = None
        if wiring.duckling is not None:
            identities[names.DUCKLING_SERVICE_ACCOUNT] = None
        return [
            kubernetes.core.v1.ServiceAccount(
                f"{name}-account-{account}",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(
                    name=account,
                    namespace=namespace,
                    annotations=dict(identity.service_account_annotations) if identity is not None else {},
                ),
                # No pod here uses the Kubernetes API.
                automount_service_account_token=False,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for account, identity in identities.items()
        ]

    def _topics(self, name: str, wiring: Wiring, space: RestrictedNamespace) -> tuple[pulumi.Resource, ...]:
        """Creates the topics that the cloud could not create."""
        kafka = wiring.connections.event_queue
        if kafka is None or kafka.missing_topics is None:
            return ()
        return AssistantTopics(
            f"{name}-kafka",
            assistant=wiring.assistant,
            connection=kafka,
            missing=kafka.missing_topics,
            namespace=space,
            image=wiring.image,
            opts=pulumi.ResourceOptions(parent=self),
        ).ready

    def _disruption_budgets(self, name: str, wiring: Wiring, namespace: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Lets nodes drain one pod at a time; with a single replica a budget would only block the drain."""
        replicas = {"": (names.RASA_POD, wiring.assistant.replicas)}
        if wiring.action_server is not None:
            replicas["-action-server"] = (names.ACTION_SERVER_POD, wiring.action_server.replicas)
        if wiring.duckling is not None:
            replicas["-duckling"] = (names.DUCKLING_POD, wiring.duckling.replicas)
        return [
            kubernetes.policy.v1.PodDisruptionBudget(
                f"{name}{part}-disruption-budget",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(name=pod, namespace=namespace),
                spec=kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=pods_named(pod)),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for part, (pod, count) in replicas.items()
            if count > 1
        ]


def _services_ready(wiring: Wiring) -> list[pulumi.Resource]:
    connections, databases = wiring.connections, wiring.databases
    services = (connections.lock_store, connections.event_queue, connections.model_storage)
    parts = (databases.rasa, databases.analytics, *services, connections.rasa, connections.analytics)
    ready = (resource for part in parts if part is not None for resource in part.ready)
    # One Job creates both databases.
    return list(dict.fromkeys(ready))
