"""The network policies of an assistant's namespace: what Rasa, its actions and analytics need, and nothing else.

It creates one policy per kind of pod, on top of a namespace that denies all and lets every pod query the name service.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import DatabaseConnection, InNamespace, InNetworks, VaultConnection
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import (
    Egress,
    Ingress,
    from_any_namespace,
    from_networks,
    from_pods,
    pods_named,
    to_identity,
    to_internet,
    to_namespace,
    to_networks,
    to_pods,
    to_url,
)
from components.rasa.wiring import (
    ACTION_SERVER_POD,
    ACTION_SERVER_PORT,
    ANALYTICS_POD,
    ANALYTICS_PORT,
    RASA_POD,
    RASA_PORT,
    SMOKE_TEST_POD,
    Wiring,
)


class RasaNetwork(pulumi.ComponentResource):
    """The network policies of one assistant. Before `ready` exists, a pod reaches nothing.

    `networks` are the ranges of the cluster, where probes and load balancers come from.
    """

    def __init__(
        self,
        name: str,
        *,
        wiring: Wiring,
        namespace: RestrictedNamespace,
        networks: tuple[str, ...],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:core:Network", name, None, opts)
        self._namespace = namespace
        policies = [
            # The smoke test checks Rasa's own connections, so both have one policy.
            self._policy(
                f"{name}-egress", "rasa-egress", RASA_POD, SMOKE_TEST_POD, egress=rasa_egress(wiring, networks)
            ),
            self._policy(f"{name}-ingress", "rasa-ingress", RASA_POD, ingress=rasa_ingress(wiring, networks)),
        ]
        if wiring.assistant.action_server is not None:
            policies.append(
                self._policy(
                    f"{name}-action-server",
                    "action-server",
                    ACTION_SERVER_POD,
                    ingress=[
                        from_pods(pods_named(RASA_POD), ACTION_SERVER_PORT),
                        from_networks(networks, ACTION_SERVER_PORT),
                    ],
                    egress=[to_internet(networks)],
                )
            )
        if wiring.assistant.analytics:
            policies.append(
                self._policy(
                    f"{name}-analytics",
                    "analytics",
                    ANALYTICS_POD,
                    ingress=[from_networks(networks, ANALYTICS_PORT)],
                    egress=[
                        _to_postgres(wiring.databases.rasa),
                        *_to_kafka(wiring),
                        *to_identity(wiring.connections.analytics, networks),
                    ],
                )
            )
        self.ready: tuple[pulumi.Resource, ...] = (*namespace.policies, *policies)
        self.register_outputs({})

    def _policy(
        self,
        name: str,
        policy: str,
        *pods: str,
        egress: list[Egress] | None = None,
        ingress: list[Ingress] | None = None,
    ) -> kubernetes.networking.v1.NetworkPolicy:
        return self._namespace.policy(name, policy, pods_named(*pods), egress=egress, ingress=ingress, parent=self)


def rasa_egress(wiring: Wiring, networks: tuple[str, ...]) -> list[Egress]:
    """Returns what a Rasa pod may connect to."""
    assistant, redis = wiring.assistant, wiring.connections.lock_store
    rules = [_to_postgres(wiring.databases.rasa)]
    if redis is not None:
        rules.append(to_networks(redis.networks, redis.port))
    rules += _to_kafka(wiring)
    if wiring.vault is not None:
        rules.append(_to_vault(wiring.vault))
    rules += to_identity(wiring.connections.rasa, networks)
    if assistant.action_server is not None:
        rules.append(to_pods(pods_named(ACTION_SERVER_POD), ACTION_SERVER_PORT))
    rules.append(to_internet(networks))
    urls = [assistant.nlg.url] if assistant.nlg is not None else []
    rules += [to_url(url, networks) for url in [*urls, *_model_urls(assistant.model_groups)]]
    return rules


def rasa_ingress(wiring: Wiring, networks: tuple[str, ...]) -> list[Ingress]:
    """Returns what may connect to a Rasa pod: the cluster's own networks (probes, load balancers, port-forward).

    With an ingress also every pod of the cluster, because the user chooses the namespace of its controller.
    """
    rules = [from_networks(networks, RASA_PORT)]
    if wiring.assistant.ingress is not None:
        rules.append(from_any_namespace(RASA_PORT))
    return rules


def _to_postgres(database: DatabaseConnection) -> Egress:
    return to_networks(database.networks, database.port)


def _to_kafka(wiring: Wiring) -> list[Egress]:
    kafka = wiring.connections.event_queue
    return [] if kafka is None else [to_networks(kafka.networks, *kafka.ports)]


def _to_vault(vault: VaultConnection) -> Egress:
    match vault.place:
        case InNamespace(namespace=namespace):
            return to_namespace(namespace, vault.port)
        case InNetworks(networks=networks):
            return to_networks(networks, vault.port)


def _model_urls(groups: tuple[dict[str, Any], ...]) -> list[str]:
    """Returns the addresses of the user's own language models."""
    models = [model for group in groups for model in group["models"]]
    return [model["api_base"] for model in models if "api_base" in model]
