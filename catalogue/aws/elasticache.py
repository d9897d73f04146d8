"""ElastiCache for Valkey and Redis OSS, cluster mode off."""

import re
from collections.abc import Iterable

from catalogue import holdings
from catalogue.aws.cloudwatch import LOG_GROUP
from catalogue.aws.ec2 import security_groups_ref, subnets_ref, vpc_of
from catalogue.aws.kms import kms_ref
from catalogue.aws.needs import CACHE_INTERFACES, CACHE_TAGS, GRANTS, LOG_DELIVERY, PLACE, linked
from catalogue.aws.rds import is_default
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches
from catalogue.wire import as_list, as_map

SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup"
PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
USER = "aws:elasticache/user:User"
USER_GROUP = "aws:elasticache/userGroup:UserGroup"
REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
SNAPSHOT = "cache snapshot"
NAME_IS_VALID = matches(
    "replicationGroupId",
    r"[a-z](?!.*--)(?:[a-z0-9-]{0,38}[a-z0-9])?",
    "InvalidParameterValue: replication_group_id {value!r}: at most 40 of a-z, 0-9, '-', a letter first, no '--'",
)
IS_AN_ENGINE = matches("engine", "(?i)redis|valkey", "expected engine to be redis or valkey, got {value}")
PASSWORD = re.compile(r"[^\s,\"/@]{16,128}")


def _host(role: str, subject: Subject) -> str:
    digits, (place, direction, number) = subject.seed.hex(6, "host"), subject["region"].split("-")
    region = f"{place}{direction[0]}{number}"  # eu-central-1 is euc1
    return f"{role}.{subject['replicationGroupId']}.{digits}.{region}.cache.amazonaws.com"


def _user_is_valid(subject: Subject) -> None:
    engine, mode = subject.inputs.get("engine"), as_map(subject.inputs.get("authenticationMode"))
    passwords = mode.get("passwords") or as_list(subject.inputs.get("passwords"))
    if mode.get("type") == "password" and not passwords and "passwords" not in mode:
        raise Refused("InvalidParameterCombination: Password based authentication needs passwords")
    for password in passwords:
        if len(password) != 36 and not PASSWORD.fullmatch(password):
            raise Refused(
                'InvalidParameterValue: Passwords length must be between 16-128 characters, without , " / @ and spaces'
            )
    if mode.get("type") == "iam" and subject.inputs.get("userId") != subject.inputs.get("userName"):
        raise Refused("InvalidParameterValue: User name and user id must be identical for IAM authenticated users")
    if engine == "valkey" and (mode.get("type") == "no-password-required" or subject.inputs.get("noPasswordRequired")):
        raise Refused("InvalidParameterValue: a Valkey user needs a password or IAM")


def _group_fits_its_users(subject: Subject) -> None:
    """Users have the group's engine; a Redis OSS group has a user with the name default."""
    users = [subject.world.find(USER, "userId", user) for user in as_list(subject.inputs.get("userIds"))]
    names = [user.inputs["userName"] for user in users if user]
    if subject.inputs["engine"] == "redis" and "default" not in names:
        raise Refused("DefaultUserRequired: User group must contain a user with the user name default.")
    if any(
        user.inputs["engine"] != subject.inputs["engine"]
        for user in users
        if user and subject.inputs["engine"] == "valkey"
    ):
        raise Refused("InvalidParameterCombination: a Valkey user group takes Valkey users only")
    if len(names) != len(set(names)):
        raise Refused("DuplicateUserName: A user with the same user name is in the group already")


def _settings_are_valid(subject: Subject) -> None:
    inputs, nodes = subject.inputs, subject.inputs.get("numCacheClusters")
    if inputs.get("engine") == "redis" and str(inputs.get("engineVersion"))[:1] in ("8", "9"):
        raise Refused(
            f"InvalidParameterValue: Redis OSS ends at 7.1; version {inputs['engineVersion']} exists as Valkey only"
        )
    # "Supported engines and versions" in the user guide of ElastiCache, November 2026.
    version = inputs.get("engineVersion")
    if (
        inputs.get("engine") == "valkey"
        and isinstance(version, str)
        and not re.match(r"7\.2|8\.[0-2]|9\.[01]", version)
    ):
        raise Refused(f"InvalidParameterCombination: Cannot find version {version} for valkey")
    if inputs.get("automaticFailoverEnabled") and isinstance(nodes, int) and nodes < 2:
        raise Refused('"num_cache_clusters": must be at least 2 if automatic_failover_enabled is true')
    if inputs.get("multiAzEnabled") and not inputs.get("automaticFailoverEnabled"):
        raise Refused("automatic_failover_enabled must be true if multi_az_enabled is true")
    if (inputs.get("authToken") or inputs.get("userGroupIds")) and not inputs.get("transitEncryptionEnabled"):
        raise Refused("InvalidParameterCombination: authentication needs TransitEncryptionEnabled")
    if inputs.get("kmsKeyId") and not inputs.get("atRestEncryptionEnabled"):
        raise Refused("InvalidParameterCombination: KmsKeyId needs AtRestEncryptionEnabled")


def _snapshot_name_is_free(subject: Subject) -> None:
    name = subject.inputs.get("finalSnapshotIdentifier")
    if name and subject.world.is_taken(SNAPSHOT, name):
        raise Refused(f"SnapshotAlreadyExistsFault: Snapshot with specified name already exists: {name}")


def _kept(subject: Subject) -> Iterable[str]:
    if name := subject.inputs.get("finalSnapshotIdentifier"):
        yield f"cache snapshot {name} (final snapshot of {subject.id})"


ENTRIES = [
    Entry(
        token=SUBNET_GROUP,
        id="{name}",
        outputs={
            "arn": "arn:aws:elasticache:{region}:{account}:subnetgroup:{name}",
            "vpcId": lambda subject: vpc_of(subject, subject.inputs["subnetIds"][0]),
        },
        defaults={"description": "Managed by Pulumi"},
        autoname=AutoName(lower=True),
        refers=(subnets_ref("subnetIds"),),
        not_found="CacheSubnetGroupNotFoundFault: Cache Subnet Group {value} does not exist.",
        in_use="CacheSubnetGroupInUse: Cache subnet group {id} is currently in use by a cache cluster.",
        taken="CacheSubnetGroupAlreadyExists: Cache subnet group {id} already exists.",
        needs=needs(
            "elasticache:",
            "DescribeCacheSubnetGroups",
            "CreateCacheSubnetGroup ModifyCacheSubnetGroup DeleteCacheSubnetGroup",
            CACHE_INTERFACES,
            PLACE,
            CACHE_TAGS,
        ),
    ),
    Entry(
        token=PARAMETER_GROUP,
        id="{name}",
        outputs={"arn": "arn:aws:elasticache:{region}:{account}:parametergroup:{name}"},
        defaults={"description": "Managed by Pulumi"},
        autoname=AutoName(lower=True),
        not_found="CacheParameterGroupNotFound: CacheParameterGroup not found: {value}",
        in_use="InvalidCacheParameterGroupState: One or more cache clusters are still members of this "
        "parameter group {id}.",
        taken="CacheParameterGroupAlreadyExists: A cache parameter group with the name {id} already exists.",
        needs=needs(
            "elasticache:",
            "DescribeCacheParameterGroups DescribeCacheParameters",
            "CreateCacheParameterGroup ModifyCacheParameterGroup ResetCacheParameterGroup DeleteCacheParameterGroup",
            linked("elasticache"),
            CACHE_TAGS,
        ),
    ),
    Entry(
        token=USER,
        id="{userId}",
        outputs={"arn": "arn:aws:elasticache:{region}:{account}:user:{userId}"},
        checks=(IS_AN_ENGINE, _user_is_valid),
        not_found="UserNotFound: User {value} not found.",
        in_use="InvalidUserState: User {id} is in a user group.",
        taken="UserAlreadyExists: User {id} already exists.",
        needs=needs("elasticache:", "DescribeUsers", "CreateUser ModifyUser DeleteUser", CACHE_TAGS),
    ),
    Entry(
        token=USER_GROUP,
        id="{userGroupId}",
        outputs={"arn": "arn:aws:elasticache:{region}:{account}:usergroup:{userGroupId}"},
        refers=(Ref(path="userIds", to=(USER,), by=("userId",), ignore=lambda user: user == "default"),),
        admits=(_group_fits_its_users,),
        not_found="UserGroupNotFound: User group {value} not found.",
        in_use="InvalidUserGroupState: User group {id} is in use.",
        taken="UserGroupAlreadyExists: User Group {id} already exists.",
        needs=needs(
            "elasticache:", "DescribeUserGroups", "CreateUserGroup ModifyUserGroup DeleteUserGroup", CACHE_TAGS
        ),
        # Vendor: a group is active when its users are.
        minutes=(Minutes(0.5, 0.5, 0.5, slow=2),),
    ),
    Entry(
        token=REPLICATION_GROUP,
        id="{replicationGroupId}",
        outputs={
            "arn": "arn:aws:elasticache:{region}:{account}:replicationgroup:{replicationGroupId}",
            "primaryEndpointAddress": lambda subject: _host("master", subject),
            "readerEndpointAddress": lambda subject: _host("replica", subject),
            "memberClusters": lambda subject: [
                f"{subject['replicationGroupId']}-{index:03d}" for index in range(1, 1 + subject["numCacheClusters"])
            ],
            "engineVersionActual": "{engineVersion}",
            "clusterEnabled": False,
        },
        defaults={
            "port": 6379,
            "numCacheClusters": 1,
            "engine": "redis",
            "engineVersion": "7.1",
            "automaticFailoverEnabled": False,
            "multiAzEnabled": False,
            "transitEncryptionMode": lambda subject: (
                "required" if subject.inputs.get("transitEncryptionEnabled") else None
            ),
            "snapshotRetentionLimit": 0,
            "maintenanceWindow": "sun:05:00-sun:06:00",
        },
        autoname=AutoName(path="replicationGroupId", lower=True),
        volatile=frozenset({"memberClusters", "engineVersionActual"}),
        refers=(
            Ref(path="subnetGroupName", to=(SUBNET_GROUP,), by=("name",)),
            Ref(path="parameterGroupName", to=(PARAMETER_GROUP,), by=("name",), ignore=is_default),
            Ref(path="userGroupIds", to=(USER_GROUP,), by=("userGroupId",)),
            security_groups_ref("securityGroupIds"),
            kms_ref("kmsKeyId"),
            Ref(path="logDeliveryConfigurations.destination", to=(LOG_GROUP,), by=("name",), hold="free"),
        ),
        checks=(NAME_IS_VALID, IS_AN_ENGINE, _settings_are_valid),
        guards=(_snapshot_name_is_free,),
        keeps=_kept,
        retires={SNAPSHOT: lambda subject: subject.inputs.get("finalSnapshotIdentifier") or ""},
        not_found="ReplicationGroupNotFoundFault: Replication Group {value} not found.",
        taken="ReplicationGroupAlreadyExists: Replication group {id} already exists.",
        needs=needs(
            "elasticache:",
            "DescribeReplicationGroups DescribeCacheClusters",
            "CreateReplicationGroup ModifyReplicationGroup ModifyReplicationGroupShardConfiguration"
            " IncreaseReplicaCount DecreaseReplicaCount DeleteReplicationGroup CreateSnapshot",
            CACHE_INTERFACES,
            linked("elasticache"),
            PLACE,
            CACHE_TAGS,
        ),
        needs_if={"kmsKeyId": GRANTS, "logDeliveryConfigurations": LOG_DELIVERY},
        holds=holdings.REDIS,
        # Transcripts: 5.6 to 10; time-outs at 40 were reported.
        minutes=(Minutes(7, 7, 5, slow=40),),
    ),
]
