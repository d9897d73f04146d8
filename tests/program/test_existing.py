"""Layers that exist already, on each cloud, alone and together: nothing of them is managed, all is wired to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest

from sandbox.recording import Recording
from settings import Cloud
from tests.program.invariants import all_texts, nothing_is_warned_of
from tests.settings.existing import EXISTING, KAFKA_BY_CERTIFICATE, LAYERS, SECRETS, existing
from tests.settings.full import CA
from tools import daily
from tools.stacks import changed, recorded

# What the program manages of a layer when it creates it: types, and after a space names where the type is not enough.
MANAGED: Final[Mapping[Cloud, Mapping[str, str]]] = {
    Cloud.AWS: {
        "network": r"aws:ec2/(vpc|subnet|natGateway|route|routeTable|internetGateway|eip|defaultSecurityGroup):.*",
        "encryption": r"aws:kms/.* rasa-\w+-data-.*",
        "cluster": r"aws:eks/(cluster|nodeGroup|addon|accessEntry):.*",
        "trackerStore": r"aws:rds/.*|rasa:kubernetes:(DatabaseServer|AssistantDatabase)",
        "lockStore": r"aws:elasticache/.*",
        "eventQueue": r"aws:msk/.*|aws:secretsmanager/.* rasa-\w+-event-queue-.*",
        "modelStorage": r"aws:s3/.*",
        "secretsManager": r"aws:(kms|secretsmanager)/.* rasa-\w+-vault-.*|rasa:kubernetes:VaultServer",
    },
    Cloud.AZURE: {
        "network": r"azure-native:network:(VirtualNetwork|Subnet|NatGateway|PublicIPAddress)",
        "encryption": r"rasa:azure:EncryptionKey",
        "cluster": r"azure-native:containerservice:.*",
        "trackerStore": r"azure-native:dbforpostgresql:.*|rasa:kubernetes:(DatabaseServer|AssistantDatabase)",
        "lockStore": r"azure-native:redisenterprise:.*",
        "eventQueue": r"azure-native:eventhub:.*",
        "modelStorage": r"azure-native:storage:.*",
        "secretsManager": r"rasa:azure:KeyVaultSeal",
    },
    Cloud.GCP: {
        "network": r"gcp:compute/(network|subnetwork|router|routerNat):.*|gcp:servicenetworking/.*",
        "encryption": r"rasa:gcp:EncryptionKey",
        "cluster": r"gcp:container/.*",
        "trackerStore": r"gcp:sql/.*|rasa:kubernetes:(DatabaseServer|AssistantDatabase)",
        "lockStore": r"gcp:redis/.*",
        "eventQueue": r"confluentcloud:.*",
        "modelStorage": r"gcp:storage/.*",
        "secretsManager": r"rasa:gcp:CloudKmsVaultSeal|gcp:secretmanager/.*",
    },
}
SERVICES: Final = ("trackerStore", "lockStore", "eventQueue", "modelStorage")
IRSA: Final = {
    "kind": "irsa",
    "issuer": "https://oidc.acme.example.com/1",
    "providerArn": "arn:aws:iam::111122223333:oidc-provider/oidc.acme.example.com/1",
}
USERS_OF_OPENSHIFT: Final = {"cluster.podSecurity": "openshift"}
OPENSHIFT: Final = {**USERS_OF_OPENSHIFT, "cluster.identity": IRSA}
LOGIN: Final = {"database": "reports", "username": "reports", "password": "dbPassword"}

TOPICS: Final = {"events": "acme.events", "deadLetters": "acme.dlq", "consumerGroup": "acme.group"}

# A cluster stands in a network that it does not make.
SINGLE: Final = {layer: ((layer,) if layer != "cluster" else ("network", "cluster"), {}) for layer in LAYERS}
# The layers that exist, and what else is changed.
CASES: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    **SINGLE,
    "services": (SERVICES, {}),
    "cluster and services": (("cluster", *SERVICES), {}),
    "network and key": (("network", "encryption"), {}),
    "OpenShift": (("network", "cluster"), OPENSHIFT),
    "everything": (LAYERS, {}),
    "everything on OpenShift": (LAYERS, OPENSHIFT),
    "everything, users of OpenShift": (LAYERS, USERS_OF_OPENSHIFT),
    "everything, with analytics": (
        LAYERS,
        {"assistants[0].analytics": True, "trackerStore.analyticsLogins": {"rasa": LOGIN}},
    ),
    "everything, Kafka by certificate": (
        LAYERS,
        {
            "assistants[0].analytics": True,
            "trackerStore.analyticsLogins": {"rasa": LOGIN},
            "eventQueue": {**KAFKA_BY_CERTIFICATE, "topics": {"rasa": TOPICS}},
        },
    ),
    "everything, models in the image": (
        tuple(layer for layer in LAYERS if layer != "modelStorage"),
        {"cluster.identity": {"kind": "none"}, "modelStorage": {"kind": "none"}, "assistants": [{"name": "rasa"}]},
    ),
    "everything in prod": (LAYERS, {"profile": "prod"}),
}
EVERYWHERE: Final = [
    *((Cloud.AWS, case, "dev") for case in CASES),
    *(
        (cloud, case, profile)
        for cloud in (Cloud.AZURE, Cloud.GCP)
        for case in (*SINGLE, "everything")
        for profile in ("dev", "prod")
    ),
]


@cache
def recording(case: str, cloud: Cloud = Cloud.AWS, profile: str = "dev", preview: bool = False) -> Recording:
    """What the program registers."""
    layers, changes = CASES[case]
    stack_file = changed(existing(cloud, *layers), **{"profile": profile, **changes})
    return recorded(stack_file, stack_file["profile"], preview)


def managed_layers(cloud: Cloud, resources: Iterable[tuple[str, str]]) -> set[str]:
    """The layers of which one of the resources is managed, each a type and a name."""
    named = [f"{type_} {name}" for type_, name in resources]
    return {layer for layer, of in MANAGED[cloud].items() if any(re.fullmatch(f"({of})( .*)?", one) for one in named)}


def layers_to_make(cloud: Cloud, existing_: Iterable[str], profile: str = "dev") -> set[str]:
    """The layers that the program creates if these exist, or are none."""
    wanted = set(LAYERS) - set(existing_)
    if not wanted & {"cluster", "trackerStore", "lockStore", "eventQueue"}:
        wanted -= {"network", "encryption"}  # nothing is in it
    if cloud is not Cloud.AWS and profile == "dev":
        wanted -= {"encryption"}  # the cloud has keys enough
    return wanted


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping inside a value."""
    match value:
        case {**items}:
            yield items
            for item in items.values():
                yield from mappings(item)
        case [*items]:
            for item in items:
                yield from mappings(item)
        case _:
            pass


@pytest.mark.parametrize(("cloud", "case", "profile"), daily.drawn("existing layers", EVERYWHERE, 4))
def test_exactly_what_does_not_exist_is_managed(cloud: Cloud, case: str, profile: str):
    layers, changes = CASES[case]
    found = recording(case, cloud, profile)
    made = managed_layers(cloud, ((one.type, one.name) for one in found.resources.values()))
    assert made == layers_to_make(cloud, (*layers, *changes), profile)
    assert nothing_is_warned_of(found) == []


@pytest.mark.parametrize("case", daily.drawn("previews of existing layers", CASES, 3))
def test_a_preview_needs_no_cloud(case: str):
    assert recording(case, preview=True).resources.keys() == recording(case).resources.keys()


@pytest.mark.parametrize("cloud", [Cloud.AZURE, Cloud.GCP])
def test_where_everything_exists_nothing_is_managed_on_the_cloud(cloud: Cloud):
    packages = {one.package for one in recording("everything", cloud, "prod").resources.values()}
    assert packages == {"pulumi", "rasa", "kubernetes", "random"}


def test_where_everything_exists_only_a_role_for_the_pods_is_made_on_the_cloud():
    types = {one.type for one in recording("everything").resources.values() if one.package == "aws"}
    assert types == {
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    }
    without_models = recording("everything, models in the image")
    assert [one.urn for one in without_models.resources.values() if one.package == "aws"] == []
    assert without_models.calls == ()


@pytest.mark.parametrize("cloud", Cloud)
def test_rasa_is_told_of_the_existing_services(cloud: Cloud):
    endpoints = recording("everything", cloud).outputs["endpoints"]["rasa"]
    assert {key: endpoints["tracker_store"][key] for key in ("url", "port", "db")} == {
        "url": "db.acme.example.com", "port": 5432, "db": "conversations",
    }  # fmt: skip
    assert endpoints["tracker_store"]["username"] == {"source": "secrets_manager.vault", "secret_key": "db_username"}
    assert endpoints["secrets_manager"]["url"] == "https://vault.acme.example.com:8200"
    assert {key: endpoints["lock_store"][key] for key in ("host", "port", "username", "use_ssl")} == {
        "host": "redis.acme.example.com", "port": 6380, "username": "default", "use_ssl": True,
    }  # fmt: skip
    assert endpoints["event_broker"]["url"] == "kafka1.acme.example.com:9092,kafka2.acme.example.com:9093"
    assert endpoints["event_broker"]["sasl_mechanism"] == "PLAIN"


def test_outputs_name_the_existing_services():
    assert recording("everything").outputs["services"] == {
        "cluster": "acme-admin",
        "trackerStore": "db.acme.example.com:5432",
        "lockStore": "redis.acme.example.com:6380",
        "eventQueue": "kafka1.acme.example.com:9092,kafka2.acme.example.com:9093",
        "modelStorage": "s3://acme-models",
        "secretsManager": "https://vault.acme.example.com:8200",
    }


def test_pods_reach_the_existing_services_and_no_more():
    policy = recording("everything").named("rasa-network-egress").inputs["spec"]
    opened = {
        (block["cidr"], port["port"])
        for rule in policy["egress"]
        for to in rule.get("to", [])
        for block in [to.get("ipBlock", {})]
        if "cidr" in block and "except" not in block
        for port in rule["ports"]
    }
    assert opened == {
        ("10.20.0.0/24", 5432),
        ("10.20.1.0/24", 6380),
        ("0.0.0.0/0", 9092),
        ("0.0.0.0/0", 9093),
        ("10.20.2.0/24", 8200),
        ("169.254.170.23/32", 80),
        ("10.10.0.0/16", 443),
    }


def test_the_passwords_of_existing_services_stand_in_the_pods_secret_only():
    used = recording("everything")
    # The database's password is in Vault, and nobody here needs it.
    held = {"dbPassword": [], "redisPassword": ["rasa-secrets-secret"], "kafkaPassword": ["rasa-secrets-secret"]}
    for key, names in {**held, "vaultToken": ["rasa-vault-token"]}.items():
        holders = [one for one in used.resources.values() if SECRETS[key] in set(all_texts(one.inputs))]
        assert [one.name for one in holders] == names, key


def test_a_client_certificate_for_kafka_is_a_file_of_each_pod_that_uses_kafka_and_topics_have_the_user_s_names():
    used = recording("everything, Kafka by certificate")
    broker, values = used.outputs["endpoints"]["rasa"]["event_broker"], used.outputs["values"]["rasa"]
    analytics = values["rasaProServices"]
    assert (broker["topic"], broker["security_protocol"]) == ("acme.events", "SSL")
    assert not any(key.startswith("sasl") for key in broker)
    kafka = analytics["kafka"]
    assert [kafka[key] for key in ("topic", "dlqTopic", "consumerId")] == ["acme.events", "acme.dlq", "acme.group"]
    assert kafka["securityProtocol"] == "SSL"
    assert analytics["additionalEnv"] == []
    files = {broker["ssl_certfile"], broker["ssl_keyfile"]}
    assert files == {kafka["sslCertFileLocation"], kafka["sslKeyFileLocation"]}
    (job,) = (one for one in used.of_type("kubernetes:batch/v1:Job") if one.name == "rasa-smoke-test-job")
    pod = job.inputs["spec"]["template"]["spec"]
    for volumes, mounts in (
        (values["rasa"]["volumes"], values["rasa"]["volumeMounts"]),
        (analytics["volumes"], analytics["volumeMounts"]),
        (pod["volumes"], pod["containers"][0]["volumeMounts"]),
    ):
        secrets = {one["name"]: one["secret"] for one in volumes if "secret" in one}
        mounted = {
            f"{mount['mountPath']}/{item['path']}"
            for mount in mounts
            if mount["name"] in secrets
            for item in secrets[mount["name"]]["items"]
        }
        assert files <= mounted
    for key in ("kafkaCertificate", "kafkaKey"):
        holders = [one.name for one in used.resources.values() if SECRETS[key] in set(all_texts(one.inputs))]
        assert holders == ["rasa-secrets-secret"], key


def test_the_kubeconfig_goes_to_the_provider_with_the_chosen_context():
    provider = recording("everything").named("kubernetes")
    (kubeconfig,) = (text for text in all_texts(provider.inputs["kubeconfig"]))
    assert '"current-context": "acme-admin"' in kubeconfig
    assert "https://api.acme.example.com:6443" in set(all_texts(provider.inputs["clusterIdentifier"]))


def test_existing_data_subnets_and_the_pods_ranges_are_used():
    made = recording("cluster")
    (group,) = made.of_type("aws:rds/subnetGroup:SubnetGroup")
    assert group.inputs["subnetIds"] == list(EXISTING[Cloud.AWS]["network"]["dataSubnets"])
    rules = made.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    sources = {rule.inputs.get("cidrIpv4") for rule in rules if "clients" in rule.name}
    assert sources == {"10.10.0.0/16"}


def test_a_cluster_is_made_in_an_existing_network():
    (cluster,) = recording("network").of_type("aws:eks/cluster:Cluster")
    assert cluster.inputs["vpcConfig"]["subnetIds"] == list(EXISTING[Cloud.AWS]["network"]["privateSubnets"])


def test_an_existing_key_encrypts_all_data_in_both_profiles():
    key = EXISTING[Cloud.AWS]["encryption"]["key"]
    made = recording("encryption")
    assert made.of_type("aws:rds/instance:Instance")[0].inputs["kmsKeyId"] == key
    assert made.of_type("aws:elasticache/replicationGroup:ReplicationGroup")[0].inputs["kmsKeyId"] == key
    assert made.named("rasa-dev-event-queue-rasa-secret").inputs["kmsKeyId"] == key


def test_each_role_of_a_cluster_with_an_oidc_provider_trusts_one_service_account():
    made = recording("OpenShift")
    trusts = [one.inputs["assumeRolePolicy"] for one in made.of_type("aws:iam/role:Role")]
    of_pods = [trust for trust in trusts if '"oidc.acme.example.com/1:aud"' in trust]
    trusted = [re.findall("system:serviceaccount:([a-z:-]+)", trust) for trust in of_pods]
    assert sorted(trusted) == [["rasa:rasa"], ["vault:vault"], ["vault:vault-init"]]
    account = made.named("rasa-account-rasa")
    assert list(account.inputs["metadata"]["annotations"]) == ["eks.amazonaws.com/role-arn"]


@pytest.mark.parametrize(
    ("case", "cloud", "chosen"),
    [
        ("OpenShift", Cloud.AWS, False),
        *(("everything, users of OpenShift", cloud, False) for cloud in Cloud),
        ("everything", Cloud.AWS, True),
    ],
)
def test_openshift_chooses_the_user_of_pods(case: str, cloud: Cloud, chosen: bool):
    resources = recording(case, cloud).resources.values()
    contexts = [each for one in resources for each in mappings(one.inputs) if "runAsNonRoot" in each]
    assert len(contexts) >= 2
    assert {bool({"runAsUser", "runAsGroup", "fsGroup"} & each.keys()) for each in contexts} == {chosen}
    assert all(each["seccompProfile"] == {"type": "RuntimeDefault"} for each in contexts)


def test_openshifts_name_service_answers_on_a_port_of_its_own():
    policy = recording("OpenShift").named("rasa-space-dns").inputs["spec"]
    ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert ports == {53, 5353}
    labels = recording("OpenShift").named("rasa-space-namespace").inputs["metadata"]["labels"]
    assert labels["security.openshift.io/scc.podSecurityLabelSync"] == "false"


def test_a_ca_of_ones_own_is_trusted_instead_of_the_public_ones():
    stack_file = changed(existing(Cloud.AWS, *LAYERS), **{"trackerStore.ca": CA, "lockStore.tls": False})
    files = recorded(stack_file, "dev").named("rasa-secrets-ca").inputs["data"]
    assert files["postgres-ca.pem"] == CA
    assert files["kafka-ca.pem"].count("BEGIN CERTIFICATE") > 20
    assert "redis-ca.pem" not in files
