"""MSK, provisioned clusters: brokers, their configuration, users and topics."""

import json
import re
from collections.abc import Callable

from catalogue import holdings
from catalogue.aws.cloudwatch import LOG_GROUP
from catalogue.aws.ec2 import security_groups_ref, subnets_ref, zones_of
from catalogue.aws.kms import key_of, kms_ref
from catalogue.aws.needs import GRANTS, KAFKA_TAGS, LOG_DELIVERY, PLACE, linked
from catalogue.aws.secretsmanager import SECRET, VERSION
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches, never_falls
from catalogue.wire import Properties, as_list, as_map, at_path

CLUSTER = "aws:msk/cluster:Cluster"
CONFIGURATION = "aws:msk/configuration:Configuration"
PORTS = {"plaintext": 9092, "tls": 9094, "scram": 9096, "iam": 9098}
IN_CLUSTER = Ref(path="clusterArn", to=(CLUSTER,), by=("arn",), hold="owned")


def _brokers(listener: str, is_on: Callable[[Subject], bool]) -> Callable[[Subject], str]:
    """Returns a template for the bootstrap string of a listener; empty while the listener is off."""

    def write(subject: Subject) -> str:
        if not is_on(subject):
            return ""
        name = subject["clusterName"].lower()
        domain = f"{name}.{subject.seed.hex(6, 'host')}.c2.kafka.{subject['region']}.amazonaws.com"
        count = min(3, subject.inputs["numberOfBrokerNodes"])
        return ",".join(f"b-{number}.{domain}:{PORTS[listener]}" for number in range(1, count + 1))

    return write


def _other_brokers(before: str, inputs: Properties) -> str:
    """GetBootstrapBrokers names three brokers of all (terraform-provider-aws#35696); the provider sorts them."""
    count = inputs["numberOfBrokerNodes"]
    if not before or count <= 3:
        return before
    numbers = [int(number) % count + 1 for number in re.findall(r"b-(\d+)\.", before)]
    _, _, rest = before.partition(",")[0].partition(".")
    return ",".join(f"b-{number}.{rest}" for number in sorted(numbers))


def _sasl(kind: str) -> Callable[[Subject], bool]:
    return lambda subject: True in at_path(subject.inputs, f"clientAuthentication.sasl.{kind}")


def _client_broker(subject: Subject) -> str:
    return next(at_path(subject.inputs, "encryptionInfo.encryptionInTransit.clientBroker"), "TLS")


def _has_plain_listener(subject: Subject) -> bool:
    return _client_broker(subject) != "TLS"


def _has_tls_listener(subject: Subject) -> bool:
    sasl_only = _sasl("scram")(subject) or _sasl("iam")(subject)
    return _client_broker(subject) != "PLAINTEXT" and (
        not sasl_only or True in at_path(subject.inputs, "clientAuthentication.unauthenticated")
    )


def _cluster_is_valid(subject: Subject) -> None:
    inputs = subject.inputs
    group = as_map(inputs.get("brokerNodeGroupInfo"))
    instance, brokers = str(group.get("instanceType")), inputs.get("numberOfBrokerNodes")
    subnets = as_list(group.get("clientSubnets"))
    if isinstance(brokers, int) and not 1 <= brokers <= 15:  # __integerMin1Max15 in MSK's API
        raise Refused("BadRequestException: numberOfBrokerNodes must be between 1 and 15")
    if subnets and isinstance(brokers, int) and brokers % len(subnets):
        raise Refused(
            "BadRequestException: The number of broker nodes must be a multiple of Availability Zones in the Client "
            f"Subnets parameter: {brokers} brokers, {len(subnets)} subnets"
        )
    if instance.startswith("express.") and (group.get("storageInfo") or inputs.get("storageMode")):
        raise Refused(
            "BadRequestException: Express brokers manage their storage: storage_info and storage_mode are not accepted"
        )
    if instance.startswith("express.") and subnets and len(subnets) != 3:
        raise Refused("BadRequestException: Express brokers need 3 subnets in 3 Availability Zones")
    if (_sasl("scram")(subject) or _sasl("iam")(subject)) and _client_broker(subject) == "PLAINTEXT":
        raise Refused("BadRequestException: SASL authentication needs TLS between clients and brokers")


def _version_may_follow(subject: Subject) -> None:
    """MSK moves no cluster from ZooKeeper to KRaft, and none back to a lower version."""
    old, new = (str(inputs.get("kafkaVersion") or "") for inputs in (subject.old_inputs, subject.inputs))
    before, after = ([int(part) for part in re.findall(r"\d+", version)] for version in (old, new))
    if old and old.endswith(".kraft") != new.endswith(".kraft"):
        raise Refused(
            f"BadRequestException: Updating a cluster between ZooKeeper and KRaft mode is not supported: {old} to {new}"
        )
    if after < before:
        raise Refused(f"BadRequestException: The Kafka version cannot be lowered from {old} to {new}")


def _each_subnet_has_a_zone(subject: Subject) -> None:
    subnets = subject.inputs["brokerNodeGroupInfo"]["clientSubnets"]
    if len(zones_of(subject, subnets)) < len(subnets):
        raise Refused("BadRequestException: Specify exactly one subnet per Availability Zone")


def _revision_exists(subject: Subject) -> None:
    info = subject.inputs.get("configurationInfo")
    configuration = subject.world.find(CONFIGURATION, "arn", info["arn"]) if info else None
    if info and configuration and not 1 <= info["revision"] <= configuration.outputs["latestRevision"]:
        raise Refused(f"BadRequestException: revision {info['revision']} of configuration {info['arn']} does not exist")


def _properties_are_lines(subject: Subject) -> None:
    for line in str(subject.inputs.get("serverProperties") or "").splitlines():
        if line.strip() and not line.lstrip().startswith("#") and "=" not in line:
            raise Refused(f"BadRequestException: The configuration is not valid: {line!r} is not key=value")


def _configs_are_json(subject: Subject) -> None:
    configs = subject.inputs.get("configs")
    try:
        json.loads(configs) if isinstance(configs, str) and configs.startswith("{") else None
    except ValueError as error:
        raise Refused(f"configs is not JSON: {error}") from error


def _replicas_fit_the_brokers(subject: Subject) -> None:
    cluster = subject.world.find(CLUSTER, "arn", subject.inputs["clusterArn"])
    brokers = cluster.inputs["numberOfBrokerNodes"] if cluster else 0
    if subject.inputs["replicationFactor"] > brokers:
        raise Refused(
            f"InvalidReplicationFactorException: Replication factor {subject.inputs['replicationFactor']} larger than "
            f"available brokers: {brokers}"
        )


def _secrets_are_usable(subject: Subject) -> None:
    """MSK needs a secret with the prefix AmazonMSK_, a customer managed key and a value, and a cluster with SCRAM."""
    cluster = subject.world.find(CLUSTER, "arn", subject.inputs["clusterArn"])
    if cluster and True not in at_path(cluster.inputs, "clientAuthentication.sasl.scram"):
        raise Refused("BadRequestException: The request is not valid: the cluster does not have SASL/SCRAM enabled")
    for arn in at_path(subject.inputs, "secretArn"):
        secret = subject.world.find(SECRET, "arn", arn)
        if secret is None:
            continue
        if not secret.inputs["name"].startswith("AmazonMSK_"):
            raise Refused(f"BadRequestException: The provided secret {arn} does not have the prefix AmazonMSK_")
        if not key_of(subject, secret.inputs.get("kmsKeyId")):
            raise Refused(
                f"BadRequestException: The provided secret {arn} is encrypted with the default key; use a "
                "custom KMS key"
            )
        if not any(version.inputs["secretId"] == arn for version in subject.world.all(VERSION)):
            raise Refused(f"BadRequestException: The provided secret {arn} has no value yet; depend on its version")


def _topic_arn(subject: Subject) -> str:
    prefix, cluster = subject.inputs["clusterArn"].split(":cluster/", 1)
    return f"{prefix}:topic/{cluster}/{subject['name']}"


def _next_revision(subject: Subject) -> int:
    return int(subject.old_outputs.get("latestRevision", 0)) + 1


ENTRIES = [
    Entry(
        token=CONFIGURATION,
        id="arn:aws:kafka:{region}:{account}:configuration/{name}/{guid}-2",
        outputs={"arn": "{id}", "latestRevision": _next_revision},
        volatile=frozenset({"latestRevision"}),
        autoname=AutoName(),
        names={"MSK configuration": "{name}"},
        checks=(_properties_are_lines,),
        not_found="BadRequestException: The configuration ARN {value} does not exist",
        in_use="BadRequestException: The configuration {id} is in use by a cluster",
        taken="ConflictException: A resource with this name already exists: {value}",
        needs=needs(
            "kafka:",
            "DescribeConfiguration DescribeConfigurationRevision",
            "CreateConfiguration UpdateConfiguration DeleteConfiguration",
        ),
    ),
    Entry(
        token=CLUSTER,
        id="arn:aws:kafka:{region}:{account}:cluster/{clusterName}/{guid}-2",
        outputs={
            "arn": "{id}",
            "clusterUuid": "{guid}-2",
            "currentVersion": lambda subject: f"K{subject.seed.hex(13, 'version').upper()}",
            "bootstrapBrokers": _brokers("plaintext", _has_plain_listener),
            "bootstrapBrokersTls": _brokers("tls", _has_tls_listener),
            "bootstrapBrokersSaslScram": _brokers("scram", _sasl("scram")),
            "bootstrapBrokersSaslIam": _brokers("iam", _sasl("iam")),
        },
        defaults={"enhancedMonitoring": "DEFAULT", "storageMode": "LOCAL"},
        volatile=frozenset({"currentVersion"}),
        unstable=dict.fromkeys(("bootstrapBrokersSaslScram", "bootstrapBrokersSaslIam"), _other_brokers),
        autoname=AutoName(path="clusterName"),
        names={"MSK cluster": "{clusterName}"},
        refers=(
            subnets_ref("brokerNodeGroupInfo.clientSubnets"),
            security_groups_ref("brokerNodeGroupInfo.securityGroups"),
            kms_ref("encryptionInfo.encryptionAtRestKmsKeyArn"),
            Ref(path="configurationInfo.arn", to=(CONFIGURATION,), by=("arn",)),
            Ref(path="loggingInfo.brokerLogs.cloudwatchLogs.logGroup", to=(LOG_GROUP,), by=("name",), hold="free"),
        ),
        checks=(
            matches(
                "clusterName",
                r"[A-Za-z0-9][A-Za-z0-9-]{0,63}",
                "BadRequestException: cluster name {value!r}: 1-64 of letters, digits and hyphens",
            ),
            matches(
                "kafkaVersion",
                r"\d\.\d+\.(x|\d)(\.kraft)?",
                "BadRequestException: Unsupported KafkaVersion [{value}]. Valid values: [3.9.x, 4.0.x.kraft, ...]",
            ),
            _cluster_is_valid,
            never_falls(
                "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",
                "BadRequestException: The volume size of a broker cannot be reduced from {old} to {new} GiB",
            ),
        ),
        admits=(_version_may_follow, _each_subnet_has_a_zone, _revision_exists),
        not_found="NotFoundException: The cluster {value} does not exist",
        taken="ConflictException: A resource with this name already exists: {value}",
        needs=needs(
            "kafka:",
            "DescribeCluster DescribeClusterV2 GetBootstrapBrokers",
            "CreateCluster DeleteCluster UpdateBrokerCount UpdateBrokerStorage UpdateBrokerType"
            " UpdateClusterConfiguration UpdateClusterKafkaVersion UpdateConnectivity UpdateMonitoring"
            " UpdateRebalancing"
            " UpdateSecurity UpdateStorage DescribeClusterOperation",
            GRANTS,
            linked("kafka"),
            PLACE,
            KAFKA_TAGS,
        )
        # MSK gives its service-linked role its policy. DeleteCluster looks for endpoints that the cluster manages.
        + needs("iam:", write="AttachRolePolicy@kafka.amazonaws.com PutRolePolicy@kafka.amazonaws.com")
        + needs("ec2:", write="DescribeRouteTables DescribeVpcAttribute DescribeVpcEndpoints"),
        needs_if={"loggingInfo": LOG_DELIVERY},
        holds=holdings.KAFKA,
        # hashicorp/terraform-provider-aws#11736 and #17726: 15 to 36, an hour and more reported.
        minutes=(Minutes(24, 20, 6, slow=65),),
    ),
    Entry(
        token="aws:msk/topic:Topic",
        id=_topic_arn,
        outputs={"arn": "{id}", "configsActual": lambda subject: subject.inputs.get("configs") or "{}"},
        refers=(IN_CLUSTER,),
        checks=(
            matches(
                "name",
                r"(?!\.\.?$)[a-zA-Z0-9._-]{1,249}",
                "BadRequestException: topic name {value!r}: 1-249 of letters, digits, '.', '_' and '-'",
            ),
            _configs_are_json,
            never_falls(
                "partitionCount",
                "BadRequestException: Topic currently has {old} partitions, which is higher than the requested {new}.",
            ),
        ),
        admits=(_replicas_fit_the_brokers,),
        taken="TopicExistsException: Topic already exists: {id}",
        needs=needs("kafka:", "DescribeTopic DescribeTopicPartitions", "CreateTopic UpdateTopic DeleteTopic")
        + needs(
            "kafka-cluster:",
            "Connect DescribeTopic DescribeTopicDynamicConfiguration",
            "CreateTopic AlterTopic AlterTopicDynamicConfiguration DeleteTopic",
        ),
        holds=holdings.TOPIC,
        # Vendor: the answers of the topic API are about a minute behind.
        minutes=(Minutes(1, 1, 1, slow=2),),
    ),
    Entry(
        token="aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation",
        id="{clusterArn},{secretArn}",
        refers=(IN_CLUSTER, Ref(path="secretArn", to=(SECRET,), by=("arn",))),
        admits=(_secrets_are_usable,),
        taken="BadRequestException: the secret is associated already: {id}",
        needs=needs("kafka:", "ListScramSecrets", "BatchAssociateScramSecret BatchDisassociateScramSecret", GRANTS)
        + needs("secretsmanager:", write="GetSecretValue")
        + needs("kms:", write="RetireGrant"),
    ),
]
