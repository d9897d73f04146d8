"""What Vault gets of Google Cloud: its own keys, a secret without a value, and rights that reach no further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.connections import VaultSeal, VolumeClass
from sandbox.recorder import Registration
from settings import Cloud
from tests.components.gcp.conftest import PROD
from tests.components.gcp.recorded import (
    BUCKET_MEMBER,
    GKE,
    KEY,
    KEY_MEMBER,
    RING,
    SECRET,
    SECRET_MEMBER,
    Built,
    build,
    known,
)
from tests.settings.existing import EXISTING, LAYERS, existing
from tests.settings.stack_files import GCP
from tools.stacks import changed

REGION = GCP["region"]
ENCRYPTS, LOOKS = "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"
# Every type with which somebody is given a right, and what it names the resource by.
RIGHTS = {
    KEY_MEMBER: "cryptoKeyId",
    SECRET_MEMBER: "secretId",
    BUCKET_MEMBER: "bucket",
    "projects/iAMMember:IAMMember": "project",
}
PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])


@pytest.fixture
def built(profile: str, request: pytest.FixtureRequest) -> Built:
    return request.getfixturevalue(profile)


def seal_of(built: Built) -> VaultSeal:
    assert built.platform.vault_seal
    return built.platform.vault_seal


def volumes_of(built: Built) -> VolumeClass:
    assert built.platform.cluster.volumes
    return built.platform.cluster.volumes


def texts(values: Mapping[str, pulumi.Input[str]] | None) -> dict[str, Any]:
    """Values that are known or become so."""
    assert values is not None
    return {name: known(value) if isinstance(value, pulumi.Output) else value for name, value in values.items()}


def key(built: Built, name: str) -> Registration:
    (found,) = (each for each in built.all(KEY) if each.inputs["name"] == name)
    return found


def key_id(built: Built, name: str) -> str:
    return f"{key(built, name).inputs['keyRing']}/cryptoKeys/{name}"


def secret_name(built: Built) -> str:
    return built.one(SECRET).inputs["secretId"]


def rights(built: Built) -> set[tuple[str, str, str]]:
    """Everybody's: (member, resource, role)."""
    return {
        (each.inputs["member"], each.inputs[named], each.inputs["role"])
        for kind, named in RIGHTS.items()
        for each in built.all(kind)
    }


def project(built: Built) -> str:
    return built.answers("getProject")[0]["projectId"]


def number(built: Built, project: str) -> str:
    """The number that Google tells for the id of a project."""
    return next(each["number"] for each in built.answers("getProject") if each["projectId"] == project)


def principal(built: Built, account: str, owner: str = "") -> str:
    """A service account of the cluster in the project `owner`, or in the stack's."""
    owner = owner or project(built)
    pools = f"projects/{number(built, owner)}/locations/global/workloadIdentityPools"
    return f"principal://iam.googleapis.com/{pools}/{owner}.svc.id.goog/subject/ns/vault/sa/{account}"


def agent(built: Built, service: str) -> str:
    """The identity that a service of Google's has in the project."""
    return f"serviceAccount:service-{number(built, project(built))}@{service}.iam.gserviceaccount.com"


def rights_of(built: Built, member: str) -> set[tuple[str, str]]:
    return {(resource, role) for who, resource, role in rights(built) if who == member}


# Rights


@PROFILES
def test_vault_may_use_the_key_of_its_seal_and_nothing_else(built: Built) -> None:
    seal = key_id(built, "seal")
    assert rights_of(built, principal(built, "vault")) == {(seal, ENCRYPTS), (seal, LOOKS)}


@PROFILES
def test_the_job_may_add_to_one_secret_and_not_read_it(built: Built) -> None:
    assert rights_of(built, principal(built, "vault-init")) == {
        (secret_name(built), "roles/secretmanager.secretVersionAdder")
    }


@PROFILES
def test_nobody_else_has_a_right_to_vaults_keys_and_secret(built: Built) -> None:
    places = {key_id(built, "seal"): "seal", key_id(built, "recovery"): "recovery", secret_name(built): "secret"}
    holders = {(who, places[resource]) for who, resource, _ in rights(built) if resource in places}
    assert holders == {
        (principal(built, "vault"), "seal"),
        (principal(built, "vault-init"), "secret"),
        (agent(built, "gcp-sa-secretmanager"), "recovery"),
    }


@PROFILES
def test_identities_are_those_of_the_cluster_and_ready_with_their_rights(built: Built) -> None:
    seal = seal_of(built)
    assert seal.recovery
    for identity, kind, count in ((seal.server, KEY_MEMBER, 2), (seal.recovery.identity, SECRET_MEMBER, 1)):
        given = [built.recording.resources[known(each.urn)] for each in identity.ready]
        assert [each.type for each in given] == [f"gcp:{kind}"] * count
        assert all(f"gcp:{GKE}" in built.waits_for(each) for each in given)
        assert (dict(identity.service_account_annotations), dict(identity.pod_labels)) == ({}, {})
        assert ("169.254.169.254/32", 80) in identity.endpoints


# Keys


@PROFILES
def test_the_seal_names_its_key(built: Built) -> None:
    seal = seal_of(built)
    ring = key(built, "seal").inputs["keyRing"].rpartition("/")[2]
    assert seal.kind == "gcpckms"
    assert texts(seal.options) == {"project": project(built), "region": REGION, "key_ring": ring, "crypto_key": "seal"}


@PROFILES
def test_every_key_stands_alone_in_a_ring_and_is_rotated(built: Built, profile: str) -> None:
    keys = built.all(KEY)
    assert {each.inputs["name"] for each in keys} == {"seal", "recovery", *(["data"] if profile == "prod" else [])}
    assert len({each.inputs["keyRing"] for each in keys}) == len(keys) == len(built.all(RING))
    assert {each.inputs["rotationPeriod"] for each in keys} == {"7776000s"}
    assert {each.protect for each in keys} == {profile == "prod"}


@pytest.mark.parametrize("name", ["seal", "recovery"])
def test_a_stack_that_goes_to_prod_keeps_its_keys(name: str, dev: Built, prod: Built) -> None:
    """What a key cannot be changed in is the same in both profiles."""
    fixed = ("name", "purpose", "destroyScheduledDuration")
    assert [key(dev, name).inputs[each] for each in fixed] == [key(prod, name).inputs[each] for each in fixed]
    assert key(dev, name).inputs["destroyScheduledDuration"] == "10368000s"


# The secret


@PROFILES
def test_the_secret_stays_in_the_region_under_a_key_of_its_own(built: Built) -> None:
    replicas = built.one(SECRET).inputs["replication"]["userManaged"]["replicas"]
    recovery = key_id(built, "recovery")
    assert replicas == [{"location": REGION, "customerManagedEncryption": {"kmsKeyName": recovery}}]
    before = {(each.inputs.get("cryptoKeyId"), each.inputs.get("member")) for each in built.reached(built.one(SECRET))}
    assert (recovery, agent(built, "gcp-sa-secretmanager")) in before


@PROFILES
def test_the_secret_waits_for_no_cluster_and_has_no_value(built: Built) -> None:
    assert f"gcp:{GKE}" not in built.waits_for(built.one(SECRET))
    made = {each.type for each in built.recording.resources.values() if each.type.startswith("gcp:secretmanager/")}
    assert made == {f"gcp:{SECRET}", f"gcp:{SECRET_MEMBER}"}


def test_in_prod_the_secret_is_protected_and_left_behind(dev: Built, prod: Built) -> None:
    def kept(built: Built) -> tuple[bool, bool, str]:
        secret = built.one(SECRET)
        return secret.protect, secret.inputs["deletionProtection"], secret.inputs["deletionPolicy"]

    assert kept(prod) == (True, True, "ABANDON")
    assert kept(dev) == (False, False, "DELETE")
    assert kept(build(changed(PROD, allowDestroy=True), stack="prod")) == (False, False, "ABANDON")
    assert prod.one(SECRET).inputs["versionDestroyTtl"] == key(prod, "recovery").inputs["destroyScheduledDuration"]


@PROFILES
def test_the_job_and_the_user_are_told_where_the_secret_is(built: Built) -> None:
    seal, secret = seal_of(built), secret_name(built)
    assert seal.recovery
    assert texts(seal.recovery.place) == {"secret": f"projects/{project(built)}/secrets/{secret}"}
    command = f"gcloud secrets versions access latest --secret={secret} --project={project(built)}"
    assert known(seal.recovery.command) == command


# Without


def test_who_initialises_vault_by_hand_gets_the_seal_alone() -> None:
    built = build(changed(GCP, **{"secretsManager.init": "runbook"}))
    seal = seal_of(built)
    assert seal.recovery is None
    assert [each.inputs["name"] for each in built.all(KEY)] == ["seal"]
    assert not built.all(SECRET)
    assert len(rights_of(built, principal(built, "vault"))) == 2
    assert not rights_of(built, principal(built, "vault-init"))


@pytest.mark.parametrize("kind", ["existing", "kubernetes"])
def test_without_a_vault_in_the_cluster_there_is_nothing_of_it(kind: str) -> None:
    without = {
        "existing": existing(Cloud.GCP, "secretsManager"),
        "kubernetes": changed(GCP, secretsManager={"kind": "kubernetes"}),
    }
    built = build(without[kind])
    assert built.platform.vault_seal is None
    assert not built.all(RING)
    assert not built.all(SECRET)


@PROFILES
def test_a_cluster_of_yours_unseals_vault_by_its_own_identities(profile: str) -> None:
    layers = tuple(layer for layer in LAYERS if layer not in ("secretsManager", "encryption"))
    built = build(changed(existing(Cloud.GCP, *layers), profile=profile), stack=profile)
    assert not built.all(GKE)
    # Nobody encrypts with a key of the platform, so none is made: its ring would be there for good.
    assert {each.inputs["name"] for each in built.all(KEY)} == {"seal", "recovery"}
    seal, owner = key_id(built, "seal"), "acme-prod"
    assert rights_of(built, principal(built, "vault", owner)) == {(seal, ENCRYPTS), (seal, LOOKS)}
    assert len(rights_of(built, principal(built, "vault-init", owner))) == 1
    assert built.platform.cluster.volumes is None


# Volumes


def test_disks_are_encrypted_with_the_platforms_key_in_prod(dev: Built, prod: Built) -> None:
    data = key_id(prod, "data")
    assert texts(volumes_of(prod).parameters) == {"type": "pd-balanced", "disk-encryption-kms-key": data}
    assert texts(volumes_of(dev).parameters) == {"type": "pd-balanced"}
    assert {volumes_of(each).provisioner for each in (dev, prod)} == {"pd.csi.storage.gke.io"}
    (grant,) = (prod.recording.resources[known(each.urn)] for each in volumes_of(prod).ready)
    member = agent(prod, "compute-system")
    assert (grant.inputs["cryptoKeyId"], grant.inputs["member"], grant.inputs["role"]) == (data, member, ENCRYPTS)
    assert not volumes_of(dev).ready


def test_a_key_of_yours_encrypts_the_disks_in_dev_too() -> None:
    built = build(existing(Cloud.GCP, "encryption"))
    assert texts(volumes_of(built).parameters)["disk-encryption-kms-key"] == EXISTING[Cloud.GCP]["encryption"]["key"]
    assert not volumes_of(built).ready
