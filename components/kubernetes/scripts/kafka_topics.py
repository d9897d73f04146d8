# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Creates or updates each topic of $TOPICS. Runs in the cluster, in Rasa Pro's image.

The script can be repeated: it keeps existing topics, adds missing partitions (they cannot be removed), and sets the
retention again. It reads `kafka.json` next to it, with librdkafka's settings; the password is in $PASSWORD. The brokers
choose the replication factor.
"""

import json
import os
import sys
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

CONFIG = Path(__file__).with_name("kafka.json")
TIMEOUT_SECONDS = 60
RETENTION = "retention.ms"


def ensure_topic(admin, topic, partitions, retention_ms):
    """Creates the topic, or updates an existing one. Returns which."""
    wanted = NewTopic(topic, num_partitions=partitions, config={RETENTION: retention_ms})
    try:
        admin.create_topics([wanted])[topic].result(TIMEOUT_SECONDS)
        return "created"
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    found = admin.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic]
    if len(found.partitions) < partitions:
        admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(TIMEOUT_SECONDS)
    retention = ConfigEntry(RETENTION, retention_ms, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[retention])
    admin.incremental_alter_configs([resource])[resource].result(TIMEOUT_SECONDS)
    return "kept"


def main(environment):
    """Creates or updates every topic in turn."""
    settings = json.loads(CONFIG.read_text(encoding="utf-8"))
    admin = AdminClient({**settings, "sasl.password": environment["PASSWORD"]})
    partitions, retention_ms = int(environment["PARTITIONS"]), environment["RETENTION_MS"]
    for topic in json.loads(environment["TOPICS"]):
        sys.stdout.write(f"topic {topic}: {ensure_topic(admin, topic, partitions, retention_ms)}\n")


if __name__ == "__main__":
    try:
        main(os.environ)
    except KafkaException as error:
        sys.exit(f"Kafka: {error.args[0].str()}")
