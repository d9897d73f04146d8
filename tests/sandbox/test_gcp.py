"""Google Cloud: the exact forms of its answers, and its refusals."""

from __future__ import annotations

import base64
import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from catalogue.gcp import GCP
from catalogue.wire import Properties, is_secret, reveal
from tests.sandbox.google import APIS, Google
from tests.sandbox.world import refused

LENT = ipaddress.ip_network("10.0.240.0/20")
SECRET, RIGHT, ADDER = "secretmanager.Secret", "secretmanager.SecretIamMember", "roles/secretmanager.secretVersionAdder"


def secret(key: str = "", **more: Any) -> Properties:
    """Inputs of a secret in one place, encrypted with a key, if one is given."""
    replica = {"location": "europe-west1", **({"customerManagedEncryption": {"kmsKeyName": key}} if key else {})}
    return {"secretId": "recovery", "replication": {"userManaged": {"replicas": [replica]}}, **more}


# Forms


def test_forms_of_ids(google: Google) -> None:
    assert re.fullmatch(rf"projects/{google.project}/global/networks/vpc-[0-9a-f]{{7}}", google.vpc.id)
    assert google.subnetwork().id.startswith(f"projects/{google.project}/regions/europe-west1/subnetworks/")
    assert google.key() == f"projects/{google.project}/locations/europe-west1/keyRings/ring/cryptoKeys/data"
    assert re.fullmatch(r"\d{12}", google.number)


def test_forms_of_the_database(google: Google) -> None:
    database = google.sql()
    assert (database.id, database["connectionName"]) == ("db", f"{google.project}:europe-west1:db")
    assert ipaddress.ip_address(database["privateIpAddress"]) in LENT
    (authority,) = google.clouds["gcp"].invoke("gcp:sql/getCaCerts:getCaCerts", {"instance": "db"})["certs"]
    certificate = x509.load_pem_x509_certificate(authority["cert"].encode())
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_forms_of_redis_and_authorities_that_stay_over_an_update(google: Google) -> None:
    redis = google.redis()
    assert redis.id == f"projects/{google.project}/locations/europe-west1/instances/locks"
    assert redis["port"] == 6378
    assert ipaddress.ip_address(redis["host"]) in LENT
    assert is_secret(redis["authString"])
    assert len(reveal(redis["authString"])) == 36
    x509.load_pem_x509_certificate(redis["serverCaCerts"][0]["cert"].encode())
    assert google.change(redis, memorySizeGb=2)["serverCaCerts"] == redis["serverCaCerts"]


def test_forms_of_the_cluster(google: Google) -> None:
    cluster = google.gke()
    assert cluster.id == f"projects/{google.project}/locations/europe-west1-b/clusters/rasa"
    name = cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"]
    assert re.fullmatch(rf"gke-[0-9a-f]{{28}}-{google.number}\.europe-west1\.gke\.goog", name)
    assert ipaddress.ip_address(cluster["endpoint"]).is_global
    x509.load_pem_x509_certificate(base64.b64decode(cluster["masterAuth"]["clusterCaCertificate"]))


def test_forms_of_a_secret(google: Google) -> None:
    key = google.key()
    google.may_encrypt(key, "gcp-sa-secretmanager")
    made = google.make(SECRET, **secret(key))
    assert made.id == f"projects/{google.project}/secrets/recovery"
    assert made["name"] == f"projects/{google.number}/secrets/recovery"
    assert (made["deletionPolicy"], made["deletionProtection"]) == ("DELETE", False)
    google.gke()
    member = google.principal("vault", "vault-init")
    for name in ("recovery", made.id):
        right = google.make(RIGHT, secretId=name, role=ADDER, member=member)
        assert right.id == f"{made.id}/{ADDER}/{member}"
        google.delete(right)
    agent = google.make("projects.ServiceIdentity", service="secretmanager.googleapis.com")["member"]
    assert agent == f"serviceAccount:service-{google.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"


def test_labels_are_the_providers_and_the_own(tmp_path: Path) -> None:
    google = Google(tmp_path, defaultLabels={"stack": "dev"})
    bucket = google.make("storage.Bucket", location="EU", labels={"own": "1"})
    assert bucket["effectiveLabels"] == {"stack": "dev", "own": "1"}


@pytest.mark.parametrize("labels", [{"Stack": "dev"}, {"stack": "Dev"}, {"1": "x"}])
def test_labels_have_googles_alphabet(labels: dict[str, str]) -> None:
    assert list(GCP.config_problems({"region": "europe-west1", "defaultLabels": labels}))


# Refusals

ELSEWHERE = "projects/acme/locations/europe-west4/keyRings/ring/cryptoKeys/data"


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("sql", {"settings": {"tier": "db-custom-2-8192", "edition": None}}, "ENTERPRISE_PLUS"),
        ("sql", {"settings": {"tier": "db-perf-optimized-N-2"}}, "Invalid Tier"),
        ("sql", {"settings": {"tier": "db-custom-2-8191"}}, "multiple of 256"),
        ("sql", {"databaseVersion": "POSTGRES_9"}, "databaseVersion"),
        ("sql", {"name": "Db"}, "instance name"),
        ("sql", {"settings": {"diskSize": 9}}, "below 10"),
        ("sql", {"settings": {"ipConfiguration": {"ipv4Enabled": False}}}, "At least one of"),
        ("sql", {"settings": {"backupConfiguration": {"pointInTimeRecoveryEnabled": True}}}, "backups"),
        ("sql", {"lent": "lent"}, "NETWORK_NOT_PEERED"),
        ("redis", {"lent": "lent"}, "NETWORK_NOT_PEERED"),
        ("redis", {"name": "l" * 41}, "doesn't match"),
        ("redis", {"redisVersion": "REDIS_8_9"}, "redisVersion"),
        ("redis", {"alternativeLocationId": "europe-west1-c"}, "STANDARD_HA only"),
        ("redis", {"persistenceConfig": {"persistenceMode": "RDB"}}, "rdbSnapshotPeriod"),
        ("gke", {"name": "r" * 41}, "at most 40"),
        ("gke", {"minMasterVersion": "1.10"}, "unsupported"),
        ("gke", {"initialNodeCount": 0}, "greater than zero"),
        ("gke", {"datapathProvider": "ADVANCED_DATAPATH", "networkPolicy": {"enabled": True}}, "Dataplane V2"),
        ("gke", {"privateClusterConfig": {"enablePrivateEndpoint": True}}, "authorized networks must be enabled"),
        ("gke", {"nodeLocations": ["europe-west4-a"]}, "not in the region"),
        ("gke", {"ipAllocationPolicy": {"clusterSecondaryRangeName": "none"}}, "does not exist"),
        ("gke", {"controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}}}, "at least one"),
        (SECRET, secret(secretId="rasa.recovery"), "Secret ID"),
        (SECRET, secret(secretId="r" * 256), "Secret ID"),
        (SECRET, secret(replication={}), "exactly one of"),
        (SECRET, secret(replication={"auto": {}, "userManaged": {"replicas": []}}), "exactly one of"),
        (SECRET, secret(replication={"userManaged": {"replicas": []}}), "at least one replica"),
        (SECRET, secret(ELSEWHERE), "in the location of the replica, europe-west1"),
        (SECRET, secret(versionDestroyTtl="3600s"), "1 to 1000 days"),
        (SECRET, secret(versionDestroyTtl="120d"), "1 to 1000 days"),
        (SECRET, secret(deletionPolicy="KEEP"), "deletion_policy must be"),
        *(
            ("storage.Bucket", {"name": name, "location": "EU"}, "Invalid bucket name")
            for name in ("Models", "my-google-models", "goog-models", "ab", "10.0.0.1")
        ),
        *(("key", {"destroyScheduledDuration": time}, "1 to 120 days") for time in ("3600s", "10368001s", "30d")),
    ],
)
def test_what_google_refuses(kind: str, inputs: Properties, reason: str, google: Google) -> None:
    google.refuses(reason, kind, **inputs)


def test_nothing_is_made_before_its_api_is_on(tmp_path: Path) -> None:
    google = Google(tmp_path, apis=tuple(api for api in APIS if api not in ("storage", "secretmanager")))
    assert google.vpc
    google.refuses("SERVICE_DISABLED", "storage.Bucket", location="EU")
    google.refuses("SERVICE_DISABLED", SECRET, **secret())


def test_ranges_of_a_network_do_not_overlap(google: Google) -> None:
    google.subnetwork("10.0.0.0/16")
    google.refuses("conflicts with existing range", "connect")


def test_a_range_that_a_cluster_uses_stays(google: Google) -> None:
    google.gke()
    (used,) = google.all("compute.Subnetwork")
    ranges = [{"rangeName": "pods", "ipCidrRange": "10.128.0.0/14"}]
    changed = {**used.inputs, "secondaryIpRanges": ranges}
    with refused("is used by"):
        google.cloud(used.urn).update(used.urn, used.id, used.inputs, used.outputs, changed, preview=False)
    with refused("already being used"):
        google.cloud(used.urn).delete(used.urn, used.id)


def test_a_database_is_protected_unless_it_is_said_not_to_be(google: Google) -> None:
    database = google.sql(deletionProtection=None)
    with refused("deletion_protection"):
        google.delete(database)


def test_a_database_s_version_is_not_lowered(google: Google) -> None:
    database = google.sql()
    with refused("cannot be lowered"):
        google.change(database, databaseVersion="POSTGRES_16")


def test_a_user_that_owns_something_is_not_dropped(google: Google) -> None:
    user = google.make("sql.User", name="admin", instance=google.sql().id, password="x")
    with refused("ABANDON"):
        google.delete(user)


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ({}, "still using this connection"),
        ({"deletionPolicy": "ABANDON"}, "already being used"),
        ({"deletionPolicy": "REMOVE_PEERING"}, ""),
    ],
)
def test_what_a_connection_leaves_behind(policy: dict[str, str], fault: str, google: Google) -> None:
    lent, connection = google.connect(**policy)
    redis = google.redis(lent=lent["name"])
    with refused("still using"):
        google.delete(connection)
    google.delete(redis)
    with refused(fault):
        google.delete(connection, lent, google.vpc)


def test_nodes_need_their_role(google: Google) -> None:
    account = google.make("serviceaccount.Account", accountId="rasa-bare")["email"]
    google.refuses("could not register", "gke", nodeConfig={"serviceAccount": account})


def test_a_cluster_takes_its_nodes_with_it(google: Google) -> None:
    cluster = google.gke()
    place = {"cluster": cluster.id, "location": "europe-west1-b"}
    pool = google.make("container.NodePool", **place, namePrefix="nodes-", initialNodeCount=1)
    assert re.fullmatch(rf"{re.escape(cluster.id)}/nodePools/nodes-[0-9a-f]{{26}}", pool.id)
    assert pool.id.endswith(pool["name"])
    google.delete(cluster)
    assert not google.has(pool)


@pytest.mark.parametrize(
    ("kind", "agent"),
    [
        ("sql", "gcp-sa-cloud-sql"),
        ("redis", "cloud-redis"),
        ("storage.Bucket", "gs-project-accounts"),
        (SECRET, "gcp-sa-secretmanager"),
    ],
)
def test_a_key_is_used_by_right_only(kind: str, agent: str, google: Google) -> None:
    key = google.key()
    inputs: Properties = {
        "sql": {"encryptionKeyName": key},
        "redis": {"customerManagedKey": key},
        "storage.Bucket": {"location": "EU", "encryption": {"defaultKmsKeyName": key}},
        SECRET: secret(key),
    }[kind]
    google.may_encrypt(key, "of-another-service")
    google.refuses("useToEncrypt", kind, **inputs)
    google.may_encrypt(key, agent)
    google.refuses("", kind, **inputs)


def test_a_key_ring_is_never_forgotten(google: Google) -> None:
    google.delete(google.make("kms.KeyRing", name="ring", location="europe-west1"))
    google.refuses("never forgets", "kms.KeyRing", name="ring", location="europe-west1")


def test_identities_of_a_cluster_exist_with_it_and_are_spelt_by_number(google: Google) -> None:
    bucket = google.make("storage.Bucket", location="EU", uniformBucketLevelAccess=True).id
    by_number, right = google.principal(), {"bucket": bucket, "role": "roles/storage.objectViewer"}
    google.refuses("Identity Pool does not exist", "storage.BucketIAMMember", **right, member=by_number)
    google.gke()
    google.make("storage.BucketIAMMember", **right, member=by_number)
    by_id = by_number.replace(google.number, google.project)
    google.refuses("Invalid principal", "storage.BucketIAMMember", **right, member=by_id)


def test_a_condition_needs_uniform_access_and_the_right_bucket(google: Google) -> None:
    google.make("storage.Bucket", name="old-models", location="EU")
    google.make("storage.Bucket", name="new-models", location="EU", uniformBucketLevelAccess=True)
    condition = {"title": "x", "expression": 'resource.name.startsWith("projects/_/buckets/old-models/objects/a/")'}
    right = {"role": "roles/storage.objectViewer", "member": "user:a@example.com", "condition": condition}
    google.refuses("Uniform bucket-level access", "storage.BucketIAMMember", **right, bucket="old-models")
    google.refuses("another bucket", "storage.BucketIAMMember", **right, bucket="new-models")


def test_a_record_is_in_its_zone(google: Google) -> None:
    google.make("dns.ManagedZone", name="zone", dnsName="kafka.example.com.")
    record = {"managedZone": "zone", "type": "A", "ttl": 60, "rrdatas": ["10.0.0.2"]}
    google.make("dns.RecordSet", **record, name="*.kafka.example.com.")
    google.refuses("not in zone", "dns.RecordSet", **record, name="*.other.example.com.")
    google.refuses("end with a dot", "dns.RecordSet", **record, name="a.kafka.example.com")


def test_rights_are_on_a_secret_that_is_there_and_go_with_it(google: Google) -> None:
    right = {"secretId": "recovery", "role": ADDER, "member": "user:a@example.com"}
    google.refuses("not found", RIGHT, **right)
    made = google.make(SECRET, **secret())
    given = google.make(RIGHT, **right)
    google.delete(made)
    assert not google.has(given)


@pytest.mark.parametrize("lock", [{"deletionProtection": True}, {"deletionPolicy": "PREVENT"}])
def test_locks_of_a_secret_are_obeyed(lock: dict[str, Any], google: Google) -> None:
    made = google.make(SECRET, **secret(**lock))
    with refused("cannot destroy"):
        google.delete(made)


@pytest.mark.parametrize(("policy", "error"), [("DELETE", ""), ("ABANDON", "already exists")])
def test_a_secret_s_name_is_taken_until_it_is_really_gone(policy: str, error: str, google: Google) -> None:
    made = google.make(SECRET, **secret(deletionPolicy=policy))
    google.refuses(f"Secret [projects/{google.project}/secrets/recovery] already exists", SECRET, **secret())
    google.delete(made)
    google.refuses(error, SECRET, **secret())
    assert [line.partition(", ")[0] for line in google.kept()] == ([f"secret {made.id}"] if error else [])
