"""Google Cloud: the exact forms of what it answers, and what it refuses."""

from __future__ import annotations

import base64
import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from catalogue.entry import Refused
from catalogue.gcp import GCP
from catalogue.wire import is_secret, reveal
from tests.sandbox.google import REDIS, Google, T, redis, sql

# Forms


def test_forms_of_ids(google: Google) -> None:
    network = google.vpc()
    assert re.fullmatch(rf"projects/{google.project}/global/networks/vpc-[0-9a-f]{{7}}", network)
    subnetwork = google.subnetwork(network)
    assert subnetwork.startswith(f"projects/{google.project}/regions/europe-west1/subnetworks/")
    key = google.key()
    assert key == f"projects/{google.project}/locations/europe-west1/keyRings/ring/cryptoKeys/data"
    assert re.fullmatch(r"\d{12}", google.number)


def test_forms_of_the_database(google: Google) -> None:
    network = google.vpc()
    lent = google.connection(network)
    id_, outputs = google.make(T["DatabaseInstance"], "db", sql(network, lent))
    assert (id_, outputs["connectionName"]) == ("db", f"{google.project}:europe-west1:db")
    assert ipaddress.ip_address(outputs["privateIpAddress"]) in ipaddress.ip_network("10.0.240.0/20")
    (authority,) = google.gcp.invoke("gcp:sql/getCaCerts:getCaCerts", {"instance": "db"})["certs"]
    certificate = x509.load_pem_x509_certificate(authority["cert"].encode())
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_forms_of_redis(google: Google) -> None:
    network = google.vpc()
    id_, outputs = google.make(REDIS, "locks", redis(network, google.connection(network)))
    assert id_ == f"projects/{google.project}/locations/europe-west1/instances/locks"
    assert outputs["port"] == 6378
    assert ipaddress.ip_address(outputs["host"]) in ipaddress.ip_network("10.0.240.0/20")
    assert is_secret(outputs["authString"])
    assert len(reveal(outputs["authString"])) == 36
    x509.load_pem_x509_certificate(outputs["serverCaCerts"][0]["cert"].encode())


def test_authorities_stay_over_an_update(google: Google) -> None:
    network = google.vpc()
    inputs = redis(network, google.connection(network))
    id_, before = google.make(REDIS, "locks", inputs)
    after = google.change(REDIS, "locks", id_, {**before, **inputs}, {**inputs, "memorySizeGb": 2})
    assert after["serverCaCerts"] == before["serverCaCerts"]


def test_forms_of_the_cluster(google: Google) -> None:
    id_, outputs = google.gke()
    assert id_ == f"projects/{google.project}/locations/europe-west1-b/clusters/rasa"
    name = outputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"]
    assert re.fullmatch(rf"gke-[0-9a-f]{{28}}-{google.number}\.europe-west1\.gke\.goog", name)
    assert ipaddress.ip_address(outputs["endpoint"]).is_global
    x509.load_pem_x509_certificate(base64.b64decode(outputs["masterAuth"]["clusterCaCertificate"]))


def test_labels_are_the_providers_and_the_own(tmp_path: Path) -> None:
    google = Google(tmp_path, defaultLabels={"stack": "dev"})
    _, outputs = google.make(T["Bucket"], "models", {"location": "EU", "labels": {"own": "1"}})
    assert outputs["effectiveLabels"] == {"stack": "dev", "own": "1"}


@pytest.mark.parametrize("labels", [{"Stack": "dev"}, {"stack": "Dev"}, {"1": "x"}])
def test_labels_have_googles_alphabet(labels: dict[str, str]) -> None:
    assert list(GCP.config_problems({"region": "europe-west1", "defaultLabels": labels}))


# Refusals


def test_nothing_is_made_before_its_api_is_on(tmp_path: Path) -> None:
    google = Google(tmp_path, apis=("compute",))
    google.vpc()
    with pytest.raises(Refused, match="SERVICE_DISABLED"):
        google.make(T["Bucket"], "models", {"location": "EU"})


def test_ranges_of_a_network_do_not_overlap(google: Google) -> None:
    network = google.vpc()
    google.subnetwork(network, "10.0.0.0/16")
    with pytest.raises(Refused, match="conflicts with existing range"):
        google.connection(network)


@pytest.mark.parametrize("service", [T["DatabaseInstance"], REDIS])
def test_data_services_need_the_connection(service: str, google: Google) -> None:
    network = google.vpc()
    inputs = redis(network, "lent") if service == REDIS else sql(network, "lent")
    with pytest.raises(Refused, match="NETWORK_NOT_PEERED"):
        google.make(service, "service", inputs)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"settings": {"tier": "db-custom-2-8192", "edition": None}}, "ENTERPRISE_PLUS"),
        ({"settings": {"tier": "db-perf-optimized-N-2"}}, "Invalid Tier"),
        ({"settings": {"tier": "db-custom-2-8191"}}, "multiple of 256"),
        ({"databaseVersion": "POSTGRES_9"}, "databaseVersion"),
        ({"name": "Db"}, "instance name"),
        ({"settings": {"diskSize": 9}}, "below 10"),
        ({"settings": {"ipConfiguration": {"ipv4Enabled": False}}}, "At least one of"),
        ({"settings": {"backupConfiguration": {"enabled": False, "pointInTimeRecoveryEnabled": True}}}, "backups"),
    ],
)
def test_impossible_databases(changes: dict[str, Any], reason: str, google: Google) -> None:
    network = google.vpc()
    lent = google.connection(network)
    with pytest.raises(Refused, match=reason):
        google.make(T["DatabaseInstance"], "db", sql(network, lent, **changes))


def test_a_database_is_protected_unless_it_is_said_not_to_be(google: Google) -> None:
    network = google.vpc()
    inputs = sql(network, google.connection(network))
    del inputs["deletionProtection"]
    id_, _ = google.make(T["DatabaseInstance"], "db", inputs)
    with pytest.raises(Refused, match="deletion_protection"):
        google.delete(T["DatabaseInstance"], "db", id_)


def test_a_user_that_owns_something_is_not_dropped(google: Google) -> None:
    network = google.vpc()
    google.make(T["DatabaseInstance"], "db", sql(network, google.connection(network)))
    id_, _ = google.make(T["User"], "admin", {"name": "admin", "instance": "db", "password": "x"})
    with pytest.raises(Refused, match="ABANDON"):
        google.delete(T["User"], "admin", id_)


@pytest.mark.parametrize(
    ("policy", "fault"),
    [(None, "still using this connection"), ("ABANDON", "already being used"), ("REMOVE_PEERING", None)],
)
def test_what_a_connection_leaves_behind(policy: str | None, fault: str | None, google: Google) -> None:
    network = google.vpc()
    lent = google.connection(network, **({"deletionPolicy": policy} if policy else {}))
    service, _ = google.make(REDIS, "locks", redis(network, lent))
    connection = f"{network.replace('/', '%2F')}:servicenetworking.googleapis.com"
    with pytest.raises(Refused, match="still using"):
        google.delete(T["Connection"], "connection", connection)
    google.delete(REDIS, "locks", service)

    def take_down() -> None:
        google.delete(T["Connection"], "connection", connection)
        google.delete(T["GlobalAddress"], "lent", f"projects/{google.project}/global/addresses/{lent}")
        google.delete(T["Network"], "vpc", network)

    if fault is None:
        take_down()
        return
    with pytest.raises(Refused, match=fault):
        take_down()


def test_a_subnetwork_in_use_is_not_deleted(google: Google) -> None:
    _, outputs = google.gke()
    with pytest.raises(Refused, match="already being used"):
        google.delete(T["Subnetwork"], "subnet", outputs["subnetwork"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "r" * 41}, "at most 40"),
        ({"minMasterVersion": "1.10"}, "unsupported"),
        ({"initialNodeCount": 0}, "greater than zero"),
        ({"datapathProvider": "ADVANCED_DATAPATH", "networkPolicy": {"enabled": True}}, "Dataplane V2"),
        ({"privateClusterConfig": {"enablePrivateEndpoint": True}}, "authorized networks must be enabled"),
        ({"nodeLocations": ["europe-west4-a"]}, "not in the region"),
        ({"ipAllocationPolicy": {"clusterSecondaryRangeName": "none"}}, "does not exist"),
        ({"controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}}}, "at least one"),
    ],
)
def test_impossible_clusters(changes: dict[str, Any], reason: str, google: Google) -> None:
    with pytest.raises(Refused, match=reason):
        google.gke(**changes)


def test_nodes_need_their_role(google: Google) -> None:
    account = google.make(T["Account"], "bare", {"accountId": "rasa-bare"})[1]["email"]
    with pytest.raises(Refused, match="could not register"):
        google.gke(nodeConfig={"serviceAccount": account})


def test_a_cluster_takes_its_nodes_with_it(google: Google) -> None:
    cluster, _ = google.gke()
    pool = {"cluster": cluster, "location": "europe-west1-b", "namePrefix": "nodes-", "initialNodeCount": 1}
    id_, outputs = google.make(T["NodePool"], "pool", pool)
    assert re.fullmatch(rf"{re.escape(cluster)}/nodePools/nodes-[0-9a-f]{{26}}", id_)
    assert id_.endswith(outputs["name"])
    google.delete(T["Cluster"], "gke", cluster)
    assert google.gcp.read(google.urn(T["NodePool"], "pool"), id_, {}, {})[0] == ""


@pytest.mark.parametrize(
    ("token", "path", "agent"),
    [
        (T["DatabaseInstance"], "encryptionKeyName", "gcp-sa-cloud-sql"),
        (REDIS, "customerManagedKey", "cloud-redis"),
        (T["Bucket"], "encryption", "gs-project-accounts"),
    ],
)
def test_a_key_is_used_by_right_only(token: str, path: str, agent: str, google: Google) -> None:
    network, key = google.vpc(), google.key()
    lent = google.connection(network)
    inputs = {T["DatabaseInstance"]: sql(network, lent), REDIS: redis(network, lent), T["Bucket"]: {"location": "EU"}}[
        token
    ]
    inputs[path] = {"defaultKmsKeyName": key} if path == "encryption" else key
    with pytest.raises(Refused, match="useToEncrypt"):
        google.make(token, "service", inputs)
    google.may_encrypt(key, agent)
    google.make(token, "service", inputs)


@pytest.mark.parametrize("time", ["3600s", "10368001s", "30d"])
def test_versions_of_a_key_are_restorable_for_days(time: str, google: Google) -> None:
    with pytest.raises(Refused, match="1 to 120 days"):
        google.key(destroyScheduledDuration=time)


def test_a_key_ring_is_never_forgotten(google: Google) -> None:
    inputs = {"name": "ring", "location": "europe-west1"}
    id_, _ = google.make(T["KeyRing"], "ring", inputs)
    google.delete(T["KeyRing"], "ring", id_)
    with pytest.raises(Refused, match="never forgets"):
        google.make(T["KeyRing"], "again", inputs)


def test_identities_of_a_cluster_exist_with_it_and_are_spelt_by_number(google: Google) -> None:
    bucket, _ = google.make(T["Bucket"], "models", {"location": "EU", "uniformBucketLevelAccess": True})
    by_number = google.principal()
    right = {"bucket": bucket, "role": "roles/storage.objectViewer", "member": by_number}
    with pytest.raises(Refused, match="Identity Pool does not exist"):
        google.make(T["BucketIAMMember"], "right", right)
    google.gke()
    google.make(T["BucketIAMMember"], "right", right)
    by_id = by_number.replace(google.number, google.project)
    with pytest.raises(Refused, match="Invalid principal"):
        google.make(T["BucketIAMMember"], "wrong", {**right, "member": by_id})


def test_a_condition_needs_uniform_access_and_the_right_bucket(google: Google) -> None:
    google.make(T["Bucket"], "old", {"name": "old-models", "location": "EU"})
    google.make(T["Bucket"], "new", {"name": "new-models", "location": "EU", "uniformBucketLevelAccess": True})
    condition = {"title": "x", "expression": 'resource.name.startsWith("projects/_/buckets/old-models/objects/a/")'}
    right = {"role": "roles/storage.objectViewer", "member": "user:a@example.com", "condition": condition}
    with pytest.raises(Refused, match="Uniform bucket-level access"):
        google.make(T["BucketIAMMember"], "old", {**right, "bucket": "old-models"})
    with pytest.raises(Refused, match="another bucket"):
        google.make(T["BucketIAMMember"], "new", {**right, "bucket": "new-models"})


@pytest.mark.parametrize("name", ["Models", "my-google-models", "goog-models", "ab", "10.0.0.1"])
def test_names_that_no_bucket_has(name: str, google: Google) -> None:
    with pytest.raises(Refused, match="Invalid bucket name"):
        google.make(T["Bucket"], "models", {"name": name, "location": "EU"})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "l" * 41}, "doesn't match"),
        ({"redisVersion": "REDIS_8_9"}, "redisVersion"),
        ({"alternativeLocationId": "europe-west1-c"}, "STANDARD_HA only"),
        ({"persistenceConfig": {"persistenceMode": "RDB"}}, "rdbSnapshotPeriod"),
    ],
)
def test_impossible_redis(changes: dict[str, Any], reason: str, google: Google) -> None:
    network = google.vpc()
    lent = google.connection(network)
    with pytest.raises(Refused, match=reason):
        google.make(REDIS, "locks", redis(network, lent, **changes))


def test_a_record_is_in_its_zone(google: Google) -> None:
    google.make(T["ManagedZone"], "zone", {"name": "zone", "dnsName": "kafka.example.com."})
    record = {"managedZone": "zone", "type": "A", "ttl": 60, "rrdatas": ["10.0.0.2"]}
    google.make(T["RecordSet"], "all", {**record, "name": "*.kafka.example.com."})
    for name, reason in (("*.other.example.com.", "not in zone"), ("a.kafka.example.com", "end with a dot")):
        with pytest.raises(Refused, match=reason):
            google.make(T["RecordSet"], "wrong", {**record, "name": name})
