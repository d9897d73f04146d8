"""Memorystore for Redis."""

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Minutes, Refused, Subject
from catalogue.gcp.certificates import authorities
from catalogue.gcp.compute import network_ref
from catalogue.gcp.kms import key_ref, may_encrypt
from catalogue.gcp.private_services import address_in, connected, used_network
from catalogue.gcp.projects import api
from catalogue.needs import needs
from catalogue.rules import matches, only, unprotected
from catalogue.wire import as_list, as_map, secret

INSTANCE = "gcp:redis/instance:Instance"
NETWORK, RANGE = "authorizedNetwork", "reservedIpRange"
NAME = r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?"
AUTHORITIES = authorities("Google Cloud Memorystore Redis Server CA")
VERSIONS = ("REDIS_5_0", "REDIS_6_X", "REDIS_7_0", "REDIS_7_2")
DURATION_KEYS = ("hours", "minutes", "seconds", "nanos")


def _tier_allows_it(subject: Subject) -> None:
    inputs = subject.inputs
    if (inputs.get("tier") or "BASIC") == "BASIC" and inputs.get("alternativeLocationId"):
        raise Refused("Error 400: alternativeLocationId is for the tier STANDARD_HA only")
    if inputs.get("locationId") and inputs.get("locationId") == inputs.get("alternativeLocationId"):
        raise Refused("Error 400: alternativeLocationId must be another zone than locationId")


def _persistence_is_complete(subject: Subject) -> None:
    config = as_map(subject.inputs.get("persistenceConfig"))
    if config.get("persistenceMode") == "RDB" and not config.get("rdbSnapshotPeriod"):
        raise Refused("Error 400: RDB persistence needs rdbSnapshotPeriod")


def _port(subject: Subject) -> int:
    return 6378 if subject.inputs.get("transitEncryptionMode") == "SERVER_AUTHENTICATION" else 6379


def _auth_string(subject: Subject) -> object:
    return secret(subject.seed.guid("auth")) if subject.inputs.get("authEnabled") else ""


def _windows(subject: Subject) -> None:
    for window in as_list(as_map(subject.inputs.get("maintenancePolicy")).get("weeklyMaintenanceWindows")):
        start = as_map(as_map(window).get("startTime"))
        if start and not any(isinstance(start.get(key), int) for key in DURATION_KEYS):
            raise Refused("one of hours, minutes, seconds and nanos of startTime must be specified")


ENTRIES = [
    Entry(
        token=INSTANCE,
        id="projects/{project}/locations/{region}/instances/{name}",
        outputs={
            "host": address_in(NETWORK, RANGE, INSTANCE),
            "port": _port,
            "authString": _auth_string,
            "serverCaCerts": lambda subject: AUTHORITIES(subject) if _port(subject) == 6378 else [],
            "createTime": "2026-01-01T00:00:00Z",
            "currentLocationId": "{locationId}",
            "persistenceIamIdentity": "serviceAccount:service-{number}@cloud-redis.iam.gserviceaccount.com",
            "nodes": lambda subject: [{"id": "node-0", "zone": subject["locationId"]}],
            "readEndpoint": "",
            "readEndpointPort": 0,
            "effectiveReservedIpRange": "{reservedIpRange}",
            "maintenanceSchedules": [],
        },
        defaults={
            "tier": "BASIC",
            "connectMode": "DIRECT_PEERING",
            "transitEncryptionMode": "DISABLED",
            "redisVersion": "REDIS_7_2",
            "locationId": "{region}-b",
            "reservedIpRange": "",
            "readReplicasMode": "READ_REPLICAS_DISABLED",
            "replicaCount": lambda subject: 1 if subject.inputs.get("tier") == "STANDARD_HA" else 0,
        },
        autoname=AutoName(lower=True),
        refers=(network_ref(NETWORK, hold="free"), key_ref("customerManagedKey")),
        checks=(
            matches("name", NAME, '"name" ({value!r}) doesn\'t match regexp "^{form}$"'),
            only(
                "redisVersion",
                VERSIONS,
                "Error 400: Invalid value for redisVersion: {value}; the sandbox offers {allowed}",
            ),
            only("memorySizeGb", range(1, 301), "Error 400: memorySizeGb {value} is not between 1 and 300"),
            only("tier", ("BASIC", "STANDARD_HA"), "expected tier to be one of {allowed}, got {value}"),
            _tier_allows_it,
            _persistence_is_complete,
            _windows,
        ),
        admits=(api("redis"), connected(NETWORK, RANGE), may_encrypt("customerManagedKey", "cloud-redis")),
        guards=(
            unprotected("cannot destroy redis instance {id} without setting deletion_protection=false", default=True),
        ),
        retires={"used private services": used_network(NETWORK)},
        not_found="Error 404: Resource '{value}' was not found",
        taken="Error 409: Resource '{id}' already exists",
        needs=needs(
            "redis.",
            "instances.get instances.getAuthString",
            "instances.create instances.update instances.updateAuth instances.upgrade instances.delete operations.get",
        )
        + needs("compute.networks.", write="get"),
        holds=holdings.REDIS,
        # Transcripts: 4.3 to 10.
        minutes=(Minutes(5, 5, 4, slow=10),),
    )
]
