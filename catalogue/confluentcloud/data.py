"""Topics and access rules, which the brokers themselves create."""

from catalogue import holdings
from catalogue.confluentcloud.provider import CLUSTER, ENVIRONMENT_ADMIN, is_private
from catalogue.confluentcloud.users import BINDING, KEY, principal_exists
from catalogue.entry import Entry, Ref, Refused, Subject, paths
from catalogue.rules import matches, only
from catalogue.wire import as_map, reveal

OPERATIONS = paths(
    "ALL READ WRITE CREATE DELETE ALTER DESCRIBE CLUSTER_ACTION DESCRIBE_CONFIGS ALTER_CONFIGS IDEMPOTENT_WRITE"
)
KINDS = paths("TOPIC GROUP CLUSTER TRANSACTIONAL_ID DELEGATION_TOKEN")
ONE_OF = "to be one of {allowed}, got {value}"
OF_CLUSTER = Ref(path="kafkaCluster.id", to=(CLUSTER,), hold="owned")
ACL = ("resourceType", "resourceName", "patternType", "principal", "host", "operation", "permission")


def _admin_reaches_the_cluster(subject: Subject) -> None:
    """Topics and ACLs need a key of a user with the rights, and a network path to the brokers."""
    cluster = subject.world.find(CLUSTER, "id", as_map(subject.inputs.get("kafkaCluster")).get("id"))
    if cluster is None:
        raise Refused("404 Not Found: no such cluster")
    if is_private(cluster):
        raise Refused(f"dial tcp: lookup {cluster.outputs['restEndpoint']}: no such host: the cluster is private")
    if subject.inputs.get("restEndpoint") != cluster.outputs["restEndpoint"]:
        raise Refused(f"dial tcp: {subject.inputs.get('restEndpoint')} is not the cluster's REST endpoint")
    credentials = as_map(subject.inputs.get("credentials"))
    key = subject.world.find(KEY, "id", credentials.get("key"))
    if key is None or reveal(key.outputs)["secret"] != credentials.get("secret"):
        raise Refused("401 Unauthorized: no such API key")
    owner = f"User:{key.inputs['owner']['id']}"
    roles = [
        binding.inputs["roleName"]
        for binding in subject.world.all(BINDING)
        if binding.inputs["principal"] == owner and binding.inputs["crnPattern"] == cluster.outputs["rbacCrn"]
    ]
    if "CloudClusterAdmin" not in roles:
        raise Refused(f"403 Forbidden: {owner} is no CloudClusterAdmin of {cluster.id}")


def _acl_id(subject: Subject) -> str:
    return f"{subject.inputs['kafkaCluster']['id']}/{'#'.join(subject.inputs[key] for key in ACL)}"


ENTRIES = [
    Entry(
        token="confluentcloud:index/kafkaTopic:KafkaTopic",
        id=lambda subject: f"{subject.inputs['kafkaCluster']['id']}/{subject['topicName']}",
        defaults={"partitionsCount": 6},
        refers=(OF_CLUSTER,),
        checks=(
            matches("topicName", r"[a-zA-Z0-9._-]{1,249}", "400 Bad Request: topic name {value!r} must match {form}"),
        ),
        admits=(_admin_reaches_the_cluster,),
        taken="40002: Topic '{id}' already exists.",
        needs=ENVIRONMENT_ADMIN,
        holds=holdings.TOPIC,
    ),
    Entry(
        token="confluentcloud:index/kafkaAcl:KafkaAcl",
        id=_acl_id,
        refers=(OF_CLUSTER,),
        checks=(
            only("operation", OPERATIONS, f"expected operation {ONE_OF}"),
            only("resourceType", KINDS, f"expected resourceType {ONE_OF}"),
            only("permission", ("ALLOW", "DENY"), f"expected permission {ONE_OF}"),
            only("patternType", ("LITERAL", "PREFIXED"), f"expected patternType {ONE_OF}"),
        ),
        admits=(principal_exists, _admin_reaches_the_cluster),
        needs=ENVIRONMENT_ADMIN,
    ),
]
