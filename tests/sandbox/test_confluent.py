"""Confluent Cloud: the exact forms of its answers, and its refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from catalogue.confluentcloud import CONFLUENTCLOUD
from catalogue.wire import Properties, is_secret, reveal
from tests.sandbox.google import Google
from tests.sandbox.world import Made, refused

BASIC: Properties = {"basic": {}, "availability": "SINGLE_ZONE", "cloud": "GCP", "region": "europe-west1"}
ENTERPRISE: Properties = {**BASIC, "basic": None, "enterprises": [{}], "availability": "HIGH"}


class Confluent:
    """An environment with one cluster."""

    def __init__(self, google: Google, inputs: Properties, **more: Any) -> None:
        self.google = google
        self.environment = google.make("confluentcloud.Environment", displayName="rasa")
        self.at = {"environment": {"id": self.environment.id}}
        self.cluster = google.make("confluentcloud.KafkaCluster", **{**inputs, **self.at, **more})

    def account(self) -> str:
        return self.google.make("confluentcloud.ServiceAccount", displayName="app").id

    def key(self, account: str, **more: Any) -> tuple[str, str]:
        owner = {"id": account, "apiVersion": "iam/v2", "kind": "ServiceAccount"}
        managed = {"id": self.cluster.id, "apiVersion": "cmk/v2", "kind": "Cluster", **self.at}
        made = self.google.make("confluentcloud.ApiKey", owner=owner, managedResource=managed, **more)
        assert is_secret(made["secret"])
        return made.id, reveal(made["secret"])

    def bind(self, account: str, role: str, part: str = "") -> None:
        where, who = f"{self.cluster['rbacCrn']}{part}", f"User:{account}"
        self.google.make("confluentcloud.RoleBinding", principal=who, roleName=role, crnPattern=where)

    def topic(self, key: str, secret: str) -> Made:
        return self.google.make(
            "confluentcloud.KafkaTopic",
            topicName="events",
            kafkaCluster={"id": self.cluster.id},
            restEndpoint=self.cluster["restEndpoint"],
            credentials={"key": key, "secret": secret},
        )


@pytest.fixture
def basic(google: Google) -> Confluent:
    return Confluent(google, BASIC)


def test_forms(basic: Confluent) -> None:
    assert re.fullmatch(r"env-[a-z0-9]{6}", basic.environment.id)
    assert re.fullmatch(r"lkc-[a-z0-9]{6}", basic.cluster.id)
    address = r"SASL_SSL://pkc-\w{5}\.europe-west1\.gcp\.confluent\.cloud:9092"
    assert re.fullmatch(address, basic.cluster["bootstrapEndpoint"])
    place = f"/environment={basic.environment.id}/cloud-cluster={basic.cluster.id}"
    assert basic.cluster["rbacCrn"].endswith(place)
    key, secret = basic.key(basic.account())
    assert re.fullmatch(r"[A-Z0-9]{16}", key)
    assert len(secret) == 64


def test_a_provider_needs_its_key() -> None:
    assert len(list(CONFLUENTCLOUD.config_problems({}))) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"enterprises": [{}]}, "exactly one of"),
        ({"basic": None}, "exactly one of"),
        ({"availability": "MULTI_ZONE"}, "availability"),
        ({"cloud": "gcp"}, "AWS AZURE GCP"),
    ],
)
def test_impossible_clusters(changes: dict[str, Any], reason: str, google: Google) -> None:
    with refused(reason):
        Confluent(google, BASIC, **changes)


def test_a_protected_cluster_is_not_deleted(google: Google) -> None:
    confluent = Confluent(google, BASIC, deletionProtection=True)
    with refused("deletion protection"):
        google.delete(confluent.cluster)
    with refused("not empty"):
        google.delete(confluent.environment)


def test_topics_need_an_admins_key(basic: Confluent) -> None:
    account = basic.account()
    key, secret = basic.key(account)
    with refused("401"):
        basic.topic(key, "wrong")
    with refused("403"):
        basic.topic(key, secret)
    basic.bind(account, "CloudClusterAdmin")
    assert basic.topic(key, secret).id == f"{basic.cluster.id}/events"


@pytest.mark.parametrize(
    ("kind", "role", "part", "reason"),
    [
        (BASIC, "DeveloperWrite", "/kafka={}/topic=events", "use ACLs on Basic"),
        (ENTERPRISE, "DeveloperWrite", "", "is for a topic or group"),
        (ENTERPRISE, "DeveloperWrite", "/topic=events", "needs /kafka="),
        (ENTERPRISE, "Writer", "", "invalid role"),
    ],
    ids=["basic", "no part", "no cluster", "no role"],
)
def test_impossible_roles(kind: Properties, role: str, part: str, reason: str, google: Google) -> None:
    confluent = Confluent(google, kind)
    account = confluent.account()
    with refused(reason):
        confluent.bind(account, role, part.format(confluent.cluster.id))


def test_names_of_service_accounts_are_taken_once(basic: Confluent) -> None:
    basic.account()
    with refused("already in use"):
        basic.account()


def test_a_private_cluster_is_not_reached_from_outside(google: Google) -> None:
    confluent = Confluent(google, ENTERPRISE)
    account = confluent.account()
    with refused("disable_wait_for_ready"):
        confluent.key(account)
    confluent.bind(account, "CloudClusterAdmin")
    key = confluent.key(account, disableWaitForReady=True)
    with refused("the cluster is private"):
        confluent.topic(*key)


def test_the_way_into_a_private_cluster(google: Google) -> None:
    at = {"environment": {"id": google.make("confluentcloud.Environment", displayName="rasa").id}}
    region = {"gcpIngressPrivateServiceConnectGateway": {"region": "europe-west1"}}
    gateway = google.make("confluentcloud.Gateway", displayName="in", **at, **region)
    inside = {"addressType": "INTERNAL", "purpose": "GCE_ENDPOINT", "subnetwork": google.subnetwork().id}
    connection = google.make(
        "compute.ForwardingRule",
        network=google.vpc.id,
        ipAddress=google.make("compute.Address", **inside).id,
        target=gateway["gcpIngressPrivateServiceConnectGateway"]["privateServiceConnectServiceAttachment"],
        loadBalancingScheme="",
    )["pscConnectionId"]
    assert re.fullmatch(r"\d{18}", connection)

    def point(identifier: str) -> Made:
        endpoint = {"gcpIngressPrivateServiceConnectEndpoint": {"privateServiceConnectConnectionId": identifier}}
        return google.make("confluentcloud.AccessPoint", **at, gateway={"id": gateway.id}, **endpoint)

    with refused("no Private Service Connect connection"):
        point(str(int(float(connection)))[:-2] + "00")  # rounded
    made = point(connection)
    domain = made["gcpIngressPrivateServiceConnectEndpoint"]["dnsDomain"]
    assert domain == f"{made.id.replace('-', '')}.europe-west1.gcp.accesspoint.confluent.cloud"
    (endpoint,) = google.make("confluentcloud.KafkaCluster", **{**ENTERPRISE, **at})["endpoints"]
    assert endpoint["accessPointId"] == made.id
    assert re.fullmatch(r"lkc-.*\.gcp\.accesspoint\.glb\.confluent\.cloud:9092", endpoint["bootstrapEndpoint"])
