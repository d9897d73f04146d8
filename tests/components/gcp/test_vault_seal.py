"""Vault's keys, its recovery keys and disks: what only Google Cloud has."""

from __future__ import annotations

import pytest

from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, known, world
from tests.components.rights import rights
from tests.components.test_vault_seal import ENCRYPTS, key_id, project

PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])


def agent(built: Built, service: str) -> str:
    """The identity of one of Google's services in the project."""
    return f"serviceAccount:service-{project(built)['number']}@{service}.iam.gserviceaccount.com"


@PROFILES
def test_every_key_has_its_own_ring(built: Built) -> None:
    keys = built.all(k.CRYPTO_KEY)
    assert len({each.inputs["keyRing"] for each in keys}) == len(keys) == len(built.all("gcp:kms/keyRing:KeyRing"))


@pytest.mark.parametrize("name", ["seal", "recovery"])
def test_a_stack_that_goes_to_prod_keeps_its_keys(name: str, dev: Built, prod: Built) -> None:
    """A change of one of these properties would replace the key."""
    of_dev, of_prod = (built.inputs(k.CRYPTO_KEY, f"-vault-{name}-key") for built in (dev, prod))
    for fixed in ("name", "purpose", "destroyScheduledDuration"):
        assert of_dev[fixed] == of_prod[fixed]


@PROFILES
def test_the_secret_stays_in_the_region_under_a_key_of_its_own(built: Built) -> None:
    replicas = built.inputs(k.GCP_SECRET)["replication"]["userManaged"]["replicas"]
    recovery = key_id(built, "recovery")
    assert replicas == [{"location": "europe-west1", "customerManagedEncryption": {"kmsKeyName": recovery}}]
    before = {
        (each.inputs.get("cryptoKeyId"), each.inputs.get("member")) for each in built.reached(built.one(k.GCP_SECRET))
    }
    assert (recovery, agent(built, "gcp-sa-secretmanager")) in before


def test_in_prod_the_secret_is_left_behind_as_long_as_its_key_can_be_restored(dev: Built, prod: Built) -> None:
    lifted = world(Cloud.GCP, "allowDestroy")
    kept = [built.inputs(k.GCP_SECRET) for built in (prod, lifted, dev)]
    assert [each["deletionPolicy"] for each in kept] == ["ABANDON", "ABANDON", "DELETE"]
    assert [each["deletionProtection"] for each in kept] == [True, False, False]
    key = prod.inputs(k.CRYPTO_KEY, "-vault-recovery-key")
    assert kept[0]["versionDestroyTtl"] == key["destroyScheduledDuration"]


def test_google_encrypts_disks_as_an_identity_of_its_own(prod: Built) -> None:
    (grant,) = (prod.recording.resources[known(each.urn)] for each in prod.volumes.ready)
    assert (agent(prod, "compute-system"), ENCRYPTS, key_id(prod, "data")) in rights(prod)
    assert (grant.inputs["cryptoKeyId"], grant.inputs["member"]) == (
        key_id(prod, "data"),
        agent(prod, "compute-system"),
    )
