"""The topics of an assistant, created from inside the cluster if nothing else reaches the brokers.

It creates the Job, the Secret of the user that may create these topics, and the Job's network policy. It is only for
topics that the cloud cannot create. The cloud grants the rights to write and read them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import KafkaConnection, MissingTopics
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import to_networks
from components.kubernetes.pod import CA_DIRECTORY, SecretKey
from components.kubernetes.script_job import ScriptJob, ScriptJobArgs
from settings import Assistant

_POD: Final = "kafka-topics"
_CA: Final = "kafka-ca.pem"
_CONFIG: Final = "kafka.json"
_SCRIPT: Final = Path(__file__).parent / "scripts" / "kafka_topics.py"


class AssistantTopics(pulumi.ComponentResource):
    """A Job that creates the `missing` topics. When `ready` exists, the topics exist.

    `image` is an image of Rasa Pro, which contains the Kafka client.
    """

    def __init__(
        self,
        name: str,
        *,
        assistant: Assistant,
        connection: KafkaConnection,
        missing: MissingTopics,
        namespace: RestrictedNamespace,
        image: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:AssistantTopics", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        metadata = kubernetes.meta.v1.ObjectMetaArgs(namespace=namespace.name)
        secret = kubernetes.core.v1.Secret(
            f"{name}-maker", metadata=metadata, string_data={"password": missing.maker.password}, opts=child
        )
        ca = kubernetes.core.v1.ConfigMap(f"{name}-ca", metadata=metadata, data={_CA: connection.ca_pem}, opts=child)
        egress = [to_networks(connection.networks, *connection.ports)]
        policy = namespace.policy(f"{name}-policy", _POD, _POD, egress=egress, parent=self)
        client = {
            "bootstrap.servers": connection.bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": connection.mechanism,
            "sasl.username": missing.maker.username,
            "ssl.ca.location": f"{CA_DIRECTORY}/{_CA}",
        }
        topics = [connection.events_topic, *([connection.dead_letter_topic] if assistant.analytics else [])]
        job = ScriptJob(
            f"{name}-topics",
            ScriptJobArgs(
                namespace=namespace.name,
                pod_security=namespace.pod_security,
                pod_name=_POD,
                script=_SCRIPT,
                image=image,
                environment={
                    "TOPICS": json.dumps(topics),
                    "PARTITIONS": str(missing.partitions),
                    "RETENTION_MS": str(missing.retention_hours * 3600 * 1000),
                    "PASSWORD": SecretKey(secret=secret.metadata.name, key="password"),
                },
                secrets={"maker": missing.maker.password},
                files={_CONFIG: pulumi.Output.json_dumps(client)},
                config_maps={CA_DIRECTORY: ca.metadata.name},
                pull_secrets=namespace.pull_secrets,
                after=[*connection.ready, *namespace.policies, policy],
            ),
            opts=child,
        )
        self.ready: tuple[pulumi.Resource, ...] = (job.job,)
        self.register_outputs({"topics": topics})
