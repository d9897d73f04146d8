"""The topics of an assistant, made from inside the cluster where nothing else reaches the brokers.

Owns the Job, the Secret of the user that may make these topics, and the Job's way to the brokers. Only for topics that
the cloud's part could not make itself; who may write and read them is the cloud's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import KafkaConnection, MissingTopics
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import pods_named, to_networks
from components.kubernetes.pod import CA_DIRECTORY, SecretKey
from components.kubernetes.script_job import ScriptJob, ScriptJobSpec
from settings import Assistant

_POD: Final = "kafka-topics"
_CA: Final = "kafka-ca.pem"
_CONFIG: Final = "kafka.json"
_SCRIPT: Final = Path(__file__).parent / "scripts" / "kafka_topics.py"


@dataclass(frozen=True, kw_only=True)
class AssistantTopicsSpec:
    """Which topics are missing; `image` is one of Rasa Pro, which holds the Kafka client."""

    assistant: Assistant
    connection: KafkaConnection
    missing: MissingTopics
    namespace: RestrictedNamespace
    image: str


class AssistantTopics(pulumi.ComponentResource):
    """`ready` is there when the topics are."""

    def __init__(self, name: str, spec: AssistantTopicsSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:AssistantTopics", name, None, opts)
        kafka, missing = spec.connection, spec.missing
        child = pulumi.ResourceOptions(parent=self)
        metadata = kubernetes.meta.v1.ObjectMetaArgs(namespace=spec.namespace.name)
        secret = kubernetes.core.v1.Secret(
            f"{name}-maker", metadata=metadata, string_data={"password": missing.maker.password}, opts=child
        )
        ca = kubernetes.core.v1.ConfigMap(f"{name}-ca", metadata=metadata, data={_CA: kafka.ca_pem}, opts=child)
        policy = spec.namespace.policy(
            f"{name}-policy", _POD, pods_named(_POD), egress=[to_networks(kafka.networks, *kafka.ports)], parent=self
        )
        client = {
            "bootstrap.servers": kafka.bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": kafka.mechanism,
            "sasl.username": missing.maker.username,
            "ssl.ca.location": f"{CA_DIRECTORY}/{_CA}",
        }
        topics = [kafka.events_topic, *([kafka.dead_letter_topic] if spec.assistant.analytics else [])]
        job = ScriptJob(
            f"{name}-topics",
            ScriptJobSpec(
                namespace=spec.namespace.name,
                pod_security=spec.namespace.pod_security,
                pod_name=_POD,
                script=_SCRIPT,
                image=spec.image,
                environment={
                    "TOPICS": json.dumps(topics),
                    "PARTITIONS": str(missing.partitions),
                    "RETENTION_MS": str(missing.retention_hours * 3600 * 1000),
                    "PASSWORD": SecretKey(secret=secret.metadata.name, key="password"),
                },
                secrets={"maker": missing.maker.password},
                files={_CONFIG: pulumi.Output.json_dumps(client)},
                config_maps={CA_DIRECTORY: ca.metadata.name},
                after=[*kafka.ready, *spec.namespace.policies, policy],
            ),
            opts=child,
        )
        self.ready: tuple[pulumi.Resource, ...] = (job.job,)
        self.register_outputs({"topics": topics})
