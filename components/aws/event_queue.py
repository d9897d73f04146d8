"""Event queue: Amazon MSK, provisioned, with the topics of every assistant.

MSK's own interface creates the topics and needs no path to the brokers. With `auth: password` all assistants share one
user, because MSK allows everything to whoever has a password. With `iam` each assistant reaches its own topics only.
The brokers always accept both: turning one on later would restart them one by one, for an hour or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.firewall import Firewall
from components.aws.logs import log_group
from components.aws.scram_user import ScramUser
from components.aws.site import DataTier, Site
from components.cloud import Access, NoIdentityNeeded, Rights
from components.connections import KafkaConnection, KafkaIamAuth, PasswordAuth
from components.passwords import of_generation
from components.trust import amazon_roots
from settings import Assistant
from settings.base import Auth
from settings.event_queue import CreateMsk

PORTS: Final[Mapping[Auth, int]] = {Auth.PASSWORD: 9096, Auth.IAM: 9098}
USERNAME: Final = "rasa"
MOST_REPLICAS: Final = 3
MOST_STORAGE_GB: Final = 16384
GROWTH: Final = 4  # in prod disks grow automatically, up to this many times their first size
FULL_PERCENT: Final = 60  # ... as soon as this much is used
VOLUME_SIZE: Final = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"


class MskEventQueue(pulumi.ComponentResource):
    """A Kafka cluster. `connections` by the assistant's name.

    `secret_key` encrypts the password. `generation` is that of the user: a user has one password, so a new password
    comes with a new user. `grow` is whether the stack file asks for larger disks than at the last `up`.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateMsk,
        generation: int,
        grow: bool,
        site: Site,
        tier: DataTier,
        secret_key: pulumi.Output[str],
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:MskEventQueue", name, {}, opts)
        self._settings, self._site, self._tier = settings, site, tier
        self._replicas = min(settings.brokers, MOST_REPLICAS)
        port = PORTS[settings.auth]
        child = pulumi.ResourceOptions(parent=self)
        firewall = Firewall(f"{name}-firewall", tier=tier, ports=(port,), members_talk=True, opts=child)
        self._cluster = self._brokers(name, firewall, grow)
        if site.is_prod:
            self._grow_disks(name)

        match settings.auth:
            case Auth.PASSWORD:
                username = of_generation(USERNAME, generation)
                user = ScramUser(
                    f"{name}-{username}",
                    username=username,
                    cluster_arn=self._cluster.arn,
                    key=secret_key,
                    site=site,
                    opts=child,
                )
                sign_in: PasswordAuth | KafkaIamAuth = user.auth
                ready = (*firewall.rules, *user.ready)
                self.bootstrap = self._cluster.bootstrap_brokers_sasl_scram.apply(first_brokers)
            case Auth.IAM:
                sign_in = KafkaIamAuth(region=site.region)
                ready = firewall.rules
                self.bootstrap = self._cluster.bootstrap_brokers_sasl_iam.apply(first_brokers)
        self.connections: Mapping[str, KafkaConnection] = {
            assistant.name: KafkaConnection(
                bootstrap=self.bootstrap,
                mechanism="SCRAM-SHA-512" if settings.auth is Auth.PASSWORD else "OAUTHBEARER",
                producer=sign_in,
                consumer=sign_in,
                events_topic=assistant.events_topic,
                dead_letter_topic=assistant.dead_letter_topic,
                consumer_group=assistant.consumer_group,
                ca_pem=amazon_roots(),
                ports=(port,),
                networks=tier.networks,
                ready=(*ready, *self._topics(name, assistant)),
            )
            for assistant in assistants
        }
        self.register_outputs({"bootstrap": self.bootstrap})

    def produce(self, assistant: Assistant) -> Access[iam_policy.Allow]:
        """Returns the access of Rasa, which writes the assistant's events."""
        return self._access(self._allow(["WriteData"], "topic", assistant.events_topic))

    def consume(self, assistant: Assistant) -> Access[iam_policy.Allow]:
        """Returns the access of analytics, which reads the events in its group, and writes what it cannot process."""
        return self._access(
            self._allow(["ReadData"], "topic", assistant.events_topic),
            self._allow(["WriteData"], "topic", assistant.dead_letter_topic),
            self._allow(["AlterGroup", "DescribeGroup"], "group", assistant.consumer_group),
        )

    def _access(self, *parts: iam_policy.Allow) -> Access[iam_policy.Allow]:
        match self._settings.auth:
            case Auth.PASSWORD:
                return NoIdentityNeeded()
            case Auth.IAM:
                actions = ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"]
                return Rights((iam_policy.Allow(actions=actions, resources=[self._cluster.arn]), *parts))

    def _allow(self, actions: Sequence[str], kind: str, name: str) -> iam_policy.Allow:
        describe = ["DescribeTopic"] if kind == "topic" else []
        return iam_policy.Allow(
            actions=[f"kafka-cluster:{action}" for action in (*describe, *actions)],
            resources=[self._cluster.arn.apply(lambda arn: part_arn(arn, kind, name))],
        )

    def _brokers(self, name: str, firewall: Firewall, grow: bool) -> aws.msk.Cluster:
        settings, site, child = self._settings, self._site, pulumi.ResourceOptions(parent=self)
        configuration = aws.msk.Configuration(
            f"{name}-configuration",
            kafka_versions=[settings.version],
            server_properties=server_properties(settings, self._replicas),
            opts=child,
        )
        logs = log_group(
            f"{name}-logs",
            names.delivered_log_group(name, "broker"),
            site=site,
            parent=self,
            days=min(site.log_days, 30),
        )
        return aws.msk.Cluster(
            f"{name}-cluster",
            cluster_name=names.kafka_cluster(name),
            kafka_version=settings.version,
            number_of_broker_nodes=settings.brokers,
            broker_node_group_info={
                "az_distribution": "DEFAULT",
                "client_subnets": list(self._tier.subnet_ids),
                "instance_type": settings.size,
                "security_groups": [firewall.group_id],
                "storage_info": {"ebs_storage_info": {"volume_size": settings.storage_gb}},
            },
            client_authentication={"sasl": {"scram": True, "iam": True}, "unauthenticated": False},
            encryption_info={
                "encryption_at_rest_kms_key_arn": site.storage_key,
                "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
            },
            configuration_info={"arn": configuration.arn, "revision": configuration.latest_revision},
            enhanced_monitoring="PER_TOPIC_PER_BROKER" if site.is_prod else "DEFAULT",
            open_monitoring={
                "prometheus": {
                    "jmx_exporter": {"enabled_in_broker": site.is_prod},
                    "node_exporter": {"enabled_in_broker": site.is_prod},
                }
            },
            logging_info={"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}},
            storage_mode="LOCAL",
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                # In prod the disks grow automatically, and MSK refuses a smaller size than the present one.
                ignore_changes=[VOLUME_SIZE] if site.is_prod and not grow else [],
                custom_timeouts=pulumi.CustomTimeouts(create="120m", update="180m", delete="60m"),
            ),
        )

    def _topics(self, name: str, assistant: Assistant) -> list[pulumi.Resource]:
        settings, site = self._settings, self._site
        topics = [assistant.events_topic, *([assistant.dead_letter_topic] if assistant.analytics else [])]
        return [
            aws.msk.Topic(
                f"{name}-{topic}",
                cluster_arn=self._cluster.arn,
                name=topic,
                partition_count=settings.partitions,
                replication_factor=self._replicas,
                configs=pulumi.Output.json_dumps(
                    {
                        "min.insync.replicas": str(in_sync(self._replicas)),
                        "retention.ms": str(settings.retention_hours * 3600 * 1000),
                    }
                ),
                opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
            )
            for topic in topics
        ]

    def _grow_disks(self, name: str) -> None:
        target = aws.appautoscaling.Target(
            f"{name}-storage",
            service_namespace="kafka",
            scalable_dimension="kafka:broker-storage:VolumeSize",
            resource_id=self._cluster.arn,
            min_capacity=1,  # MSK accepts no other
            max_capacity=min(GROWTH * self._settings.storage_gb, MOST_STORAGE_GB),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.appautoscaling.Policy(
            f"{name}-storage",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
                "target_value": FULL_PERCENT,
                "disable_scale_in": True,  # disks cannot shrink
            },
            opts=pulumi.ResourceOptions(parent=self),
        )


def first_brokers(bootstrap: str) -> str:
    """Returns the addresses of the first brokers, as many as are given.

    If a cluster has more than three brokers, each call to MSK returns any three of them, so pods would restart:
    https://github.com/hashicorp/terraform-provider-aws/issues/35696. MSK numbers the brokers from 1 ("Get the bootstrap
    brokers" in its developer guide).
    """
    given = bootstrap.split(",")
    _, _, rest = given[0].partition(".")
    return ",".join(f"b-{number}.{rest}" for number in range(1, len(given) + 1))


def in_sync(replicas: int) -> int:
    """Returns the number of replicas that must have an event before it counts as written: one broker may fail."""
    return max(replicas - 1, 1)


def server_properties(settings: CreateMsk, replicas: int) -> str:
    """Returns the brokers' configuration file."""
    properties = {
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync(replicas),
        "num.partitions": settings.partitions,
    }
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def part_arn(cluster_arn: str, kind: str, name: str) -> str:
    """Returns the ARN of a topic or group: `arn:aws:kafka:<region>:<account>:<kind>/<cluster>/<uuid>/<name>`."""
    return f"{cluster_arn.replace(':cluster/', f':{kind}/', 1)}/{name}"
