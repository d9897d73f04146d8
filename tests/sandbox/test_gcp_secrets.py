"""Secret Manager: the exact forms of what it answers, what it refuses, and what a deleted secret leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalogue.entry import Refused
from catalogue.wire import Properties
from tests.sandbox.google import APIS, Google, T

SECRET, RIGHT = T["Secret"], T["SecretIamMember"]
AGENT = "gcp-sa-secretmanager"
ELSEWHERE = "projects/acme/locations/europe-west4/keyRings/ring/cryptoKeys/data"


@pytest.fixture
def google(tmp_path: Path) -> Google:
    return Google(tmp_path)


def secret(key: str | None = None, location: str = "europe-west1", **more: Any) -> Properties:
    """Inputs of a secret in one place, encrypted with a key, if one is given."""
    replica = {"location": location, **({"customerManagedEncryption": {"kmsKeyName": key}} if key else {})}
    return {"secretId": "recovery", "replication": {"userManaged": {"replicas": [replica]}}, **more}


def test_forms(google: Google) -> None:
    key = google.key()
    google.may_encrypt(key, AGENT)
    id_, outputs = google.make(SECRET, "secret", secret(key))
    assert id_ == f"projects/{google.project}/secrets/recovery"
    assert outputs["name"] == f"projects/{google.number}/secrets/recovery"
    assert (outputs["deletionPolicy"], outputs["deletionProtection"]) == ("DELETE", False)
    google.gke()
    member = google.principal("vault", "vault-init")
    role = "roles/secretmanager.secretVersionAdder"
    for name in ("recovery", id_):
        right, _ = google.make(RIGHT, "right", {"secretId": name, "role": role, "member": member})
        assert right == f"{id_}/{role}/{member}"
        google.delete(RIGHT, "right", right)


def test_the_identity_of_secret_manager(google: Google) -> None:
    _, outputs = google.make(T["ServiceIdentity"], "agent", {"service": "secretmanager.googleapis.com"})
    assert outputs["member"] == f"serviceAccount:service-{google.number}@{AGENT}.iam.gserviceaccount.com"


def test_a_key_is_used_by_right_only(google: Google) -> None:
    key = google.key()
    with pytest.raises(Refused, match="useToEncrypt"):
        google.make(SECRET, "secret", secret(key))
    google.may_encrypt(key, "cloud-redis")
    with pytest.raises(Refused, match="useToEncrypt"):
        google.make(SECRET, "secret", secret(key))


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (secret(secretId="rasa.recovery"), "Secret ID"),
        (secret(secretId="r" * 256), "Secret ID"),
        ({"secretId": "recovery", "replication": {}}, "exactly one of"),
        ({"secretId": "recovery", "replication": {"auto": {}, "userManaged": {"replicas": []}}}, "exactly one of"),
        ({"secretId": "recovery", "replication": {"userManaged": {"replicas": []}}}, "at least one replica"),
        (secret(ELSEWHERE), "in the location of the replica, europe-west1"),
        (secret(versionDestroyTtl="3600s"), "1 to 1000 days"),
        (secret(versionDestroyTtl="120d"), "1 to 1000 days"),
        (secret(deletionPolicy="KEEP"), "deletion_policy must be"),
    ],
)
def test_impossible_secrets(inputs: Properties, reason: str, google: Google) -> None:
    with pytest.raises(Refused, match=reason):
        google.make(SECRET, "secret", inputs)


def test_nothing_is_made_before_the_api_is_on(tmp_path: Path) -> None:
    google = Google(tmp_path, apis=tuple(api for api in APIS if api != "secretmanager"))
    with pytest.raises(Refused, match="SERVICE_DISABLED"):
        google.make(SECRET, "secret", secret())


def test_a_name_is_taken_once(google: Google) -> None:
    google.make(SECRET, "secret", secret())
    with pytest.raises(Refused, match=r"Secret \[projects/.*/recovery\] already exists"):
        google.make(SECRET, "other", secret())


def test_rights_are_on_a_secret_that_is_there_and_go_with_it(google: Google) -> None:
    right = {"secretId": "recovery", "role": "roles/secretmanager.secretVersionAdder", "member": "user:a@example.com"}
    with pytest.raises(Refused, match="not found"):
        google.make(RIGHT, "right", right)
    id_, _ = google.make(SECRET, "secret", secret())
    member, _ = google.make(RIGHT, "right", right)
    google.delete(SECRET, "secret", id_)
    assert google.gcp.read(google.urn(RIGHT, "right"), member, {}, {})[0] == ""


@pytest.mark.parametrize("lock", [{"deletionProtection": True}, {"deletionPolicy": "PREVENT"}])
def test_locks_are_obeyed(lock: dict[str, Any], google: Google) -> None:
    id_, _ = google.make(SECRET, "secret", secret(**lock))
    with pytest.raises(Refused, match="cannot destroy"):
        google.delete(SECRET, "secret", id_)


def test_a_deleted_secret_is_gone_and_its_name_free(google: Google) -> None:
    id_, _ = google.make(SECRET, "secret", secret())
    google.delete(SECRET, "secret", id_)
    assert kept(google) == []
    google.make(SECRET, "secret", secret())


def test_an_abandoned_secret_is_still_there(google: Google) -> None:
    id_, _ = google.make(SECRET, "secret", secret(deletionPolicy="ABANDON"))
    google.delete(SECRET, "secret", id_)
    (line,) = kept(google)
    assert line.startswith(f"secret {id_}, left behind")
    with pytest.raises(Refused, match="already exists"):
        google.make(SECRET, "again", secret())


@pytest.mark.parametrize(
    ("changes", "replaced"),
    [
        (secret(location="europe-west4"), True),
        (secret(secretId="other"), True),
        (secret(ELSEWHERE), False),
        (secret(deletionPolicy="ABANDON", deletionProtection=True, versionDestroyTtl="86400s"), False),
    ],
)
def test_what_cannot_change_in_place(changes: Properties, replaced: bool, google: Google) -> None:
    old = secret("projects/acme/locations/europe-west1/keyRings/ring/cryptoKeys/data")
    difference = google.gcp.diff(google.urn(SECRET, "secret"), "projects/acme/secrets/recovery", old, old, changes)
    assert difference.changes
    assert bool(difference.replaces) is replaced


def kept(google: Google) -> list[str]:
    with google.store.transaction() as transaction:
        return transaction.kept(google.stack)
