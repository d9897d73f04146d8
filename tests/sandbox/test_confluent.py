"""Confluent Cloud: the exact forms of what it answers, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from catalogue import sdk
from catalogue.confluentcloud import CONFLUENTCLOUD
from catalogue.entry import Refused
from catalogue.wire import Properties, is_secret, reveal
from tests.sandbox.google import C, Google, T

BASIC: Properties = {"basic": {}, "availability": "SINGLE_ZONE", "cloud": "GCP", "region": "europe-west1"}
ENTERPRISE: Properties = {**BASIC, "basic": None, "enterprises": [{}], "availability": "HIGH"}


class Confluent:
    """An environment with one cluster."""

    def __init__(self, google: Google, inputs: Properties, **more: Any) -> None:
        self.google = google
        self.environment, _ = google.make(C["Environment"], "environment", {"displayName": "rasa"})
        given = {**inputs, "environment": {"id": self.environment}, **more}
        self.id, self.outputs = google.make(C["KafkaCluster"], "kafka", given)

    def account(self, name: str = "app") -> str:
        return self.google.make(C["ServiceAccount"], name, {"displayName": name})[0]

    def key(self, account: str, **more: Any) -> tuple[str, str]:
        inputs = {
            "owner": {"id": account, "apiVersion": "iam/v2", "kind": "ServiceAccount"},
            "managedResource": {
                "id": self.id,
                "apiVersion": "cmk/v2",
                "kind": "Cluster",
                "environment": {"id": self.environment},
            },
            **more,
        }
        id_, outputs = self.google.make(C["ApiKey"], f"key-of-{account}", inputs)
        assert is_secret(outputs["secret"])
        return id_, reveal(outputs["secret"])

    def bind(self, account: str, role: str, part: str = "") -> str:
        inputs = {"principal": f"User:{account}", "roleName": role, "crnPattern": f"{self.outputs['rbacCrn']}{part}"}
        return self.google.make(C["RoleBinding"], f"{account}-{role}-{part}", inputs)[0]

    def topic(self, key: str, secret: str) -> Properties:
        return {
            "topicName": "events",
            "kafkaCluster": {"id": self.id},
            "restEndpoint": self.outputs["restEndpoint"],
            "credentials": {"key": key, "secret": secret},
        }


@pytest.fixture
def basic(google: Google) -> Confluent:
    return Confluent(google, BASIC)


@pytest.mark.parametrize("token", CONFLUENTCLOUD.entries)
def test_the_sdk_knows_every_row_and_its_inputs(token: str) -> None:
    known = sdk.resource_shape(token).types
    entry = CONFLUENTCLOUD.entries[token]
    named = {path.partition(".")[0] for path in (*entry.replaces_on, *(ref.path for ref in entry.refers))}
    assert named <= known.keys()


def test_forms(basic: Confluent) -> None:
    assert re.fullmatch(r"env-[a-z0-9]{6}", basic.environment)
    assert re.fullmatch(r"lkc-[a-z0-9]{6}", basic.id)
    assert re.fullmatch(
        r"SASL_SSL://pkc-\w{5}\.europe-west1\.gcp\.confluent\.cloud:9092", basic.outputs["bootstrapEndpoint"]
    )
    assert basic.outputs["rbacCrn"].endswith(f"/environment={basic.environment}/cloud-cluster={basic.id}")
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
    with pytest.raises(Refused, match=reason):
        Confluent(google, BASIC, **changes)


def test_a_protected_cluster_is_not_deleted(google: Google) -> None:
    confluent = Confluent(google, BASIC, deletionProtection=True)
    with pytest.raises(Refused, match="deletion protection"):
        google.delete(C["KafkaCluster"], "kafka", confluent.id)
    with pytest.raises(Refused, match="not empty"):
        google.delete(C["Environment"], "environment", confluent.environment)


def test_basic_can_become_standard_and_nothing_else(basic: Confluent, google: Google) -> None:
    urn = google.urn(C["KafkaCluster"], "kafka")
    old = {**BASIC, "environment": {"id": basic.environment}}
    standard = {**old, "basic": None, "standard": {}}
    assert not google.confluent.diff(urn, basic.id, old, basic.outputs, standard).replaces
    enterprise = {**old, **ENTERPRISE}
    assert google.confluent.diff(urn, basic.id, old, basic.outputs, enterprise).replaces


def test_topics_need_an_admins_key(basic: Confluent, google: Google) -> None:
    account = basic.account()
    key, secret = basic.key(account)
    with pytest.raises(Refused, match="401"):
        google.make(C["KafkaTopic"], "events", basic.topic(key, "wrong"))
    with pytest.raises(Refused, match="403"):
        google.make(C["KafkaTopic"], "events", basic.topic(key, secret))
    basic.bind(account, "CloudClusterAdmin")
    assert google.make(C["KafkaTopic"], "events", basic.topic(key, secret))[0] == f"{basic.id}/events"


def test_roles_on_topics_are_not_for_basic(basic: Confluent) -> None:
    with pytest.raises(Refused, match="use ACLs on Basic"):
        basic.bind(basic.account(), "DeveloperWrite", f"/kafka={basic.id}/topic=events")


@pytest.mark.parametrize(
    ("role", "part", "reason"),
    [
        ("DeveloperWrite", "", "is for a topic or group"),
        ("DeveloperWrite", "/topic=events", "needs /kafka="),
        ("Writer", "", "invalid role"),
    ],
)
def test_impossible_roles(role: str, part: str, reason: str, google: Google) -> None:
    confluent = Confluent(google, ENTERPRISE)
    with pytest.raises(Refused, match=reason):
        confluent.bind(confluent.account(), role, part)


def test_names_of_service_accounts_are_taken_once(basic: Confluent, google: Google) -> None:
    basic.account()
    with pytest.raises(Refused, match="already in use"):
        google.make(C["ServiceAccount"], "other", {"displayName": "app"})


def test_a_private_cluster_is_not_reached_from_outside(google: Google) -> None:
    confluent = Confluent(google, ENTERPRISE)
    account = confluent.account()
    with pytest.raises(Refused, match="disable_wait_for_ready"):
        confluent.key(account)
    confluent.bind(account, "CloudClusterAdmin")
    topic = confluent.topic(*confluent.key(account, disableWaitForReady=True))
    with pytest.raises(Refused, match="the cluster is private"):
        google.make(C["KafkaTopic"], "events", topic)


def test_the_way_into_a_private_cluster(google: Google) -> None:
    environment, _ = google.make(C["Environment"], "environment", {"displayName": "rasa"})
    at = {"environment": {"id": environment}}
    region = {"gcpIngressPrivateServiceConnectGateway": {"region": "europe-west1"}}
    gateway, made = google.make(C["Gateway"], "gateway", {"displayName": "in", **at, **region})
    network = google.vpc()
    address: Properties = {
        "addressType": "INTERNAL",
        "purpose": "GCE_ENDPOINT",
        "subnetwork": google.subnetwork(network),
    }
    attachment = made["gcpIngressPrivateServiceConnectGateway"]["privateServiceConnectServiceAttachment"]
    rule = {
        "network": network,
        "ipAddress": google.make(T["Address"], "address", address)[0],
        "target": attachment,
        "loadBalancingScheme": "",
    }
    connection = google.make(T["ForwardingRule"], "rule", rule)[1]["pscConnectionId"]
    assert re.fullmatch(r"\d{18}", connection)

    def point(identifier: str) -> Properties:
        endpoint = {"privateServiceConnectConnectionId": identifier}
        return {**at, "gateway": {"id": gateway}, "gcpIngressPrivateServiceConnectEndpoint": endpoint}

    with pytest.raises(Refused, match="no Private Service Connect connection"):
        google.make(C["AccessPoint"], "rounded", point(str(int(float(connection)))[:-2] + "00"))
    id_, outputs = google.make(C["AccessPoint"], "point", point(connection))
    domain = outputs["gcpIngressPrivateServiceConnectEndpoint"]["dnsDomain"]
    assert domain == f"{id_.replace('-', '')}.europe-west1.gcp.accesspoint.confluent.cloud"
    _, cluster = google.make(C["KafkaCluster"], "kafka", {**ENTERPRISE, **at})
    (endpoint,) = cluster["endpoints"]
    assert endpoint["accessPointId"] == id_
    assert endpoint["bootstrapEndpoint"].startswith("lkc-")
    assert endpoint["bootstrapEndpoint"].endswith(".gcp.accesspoint.glb.confluent.cloud:9092")
