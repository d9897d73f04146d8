"""Vault in the cluster: who may do what, who reaches it, who waits for whom, and what nobody ever sees."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from components.artifacts import VAULT_CHART_VERSION
from sandbox.recording import Recording, Secret
from settings import Profile
from settings.chart import recorded, unknown_paths
from settings.secrets_manager import CreateVault, ExistingVault, VaultLogin
from tests.components.rasa import wirings
from tests.components.rasa.assistants import DB_PASSWORD, VAULT_TOKEN, record

CHART = recorded("vault")
CREATED = CreateVault(version="2.0.4", nodes=3, storage_gb=20)
EXISTING = ExistingVault(
    kind="existing",
    address="https://vault.acme.example.com",
    networks=("10.20.2.0/24",),
    logins={"rasa": VaultLogin(path="acme/rasa", token="vaultToken", password="dbPassword")},
)


@pytest.fixture(scope="module")
def prod() -> Recording:
    """One assistant and its Vault."""
    return record(wirings.everything(), secrets_manager=CREATED)


@pytest.fixture(scope="module")
def dev() -> Recording:
    """The same in dev, on one node."""
    small = CreateVault(version="2.0.4", nodes=1, storage_gb=5)
    return record(wirings.assistant(), secrets_manager=small, profile=Profile.DEV)


def values(recording: Recording) -> Any:
    return recording.named("vault-release").inputs["values"]


def container(recording: Recording, job: str) -> Any:
    return recording.named(job).inputs["spec"]["template"]["spec"]["containers"][0]


def test_every_path_of_the_values_is_one_of_the_pinned_chart(prod: Recording, dev: Recording) -> None:
    for recording in (prod, dev):
        assert list(unknown_paths(CHART, values(recording))) == []
    assert list(unknown_paths(CHART, {"server": {"replicas": 3}})) == ["server.replicas (integer)"]
    assert CHART["version"] == VAULT_CHART_VERSION


def test_it_stores_its_data_itself_and_is_unsealed_by_the_clouds_key(prod: Recording) -> None:
    config = values(prod)["server"]["ha"]["raft"]["config"]
    assert 'seal "awskms" {\n  region = "eu-central-1"\n  kms_key_id = "key-arn"\n}' in config
    assert config.count("retry_join {") == 3
    assert 'leader_api_addr = "https://vault-2.vault-internal:8200"' in config
    assert config.count("{") == config.count("}")
    for option in ("tls_disable", "tls_skip_verify"):
        assert option not in config


def test_its_pods_keep_the_restricted_standard(prod: Recording) -> None:
    security = values(prod)["server"]["statefulSet"]["securityContext"]
    assert security["container"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert security["pod"] == {
        "runAsNonRoot": True,
        "runAsUser": 100,
        "runAsGroup": 1000,
        "fsGroup": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    # Without IPC_LOCK there is no locked memory.
    assert "disable_mlock = true" in values(prod)["server"]["ha"]["raft"]["config"]
    labels = prod.named("vault-space-namespace").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_prod_is_spread_audited_and_kept(prod: Recording, dev: Recording) -> None:
    server = values(prod)["server"]
    assert server["ha"]["replicas"] == 3
    assert server["auditStorage"]["enabled"]
    apart = json.loads(server["affinity"])["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart[0]["topologyKey"] == "kubernetes.io/hostname"
    assert prod.named("vault-volumes").inputs["reclaimPolicy"] == "Retain"
    assert prod.named("vault-release").protect
    assert prod.named("vault-space-namespace").protect
    small = values(dev)["server"]
    assert not small["auditStorage"]["enabled"]
    assert "requiredDuringSchedulingIgnoredDuringExecution" not in small["affinity"]
    assert not dev.named("vault-release").protect


def test_nobody_waits_for_pods_that_cannot_be_ready(prod: Recording) -> None:
    assert prod.named("vault-release").inputs["skipAwait"] is True


def test_the_certificate_has_every_name_that_clients_use(prod: Recording) -> None:
    names = prod.named("vault-tls-request").inputs["dnsNames"]
    assert {"vault-active.vault.svc", "*.vault-internal", "*.vault-internal.vault.svc"} <= set(names)
    certificate = prod.named("vault-tls-certificate").inputs
    assert certificate["earlyRenewalHours"] < certificate["validityPeriodHours"] <= 365 * 24
    assert certificate["allowedUses"] == ["digital_signature", "key_encipherment", "server_auth", "client_auth"]
    assert isinstance(prod.named("vault-certificate").inputs["stringData"], Secret)


def test_order_release_then_initialisation_then_credentials_then_rasa(prod: Recording) -> None:
    chain = ["vault-release", "vault-init-job", "rasa-vault-config-job", "rasa-smoke-test-job", "rasa-release"]
    for earlier, later in pairwise(chain):
        assert prod.named(earlier).urn in prod.reached_from(prod.named(later).urn), later
    for needed in ("vault-certificate", "vault-policy-server", "vault-space-deny"):
        assert prod.named(needed).urn in prod.reached_from(prod.named("vault-release").urn)


def test_the_initialisation_is_told_where_to_put_the_recovery_keys_and_nothing_secret(prod: Recording) -> None:
    config = json.loads(prod.named("vault-init-files").inputs["data"]["vault.json"])
    assert config["recovery"] == {"secret": "secret-arn", "region": "eu-central-1"}
    assert config["nodes"][0] == "https://vault-0.vault-internal.vault.svc:8200"
    assert len(config["nodes"]) == 3
    # Vault stops when no device can be written.
    assert config["audit"] == {"file": "/vault/audit/audit.log", "stdout": "stdout"}
    assert {variable["name"] for variable in container(prod, "vault-init-job")["env"]} == {"VAULT_CACERT"}


def test_rights_in_the_cluster_are_for_one_secret_each(prod: Recording) -> None:
    stash = prod.named("vault-init-stash-role").inputs
    assert stash["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["vault-init"],
            "verbs": ["get", "patch", "delete"],
        },
        # A right to create cannot be limited to a name, but shows nothing.
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
    ]
    assert stash["metadata"]["namespace"] == "vault"
    delivery = prod.named("rasa-vault-delivery-role").inputs
    assert delivery["metadata"]["namespace"] == "rasa"
    assert delivery["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["rasa-vault"], "verbs": ["get", "patch"]}
    ]
    (subject,) = prod.named("rasa-vault-delivery-binding").inputs["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "vault-config", "namespace": "vault"}
    assert {one.name for one in prod.of_type("kubernetes:rbac.authorization.k8s.io/v1:Role")} == {
        "vault-init-stash-role",
        "rasa-vault-delivery-role",
    }


def test_only_the_initialisation_has_an_identity_of_the_cloud(prod: Recording) -> None:
    assert prod.named("vault-account-vault-init").inputs["metadata"]["annotations"] == {
        "example.com/role": "vault-init"
    }
    assert not prod.named("vault-account-vault-config").inputs["metadata"].get("annotations")


def test_the_token_is_made_empty_and_left_alone(prod: Recording) -> None:
    secret = prod.named("rasa-vault-token").inputs
    assert secret["metadata"]["name"] == "rasa-vault"
    assert "stringData" not in secret
    assert "data" not in secret


def test_the_databases_password_is_in_vault_and_no_longer_in_rasas_secret(prod: Recording) -> None:
    endpoints = prod.outputs["rasa"]["endpoints"]
    assert endpoints["tracker_store"]["password"] == {
        "source": "secrets_manager.vault",
        "secret_key": "db_password",
    }
    assert endpoints["secrets_manager"] == {
        "type": "vault",
        "url": "https://vault-active.vault.svc:8200",
        "token": "${VAULT_TOKEN}",
        "mount_point": "secret",
        "secrets_path": "rasa/tracker-store",
    }
    assert "dbPassword" not in prod.named("rasa-secrets-secret").inputs["stringData"].value
    job = {variable["name"]: variable.get("valueFrom") for variable in container(prod, "rasa-vault-config-job")["env"]}
    assert set(job) == {"VAULT_CACERT", "DB_USERNAME", "DB_PASSWORD"}
    assert job["DB_PASSWORD"]["secretKeyRef"]["key"] == "password"


def test_the_token_is_renewed_every_day(prod: Recording) -> None:
    schedule = prod.named("rasa-vault-config-schedule").inputs["spec"]
    assert schedule["schedule"] == "17 3 * * *"
    assert schedule["jobTemplate"]["spec"] == prod.named("rasa-vault-config-job").inputs["spec"]


def test_who_reaches_whom(prod: Recording) -> None:
    server = prod.named("vault-policy-server").inputs["spec"]
    namespaces = [
        source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in server["ingress"]
        for source in rule["from"]
        if "namespaceSelector" in source
    ]
    assert namespaces == ["rasa"]
    rasa = prod.named("rasa-network-egress").inputs["spec"]["egress"]
    opened = [rule["ports"] for rule in rasa if any("namespaceSelector" in to for to in rule["to"])]
    assert [{"protocol": "TCP", "port": 8200}] in opened


def test_a_runbook_leaves_the_first_step_to_the_user_and_names_it() -> None:
    waiting = CreateVault(version="2.0.4", nodes=3, storage_gb=20, init="runbook")
    recording = record(wirings.everything(), secrets_manager=waiting)
    names = {one.name for one in recording.resources.values()}
    assert "vault-release" in names
    assert not names & {"vault-init-job", "rasa-vault-config-job", "rasa-smoke-test-job", "rasa-release"}
    step = recording.outputs["rasa"]["next"]
    assert "docs/vault.md" in step
    assert "initialized: true" in step
    done = CreateVault(version="2.0.4", nodes=3, storage_gb=20, init="runbook", initialized=True)
    recording = record(wirings.everything(), secrets_manager=done)
    assert recording.named("rasa-release")
    assert json.loads(recording.named("vault-init-files").inputs["data"]["vault.json"])["recovery"] is None


def test_a_vault_of_the_users_is_only_read() -> None:
    recording = record(wirings.everything(), secrets_manager=EXISTING)
    assert not [one for one in recording.resources.values() if one.name.startswith("vault")]
    assert recording.named("rasa-vault-token").inputs["stringData"] == Secret({"token": VAULT_TOKEN})
    # The role at the database gets the password that stands there already.
    passwords = recording.named("rasa-database-passwords").inputs["stringData"].value
    assert passwords["rasa"] == DB_PASSWORD
    assert passwords["rasa_analytics"] != DB_PASSWORD
    endpoints = recording.outputs["rasa"]["endpoints"]
    assert endpoints["secrets_manager"]["url"] == "https://vault.acme.example.com"
    assert endpoints["secrets_manager"]["secrets_path"] == "acme/rasa"
    egress = recording.named("rasa-network-egress").inputs["spec"]["egress"]
    assert {"to": [{"ipBlock": {"cidr": "10.20.2.0/24"}}], "ports": [{"protocol": "TCP", "port": 443}]} in egress
