"""Event queue: Kafka in Confluent Cloud, in the platform's region, with the topics of every assistant.

`basic` is public: the program creates topics and access rules through the cluster's own interface. `enterprise` is
private, and so is its interface: a Job in the cluster creates the topics, and the rights are roles of Confluent Cloud.
Data is encrypted with Confluent's keys: your own key needs a dedicated cluster, which `kind: existing` can use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import pulumi
import pulumi_confluentcloud as confluent

from components.connections import KafkaConnection, MissingTopics
from components.gcp import names
from components.gcp.kafka_endpoint import KafkaEndpoint
from components.gcp.kafka_rights import OPERATIONS, KafkaRight, consumer, maker, producer
from components.gcp.kafka_user import KafkaRole, KafkaUser
from components.gcp.site import EndpointTier, Site
from components.trust import public_roots
from settings import Assistant
from settings.event_queue import CreateConfluent

PORT: Final = 9092
INTERNET: Final = "0.0.0.0/0"
PROTOCOL: Final = "SASL_SSL://"


class ConfluentEventQueue(pulumi.ComponentResource):
    """A Kafka cluster in an environment of its own. `connections` by the assistant's name.

    `generation` is that of all users' keys.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateConfluent,
        generation: int,
        site: Site,
        tier: EndpointTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:ConfluentEventQueue", name, {}, opts)
        self._prefix, self._settings, self._generation, self._site = name, settings, generation, site
        self._child = pulumi.ResourceOptions(parent=self)
        environment = confluent.Environment(
            f"{name}-environment",
            display_name=names.display(name),
            stream_governance={"package": "ESSENTIALS"},
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        self._environment_id = environment.id
        self._private = settings.size == "enterprise"
        if self._private:
            endpoint = KafkaEndpoint(
                f"{name}-endpoint", site=site, tier=tier, environment_id=self._environment_id, opts=self._child
            )
            self._cluster = self._brokers([endpoint.point])
            # Not Output.all, which would turn the endpoints into mappings.
            self.bootstrap = self._cluster.endpoints.apply(
                lambda known: endpoint.point.id.apply(lambda point: bootstrap_of(known, point))
            )
            self._networks = tier.networks
            connect = partial(self._private_connection, endpoint.ready)
        else:
            self._cluster = self._brokers(())
            self.bootstrap = self._cluster.bootstrap_endpoint.apply(lambda address: address.removeprefix(PROTOCOL))
            self._networks = (INTERNET,)
            admin = self._user("admin", "Makes topics and access rules", [_cluster_admin(self._cluster)])
            connect = partial(self._public_connection, admin)
        self.connections: Mapping[str, KafkaConnection] = {
            assistant.name: connect(assistant) for assistant in assistants
        }
        self.register_outputs({"bootstrap": self.bootstrap})

    def _brokers(self, endpoint: Sequence[pulumi.Resource]) -> confluent.KafkaCluster:
        site = self._site
        return confluent.KafkaCluster(
            f"{self._prefix}-cluster",
            display_name=names.display(self._prefix),
            environment={"id": self._environment_id},
            cloud="GCP",
            region=site.region,
            availability="HIGH" if self._private else "SINGLE_ZONE",
            enterprises=[confluent.KafkaClusterEnterpriseArgs()] if self._private else None,
            basic=None if self._private else confluent.KafkaClusterBasicArgs(),
            deletion_protection=site.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # It has its addresses from its creation on, so the access point must exist before.
                depends_on=list(endpoint),
                custom_timeouts=pulumi.CustomTimeouts(create="120m", update="120m", delete="60m"),
            ),
        )

    def _private_connection(self, ready: Sequence[pulumi.Resource], assistant: Assistant) -> KafkaConnection:
        """Creates users with roles. A Job that reaches the brokers creates the topics later."""
        makes = self._user(f"{assistant.name}-topics", "Makes topics", self._roles(maker(assistant)))
        writes = self._user(assistant.name, "Rasa", self._roles(producer(assistant)))
        reads = writes
        if assistant.analytics:
            reads = self._user(f"{assistant.name}-analytics", "Rasa analytics", self._roles(consumer(assistant)))
        missing = MissingTopics(
            maker=makes.auth, partitions=self._settings.partitions, retention_hours=self._settings.retention_hours
        )
        return self._connection(assistant, writes, reads, (*ready, *makes.ready, *writes.ready, *reads.ready), missing)

    def _public_connection(self, admin: KafkaUser, assistant: Assistant) -> KafkaConnection:
        """Creates topics, users, and an access rule for each operation of a user."""
        writes = self._user(assistant.name, "Rasa")
        made = [*self._topics(assistant, admin), *self._rules(writes, producer(assistant), admin, assistant.name)]
        reads = writes
        if assistant.analytics:
            reads = self._user(f"{assistant.name}-analytics", "Rasa analytics")
            made += self._rules(reads, consumer(assistant), admin, f"{assistant.name}-analytics")
        return self._connection(assistant, writes, reads, made, None)

    def _connection(
        self,
        assistant: Assistant,
        writes: KafkaUser,
        reads: KafkaUser,
        ready: Sequence[pulumi.Resource],
        missing: MissingTopics | None,
    ) -> KafkaConnection:
        return KafkaConnection(
            bootstrap=self.bootstrap,
            mechanism="PLAIN",
            producer=writes.auth,
            consumer=reads.auth,
            events_topic=assistant.events_topic,
            dead_letter_topic=assistant.dead_letter_topic,
            consumer_group=assistant.consumer_group,
            missing_topics=missing,
            # Confluent changes its authority without notice, so no single one is trusted.
            ca_pem=public_roots(),
            ports=(PORT,),
            networks=self._networks,
            ready=tuple(dict.fromkeys(ready)),
        )

    def _user(self, who: str, description: str, roles: Sequence[KafkaRole] = ()) -> KafkaUser:
        return KafkaUser(
            f"{self._prefix}-{who}",
            description=description,
            generation=self._generation,
            cluster=self._cluster,
            environment_id=self._environment_id,
            private=self._private,
            roles=roles,
            opts=self._child,
        )

    def _roles(self, rights: Sequence[KafkaRight]) -> list[KafkaRole]:
        cluster = pulumi.Output.all(self._cluster.rbac_crn, self._cluster.id)
        return [
            KafkaRole(
                name=right.action.value, crn=cluster.apply(lambda known, right=right: right.crn(known[0], known[1]))
            )
            for right in rights
        ]

    def _topics(self, assistant: Assistant, admin: KafkaUser) -> list[pulumi.Resource]:
        settings = self._settings
        topics = [assistant.events_topic, *([assistant.dead_letter_topic] if assistant.analytics else [])]
        return [
            confluent.KafkaTopic(
                f"{self._prefix}-{topic}",
                kafka_cluster={"id": self._cluster.id},
                topic_name=topic,
                partitions_count=settings.partitions,
                config={"retention.ms": str(settings.retention_hours * 3600 * 1000)},
                rest_endpoint=self._cluster.rest_endpoint,
                credentials={"key": admin.auth.username, "secret": admin.auth.password},
                opts=pulumi.ResourceOptions(parent=self, protect=self._site.protect),
            )
            for topic in topics
        ]

    def _rules(
        self, user: KafkaUser, rights: Sequence[KafkaRight], admin: KafkaUser, who: str
    ) -> list[pulumi.Resource]:
        return [
            confluent.KafkaAcl(
                f"{self._prefix}-{who}-{right.kind}-{right.name}-{operation.lower()}",
                kafka_cluster={"id": self._cluster.id},
                resource_type=right.kind.upper(),
                resource_name_=right.name,
                pattern_type="LITERAL",
                principal=user.principal,
                host="*",
                operation=operation,
                permission="ALLOW",
                rest_endpoint=self._cluster.rest_endpoint,
                credentials={"key": admin.auth.username, "secret": admin.auth.password},
                opts=self._child,
            )
            for right in rights
            for operation in OPERATIONS[right.action]
        ]


def bootstrap_of(endpoints: Sequence[confluent.outputs.KafkaClusterEndpoint], access_point_id: str) -> str:
    """Returns the brokers' address at an access point. Raises `LookupError` if the cluster has none."""
    for endpoint in endpoints:
        if endpoint.access_point_id == access_point_id and endpoint.bootstrap_endpoint:
            return endpoint.bootstrap_endpoint.removeprefix(PROTOCOL)
    raise LookupError(f"Confluent has no address at the access point {access_point_id} yet; run `pulumi refresh`")


def _cluster_admin(cluster: confluent.KafkaCluster) -> KafkaRole:
    return KafkaRole(name="CloudClusterAdmin", crn=cluster.rbac_crn)
