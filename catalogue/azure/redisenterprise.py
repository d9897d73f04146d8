"""Azure Managed Redis: a cluster and its one database."""

from catalogue import holdings
from catalogue.azure.identity import identities_of, identities_ref
from catalogue.azure.keyvault import can_encrypt
from catalogue.azure.needs import ASSIGN, CACHE_STATUS
from catalogue.azure.provider import arm, called, key_text, name_matches, resource_id
from catalogue.entry import Minutes, Refused, Subject, Where, World
from catalogue.rules import at, only
from catalogue.wire import Properties, as_map

CLUSTER = "azure-native:redisenterprise:RedisEnterprise"
DATABASE = "azure-native:redisenterprise:Database"
CLUSTER_ID = resource_id("Microsoft.Cache/redisEnterprise", "clusterName")
KEY = "encryption.customerManagedKeyEncryption"
KEY_HOLDER = f"{KEY}.keyEncryptionKeyIdentity.userAssignedIdentityResourceId"
BALANCED = ("B0", "B1", "B3", "B5", "B10", "B20", "B50", "B100", "B150", "B250", "B350", "B500", "B700", "B1000")
LARGEST_WITHOUT_CLUSTER = "B20"  # 24 GB


def _size(name: object) -> int | None:
    size = str(name).removeprefix("Balanced_")
    return BALANCED.index(size) if size in BALANCED else None


def _only_grows(subject: Subject) -> None:
    before = as_map(subject.old_inputs.get("sku")).get("name")
    old, new = _size(before), _size(at(subject, "sku.name"))
    if old is not None and new is not None and new < old:
        raise Refused(f"BadRequest: Scaling down from {before} is not supported")
    if subject.old_inputs.get("highAvailability") == "Enabled" and subject.inputs.get("highAvailability") == "Disabled":
        raise Refused("BadRequest: High availability cannot be disabled once it is enabled")


def _policy_is_possible(subject: Subject) -> None:
    cluster = subject.world.find(CLUSTER, "name", subject.inputs["clusterName"])
    size = _size(cluster.inputs["sku"]["name"]) if cluster else None
    too_large = size is not None and size > BALANCED.index(LARGEST_WITHOUT_CLUSTER)
    if subject.inputs.get("clusteringPolicy") == "NoCluster" and too_large:
        raise Refused("BadRequest: NoCluster is not supported for databases larger than 25 GB")


def list_keys(args: Properties, _where: Where, world: World) -> Properties:
    """`listDatabaseKeys`: refused unless access keys are turned on."""
    name = args["clusterName"]
    databases = [each for each in world.all(DATABASE) if each.inputs["clusterName"] == name]
    database = called(databases[0] if databases else None, f"database '{name}/{args['databaseName']}'")
    if database.inputs.get("accessKeysAuthentication") != "Enabled":
        raise Refused("BadRequest: Access keys authentication is disabled for this database")
    return {
        "primaryKey": key_text(database.seed, "primary", 33),
        "secondaryKey": key_text(database.seed, "secondary", 33),
    }


ASKS = {"azure-native:redisenterprise:listDatabaseKeys": list_keys}

ENTRIES = [
    arm(
        "redisenterprise:RedisEnterprise", "Microsoft.Cache/redisEnterprise", "clusterName",
        outputs={
            "identity": identities_of,
            "hostName": lambda subject: f"{subject['clusterName']}.{subject['location']}.redis.azure.net",
            "resourceState": "Running",
            "redisVersion": "7.4",
        },
        names={"Azure Managed Redis": "{clusterName}"},
        name_scope="region",
        refers=(identities_ref("identity.userAssignedIdentities"),),
        checks=(
            name_matches(
                "clusterName", r"(?=.{1,60}$)(?!.*--)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?",
                "InvalidName: 1-60 letters, digits and single hyphens",
            ),
            _only_grows,
        ),
        admits=(can_encrypt(f"{KEY}.keyEncryptionKeyUrl", KEY_HOLDER),),
        taken="NameNotAvailable: the name {value} is not available",
        more=f"{ASSIGN} {CACHE_STATUS}",
        accepts_endpoints=True,
        holds=holdings.REDIS,
        # Transcripts: cluster and database together 6 to 15; hashicorp/terraform-provider-azurerm#28405 saw more.
        minutes=(Minutes(6, 6, 5, slow=50),),
    ),
    arm(
        "redisenterprise:Database", "Microsoft.Cache/redisEnterprise/databases", "clusterName databaseName",
        parent=CLUSTER,
        checks=(
            name_matches("databaseName", "default", "BadRequest: the database is called default"),
            only("port", (10000,), "BadRequest: the port of a database is 10000, not {value}"),
        ),
        admits=(_policy_is_possible,),
        one_at_a_time=CLUSTER_ID,
        more=CACHE_STATUS,
        holds=holdings.REDIS,
        minutes=(Minutes(1.5, 1.5, 1, slow=10),),
    ),
]  # fmt: skip
