"""Users: service accounts, their keys and their roles."""

from catalogue.confluentcloud.provider import (
    CLUSTER,
    CRN,
    ENVIRONMENT,
    ENVIRONMENT_ADMIN,
    ORGANIZATION_ADMIN,
    has_an_id,
    is_of_type,
    is_private,
    made_up,
)
from catalogue.entry import Entry, Minutes, Ref, Refused, Subject
from catalogue.wire import as_map, as_text, secret

ACCOUNT = "confluentcloud:index/serviceAccount:ServiceAccount"
BINDING = "confluentcloud:index/roleBinding:RoleBinding"
KEY = "confluentcloud:index/apiKey:ApiKey"
CLUSTER_ROLES = ("CloudClusterAdmin", "EnvironmentAdmin", "OrganizationAdmin", "MetricsViewer", "Operator")
DATA_ROLES = ("DeveloperRead", "DeveloperWrite", "DeveloperManage", "ResourceOwner")


def _crn_is_valid(subject: Subject) -> None:
    crn, role = as_text(subject.inputs.get("crnPattern")), as_text(subject.inputs.get("roleName"))
    if role and role not in (*CLUSTER_ROLES, *DATA_ROLES):
        raise Refused(f"400 Bad Request: invalid role name {role}")
    if not crn:
        return
    found = CRN.fullmatch(crn)
    if found is None:
        raise Refused(f"400 Bad Request: invalid CRN: {crn}")
    if role in DATA_ROLES and not found["part"]:
        raise Refused(f"400 Bad Request: {role} is for a topic or group, not for {crn}")
    if found["part"] and found["kafka"] is None:
        raise Refused(f"400 Bad Request: {crn} needs /kafka=<cluster> before the topic or group")


def principal_exists(subject: Subject) -> None:
    """Access is granted only to existing users."""
    principal = subject.inputs["principal"]
    if not principal.startswith("User:"):
        raise Refused(f"400 Bad Request: principal {principal!r} must be like User:sa-123abc")
    if not subject.world.find(ACCOUNT, "id", principal.removeprefix("User:")):
        raise Refused(f"404 Not Found: principal {principal} does not exist")


def _cluster_takes_roles(subject: Subject) -> None:
    """Roles on topics and groups need Standard or a higher type."""
    found = CRN.fullmatch(subject.inputs["crnPattern"])
    identifier = found["cluster"] if found else None
    cluster = subject.world.find(CLUSTER, "id", identifier) if identifier else None
    if identifier and cluster is None:
        raise Refused(f"404 Not Found: no cluster {identifier}")
    if found and found["part"] and cluster and is_of_type(cluster, "basic"):
        raise Refused("400 Bad Request: roles on topics and groups need a Standard cluster or above; use ACLs on Basic")


def _key_can_be_tried(subject: Subject) -> None:
    """The provider waits until the brokers accept a new key, so it needs a network path to them."""
    managed = as_map(subject.inputs.get("managedResource"))
    cluster = subject.world.find(CLUSTER, "id", managed.get("id"))
    if cluster and is_private(cluster) and not subject.inputs.get("disableWaitForReady"):
        raise Refused(
            "error waiting for Kafka API Key to sync: dial tcp: lookup of the private REST endpoint: no such host; set "
            "disable_wait_for_ready if the program runs outside of the network"
        )
    if cluster and not as_map(managed.get("environment")).get("id"):
        raise Refused("400 Bad Request: a key for a cluster needs the environment of managed_resource")


ENTRIES = [
    Entry(
        token=ACCOUNT,
        id=has_an_id("sa-"),
        outputs={"apiVersion": "iam/v2", "kind": "ServiceAccount"},
        defaults={"displayName": "{logical}"},
        names={"service account": "{displayName}"},
        taken="409 Conflict: Service name is already in use: {value}",
        needs=ORGANIZATION_ADMIN,
    ),
    Entry(
        token=BINDING,
        id=has_an_id("rb-"),
        names={"role binding": "{principal} {roleName} {crnPattern}"},
        checks=(_crn_is_valid,),
        admits=(principal_exists, _cluster_takes_roles),
        taken="409 Conflict: role binding exists: {value}",
        needs=ENVIRONMENT_ADMIN,
    ),
    Entry(
        token=KEY,
        id=lambda subject: made_up("", subject.seed, 16).upper(),
        outputs={"secret": lambda subject: secret(f"cflt{subject.seed.hex(60, 'secret')}")},
        refers=(
            Ref(path="owner.id", to=(ACCOUNT,), hold="owned"),
            Ref(path="managedResource.id", to=(CLUSTER,), hold="owned"),
            Ref(path="managedResource.environment.id", to=(ENVIRONMENT,), hold="free"),
        ),
        admits=(_key_can_be_tried,),
        not_found="404 Not Found: no API key {value}",
        needs=ENVIRONMENT_ADMIN,
        # The provider waits until the key works with the cluster.
        minutes=(Minutes(0.5, 0.1, 0.1, slow=2),),
    ),
]
