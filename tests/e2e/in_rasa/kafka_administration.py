# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Administrates the tier's broker, in the environment of Rasa Pro, which has a Kafka client. Its task is on stdin."""

import json
import sys

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

SECONDS = 30


def done(futures):
    """Wait for all of them."""
    for future in futures.values():
        future.result(SECONDS)


def bindings(rights, kind):
    """Kafka's own form of rights."""
    return [
        kind(
            ResourceType[right["kind"].upper()],
            right["name"],
            ResourcePatternType.PREFIXED if right["prefix"] else ResourcePatternType.LITERAL,
            f"User:{right['user']}",
            "*",
            AclOperation[operation],
            AclPermissionType.ALLOW,
        )
        for right in rights
        for operation in right["operations"]
    ]


def make(admin, task):
    if task["topics"]:
        done(admin.create_topics([NewTopic(each["name"], each["partitions"], 1) for each in task["topics"]]))
    if task["rights"]:
        done(admin.create_acls(bindings(task["rights"], AclBinding)))


def take(admin, task):
    if task["topics"]:
        done(admin.delete_topics(task["topics"]))
    if task["rights"]:
        done(admin.delete_acls(bindings(task["rights"], AclBindingFilter)))


def describe(admin, _task):
    found = {}
    for name, topic in admin.list_topics(timeout=SECONDS).topics.items():
        (future,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name)]).values()
        retention = future.result(SECONDS)["retention.ms"].value
        found[name] = {"partitions": len(topic.partitions), "retention_ms": retention}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    told = json.load(sys.stdin)
    client = AdminClient({"bootstrap.servers": told["bootstrap"]})
    {"make": make, "take": take, "describe": describe}[told["verb"]](client, told)
