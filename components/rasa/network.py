"""The network policies of an assistant's namespace: what Rasa, its actions and analytics need, and nothing else.

It creates one policy per kind of pod, on top of a namespace that denies all and lets every pod query the name service.
"""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.connections import DatabaseConnection, InNamespace, InNetworks, VaultConnection
from components.kubernetes import network as allow
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import Egress, Ingress, pods_named
from components.rasa import names
from components.rasa.endpoints import wired
from components.rasa.wiring import Wiring
from settings.destinations import HTTPS, Address, Destination, Place, Public, Service, destinations
from settings.servers import Egress as Opened


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
        policies = [
            # The smoke test checks Rasa's own connections, so both have one policy.
            namespace.policy(
                f"{name}-egress",
                "rasa-egress",
                names.RASA_POD,
                names.SMOKE_TEST_POD,
                egress=rasa_egress(wiring, networks),
                parent=self,
            ),
            namespace.policy(
                f"{name}-ingress", "rasa-ingress", names.RASA_POD, ingress=rasa_ingress(wiring, networks), parent=self
            ),
        ]
        if wiring.action_server is not None:
            pod, port = names.ACTION_SERVER_POD, names.ACTION_SERVER_PORT
            ingress = [allow.from_pods(pods_named(names.RASA_POD), port), allow.from_networks(networks, port)]
            egress = [
                allow.to_internet(networks),
                *_servers(wiring.action_server.destinations, wiring.assistant.namespace),
                *_to_proxy(wiring),
                *_places(wiring.action_server.egress),
            ]
            policies.append(
                namespace.policy(
                    f"{name}-action-server", "action-server", pod, ingress=ingress, egress=egress, parent=self
                )
            )
        if wiring.duckling is not None:
            pod, port = names.DUCKLING_POD, names.DUCKLING_PORT
            ingress = [allow.from_pods(pods_named(names.RASA_POD), port), allow.from_networks(networks, port)]
            policies.append(namespace.policy(f"{name}-duckling", "duckling", pod, ingress=ingress, parent=self))
        if wiring.assistant.analytics:
            pod, ingress = names.ANALYTICS_POD, [allow.from_networks(networks, names.ANALYTICS_PORT)]
            identity = allow.to_identity(wiring.connections.analytics, networks)
            egress = [_to_postgres(wiring.databases.rasa), *_to_kafka(wiring), *identity]
            policies.append(
                namespace.policy(f"{name}-analytics", "analytics", pod, ingress=ingress, egress=egress, parent=self)
            )
        self.ready: tuple[pulumi.Resource, ...] = (*namespace.policies, *policies)
        self.register_outputs({})


def rasa_egress(wiring: Wiring, networks: tuple[str, ...]) -> list[Egress]:
    """Returns what a Rasa pod may connect to."""
    assistant, redis = wiring.assistant, wiring.connections.lock_store
    rules = [_to_postgres(wiring.databases.rasa)]
    if redis is not None:
        rules.append(allow.to_networks(redis.networks, redis.port))
    rules += _to_kafka(wiring)
    if wiring.vault is not None:
        rules.append(_to_vault(wiring.vault))
    rules += allow.to_identity(wiring.connections.rasa, networks)
    if wiring.action_server is not None:
        rules.append(allow.to_pods(pods_named(names.ACTION_SERVER_POD), names.ACTION_SERVER_PORT))
    if wiring.duckling is not None:
        rules.append(allow.to_pods(pods_named(names.DUCKLING_POD), names.DUCKLING_PORT))
    rules.append(allow.to_internet(networks))
    rules += _servers(assistant.destinations(wired(wiring, {})), assistant.namespace)
    rules += _to_proxy(wiring)
    rules += _places(assistant.egress)
    return rules


def rasa_ingress(wiring: Wiring, networks: tuple[str, ...]) -> list[Ingress]:
    """Returns what may connect to a Rasa pod: the cluster's own networks (probes, load balancers, port-forward).

    With an ingress also every pod of the cluster, because the user chooses the namespace of its controller.
    """
    rules = [allow.from_networks(networks, names.RASA_PORT)]
    if wiring.assistant.ingress is not None:
        rules.append(allow.from_any_namespace(names.RASA_PORT))
    return rules


def _to_postgres(database: DatabaseConnection) -> Egress:
    return allow.to_networks(database.networks, database.port)


def _to_kafka(wiring: Wiring) -> list[Egress]:
    kafka = wiring.connections.event_queue
    return [] if kafka is None else [allow.to_networks(kafka.networks, *kafka.ports)]


def _to_vault(vault: VaultConnection) -> Egress:
    match vault.place:
        case InNamespace(namespace=namespace):
            return allow.to_namespace(namespace, vault.port)
        case InNetworks(networks=networks):
            return allow.to_networks(networks, vault.port)


def _to_proxy(wiring: Wiring) -> list[Egress]:
    proxy = wiring.company.proxy
    if proxy is None:
        return []
    servers = list(destinations(list(proxy.urls), {}, "proxy"))
    if not proxy.networks:
        # Its host is an address or a service of the cluster.
        return _servers(servers, wiring.assistant.namespace)
    return [allow.to_networks(proxy.networks, *dict.fromkeys(server.port for server in servers if server.port))]


def _places(places: Iterable[Opened]) -> list[Egress]:
    """Returns the rules for the places that the stack file names."""
    return [
        allow.to_networks([place.cidr], *place.ports)
        if place.cidr is not None
        else allow.to_namespace(str(place.namespace), *place.ports)
        for place in places
    ]


def _servers(servers: Iterable[Destination], namespace: str) -> list[Egress]:
    """Returns the rules for the servers that files and variables name, each once."""
    rules: dict[tuple[Place, int | None], Egress] = {}
    for server in servers:
        for place in server.places(namespace):
            match place:
                case Service():
                    # A policy sees the port of the pod, and the file has that of the service.
                    rules[place, None] = allow.to_namespace(place.namespace)
                case Address(cidr=cidr) if server.port:
                    rules[place, server.port] = allow.to_networks([cidr], server.port)
                case Public() if server.port and server.port != HTTPS:
                    rules[place, server.port] = allow.to_public(server.port)
                case _:
                    # Port 443 is open to public addresses, and for the others the settings ask for `egress`.
                    pass
    return list(rules.values())
