"""What the platform tells those who use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.cluster import kubeconfig
from components.connections import IamRoles, KafkaIamAuth, PasswordAuth, PasswordRoles, RedisIamAuth
from tests.components.aws.recorded import (
    BUCKET,
    CACHE,
    EKS,
    INGRESS,
    NODES,
    Built,
    build,
    is_secret,
    known,
    sources,
)
from tests.program.invariants import generated
from tests.settings.stack_files import DEV
from tools.stacks import changed


def test_connections_with_passwords(dev: Built) -> None:
    rasa = dev.platform.assistants["rasa"]
    assert rasa.lock_store
    assert rasa.event_queue
    assert isinstance(dev.postgres.roles, PasswordRoles)
    for auth in (dev.postgres.admin, rasa.lock_store.auth, rasa.event_queue.producer):
        assert isinstance(auth, PasswordAuth)
        assert is_secret(auth.password)
        assert known(auth.password) in generated(dev.recording)
        assert known(auth.password) not in repr(auth)
    assert rasa.event_queue.mechanism == "SCRAM-SHA-512"
    assert rasa.event_queue.ports == (9096,)
    assert [broker.rpartition(":")[2] for broker in known(rasa.event_queue.bootstrap).split(",")] == ["9096"] * 3


def test_connections_with_iam(iam: Built) -> None:
    sales = iam.platform.assistants["sales"]
    assert sales.lock_store
    assert sales.event_queue
    assert iam.postgres.roles == IamRoles(region="eu-central-1")
    assert sales.lock_store.auth == RedisIamAuth(
        username="rasa-dev-lock-store-sales", region="eu-central-1", replication_group="rasa-dev-lock-store"
    )
    assert iam.one(CACHE).inputs["replicationGroupId"] == "rasa-dev-lock-store"
    assert sales.event_queue.producer == KafkaIamAuth(region="eu-central-1")
    assert (sales.event_queue.mechanism, sales.event_queue.ports) == ("OAUTHBEARER", (9098,))
    assert known(sales.event_queue.bootstrap).endswith(":9098")
    assert iam.all("secretsmanager/secret:Secret") == []


def test_a_rotation_leaves_the_password_before_it_valid_and_none_older() -> None:
    built = build(changed(DEV, rotation={"trackerStore": 3, "lockStore": 3, "eventQueue": 3}))
    rasa = built.platform.assistants["rasa"]
    assert rasa.lock_store
    assert rasa.event_queue
    passwords = built.one("elasticache/user:User").inputs["authenticationMode"]["passwords"]

    def password(name: str) -> str:
        return built.recording.output(f"rasa-dev-{name}", "result")

    new, old = (password(f"lock-store-rasa-password-{generation}") for generation in (3, 2))
    assert all(each in str(passwords) for each in (new, old))
    assert len(built.one("elasticache/user:User").inputs["authenticationMode"]["passwords"]) == 2
    assert isinstance(rasa.lock_store.auth, PasswordAuth)
    assert known(rasa.lock_store.auth.password) == new
    # A user of MSK has one password: the new one has a name of its own.
    assert isinstance(rasa.event_queue.producer, PasswordAuth)
    assert rasa.event_queue.producer.username == "rasa-3"
    assert known(rasa.event_queue.producer.password) == password("event-queue-rasa-3-password")
    assert known(built.postgres.admin.password) == password("tracker-store-admin-password-3")


def test_topics_for_dead_letters_only_with_analytics(shared: Built) -> None:
    topics = {topic.inputs["name"] for topic in shared.all("msk/topic:Topic")}
    assert topics == {"sales-core-events", "sales-analytics-dlq", "support-core-events"}


@pytest.mark.parametrize(
    ("ready", "kinds"),
    [
        (lambda built: built.platform.tracker_store.ready, {INGRESS}),
        (lambda built: built.platform.assistants["rasa"].lock_store.ready, {INGRESS, "elasticache/user:User"}),
        (
            lambda built: built.platform.assistants["rasa"].event_queue.ready,
            {INGRESS, "msk/topic:Topic", "msk/singleScramSecretAssociation:SingleScramSecretAssociation"},
        ),
        (
            lambda built: built.platform.assistants["rasa"].rasa.ready,
            {"iam/rolePolicy:RolePolicy", "eks/podIdentityAssociation:PodIdentityAssociation"},
        ),
    ],
    ids=["tracker store", "lock store", "event queue", "identity"],
)
def test_ready_holds_what_no_output_names(ready: Callable[[Built], Any], kinds: set[str], dev: Built) -> None:
    assert dev.types(ready(dev)) == {f"aws:{kind}" for kind in kinds}


def test_models_stand_below_the_assistants_prefix(shared: Built) -> None:
    storage = shared.platform.assistants["sales"].model_storage
    assert storage
    bucket = shared.one(BUCKET).inputs["bucket"]
    assert re.fullmatch("rasa-dev-model-storage-[0-9a-f]{6}", bucket)
    assert known(storage.upload_command) == f"aws s3 cp model.tar.gz s3://{bucket}/sales/model.tar.gz"
    assert set(storage.environment) == {"BUCKET_NAME", "AWS_DEFAULT_REGION"}


def test_addresses_are_plain(prod: Built) -> None:
    services = prod.platform.services
    assert list(services) == ["network", "cluster", "trackerStore", "lockStore", "eventQueue", "modelStorage"]
    assert not any(is_secret(address) for address in services.values())
    assert known(services["trackerStore"]).endswith(".rds.amazonaws.com:5432")
    assert known(services["lockStore"]).endswith(".cache.amazonaws.com:6379")
    assert known(services["modelStorage"]).startswith("s3://rasa-prod-model-storage-")


def test_a_cluster_is_ready_with_nodes_and_add_ons_but_its_kubeconfig_does_not_change_with_them(dev: Built) -> None:
    cluster = dev.platform.cluster
    ready = {resource.pulumi_resource_type for resource in cluster.ready}
    assert {f"aws:{NODES}", "aws:eks/addon:Addon"} <= ready
    assert dev.types(sources(cluster.kubeconfig)) & {f"aws:{EKS}", *ready} == {f"aws:{EKS}"}


def test_a_kubeconfig_signs_in_by_the_aws_cli() -> None:
    content = json.loads(kubeconfig("rasa", "https://example", "Y2E=", "eu-central-1", ""))
    sign_in = content["users"][0]["user"]
    assert list(sign_in) == ["exec"]
    assert sign_in["exec"]["command"] == "aws"
    assert "--role-arn" not in sign_in["exec"]["args"]
    assert content["clusters"][0]["cluster"]["certificate-authority-data"] == "Y2E="


def test_a_kubeconfig_takes_the_role_that_made_the_cluster() -> None:
    role = "arn:aws:iam::111122223333:role/deployer"
    built = build(changed(DEV, **{"provider.roleArn": role}))
    content = json.loads(known(built.platform.cluster.kubeconfig))
    assert content["users"][0]["user"]["exec"]["args"][-2:] == ["--role-arn", role]
