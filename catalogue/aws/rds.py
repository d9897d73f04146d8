"""RDS for PostgreSQL."""

from collections.abc import Iterable

from catalogue import holdings
from catalogue.aws.ec2 import security_groups_ref, subnets_ref, vpc_of, zones_of
from catalogue.aws.iam import role_ref
from catalogue.aws.kms import kms_ref
from catalogue.aws.needs import GRANTS, PASS_ROLE, PLACE, RDS_TAGS, linked
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches, unprotected
from catalogue.wire import as_list

INSTANCE = "aws:rds/instance:Instance"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
SNAPSHOT = "DB snapshot"
NAME = r"[a-z](?!.*--)(?:[a-z0-9-]{0,61}[a-z0-9])?"
RESERVED_USERS = ("admin", "rdsadmin", "postgres_admin")
MINIMUM_GIB = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
LOGS = ("postgresql", "upgrade", "iam-db-auth-error")


def _settings_are_valid(subject: Subject) -> None:
    inputs = subject.inputs
    user, size = inputs.get("username"), inputs.get("allocatedStorage")
    if user in RESERVED_USERS:
        raise Refused(
            f"InvalidParameterValue: MasterUsername {user} cannot be used as it is a reserved word used by the engine"
        )
    smallest = MINIMUM_GIB.get(inputs.get("storageType") or "gp2", 20)
    if isinstance(size, int) and size < smallest:
        raise Refused(
            "InvalidParameterValue: Invalid storage size for engine name postgres and storage type: "
            f"{size} < {smallest}"
        )
    if not inputs.get("skipFinalSnapshot") and not inputs.get("finalSnapshotIdentifier"):
        raise Refused("final_snapshot_identifier is required when skip_final_snapshot is false")
    if inputs.get("kmsKeyId") and not inputs.get("storageEncrypted"):
        raise Refused("InvalidParameterCombination: KmsKeyId needs StorageEncrypted")
    if inputs.get("monitoringInterval") and not inputs.get("monitoringRoleArn"):
        raise Refused(
            "InvalidParameterCombination: A MonitoringRoleARN value is required if you specify a "
            "MonitoringInterval value other than 0."
        )
    unknown = [log for log in as_list(inputs.get("enabledCloudwatchLogsExports")) if log not in LOGS]
    if unknown and "postgres" in str(inputs.get("engine")):
        raise Refused(f"InvalidParameterCombination: You cannot use the log types {unknown} with engine postgres.")


def _storage_only_grows(subject: Subject) -> None:
    """With autoscaling the provider does not send a lower size."""
    old, new = subject.old_inputs.get("allocatedStorage"), subject.inputs.get("allocatedStorage")
    if isinstance(old, int) and isinstance(new, int) and new < old and not subject.inputs.get("maxAllocatedStorage"):
        raise Refused(
            f"InvalidParameterCombination: Invalid storage size: storage cannot be reduced from {old} to {new} GiB"
        )


def _version_may_follow(subject: Subject) -> None:
    """RDS upgrades to another major version only with a flag, and never goes back."""
    old, new = (str(inputs.get("engineVersion") or "") for inputs in (subject.old_inputs, subject.inputs))
    if not old or not new or old == new:
        return
    before, after = ([int(part) for part in version.split(".")] for version in (old, new))
    if after < before[: len(after)]:
        raise Refused(f"InvalidParameterCombination: Cannot upgrade postgres from {old} to {new}")
    if after[0] > before[0] and not subject.inputs.get("allowMajorVersionUpgrade"):
        raise Refused(
            "InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new "
            f"major version ({old} to {new})."
        )


def _windows_do_not_overlap(subject: Subject) -> None:
    backup, maintenance = subject.inputs.get("backupWindow"), subject.inputs.get("maintenanceWindow")
    if not (
        isinstance(backup, str)
        and isinstance(maintenance, str)
        and backup.count(":") == 2
        and maintenance.count(":") == 4
    ):
        return
    begin, end = backup.split("-")
    from_time, to_time = (part.split(":", 1)[1] for part in maintenance.split("-"))
    if begin < to_time and from_time < end:
        raise Refused("InvalidParameterValue: The backup window and maintenance window must not overlap.")


def _subnets_span_two_zones(subject: Subject) -> None:
    if len(zones_of(subject, subject.inputs["subnetIds"])) < 2:
        raise Refused(
            "DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage "
            "requirement. Add subnets to cover at least 2 AZs."
        )


def _snapshot_name_is_free(subject: Subject) -> None:
    """A delete fails if its final snapshot exists already."""
    name = subject.inputs.get("finalSnapshotIdentifier")
    if not subject.inputs.get("skipFinalSnapshot") and subject.world.is_taken(SNAPSHOT, str(name)):
        raise Refused(
            "DBSnapshotAlreadyExists: Cannot create the snapshot because a snapshot with the identifier "
            f"{name} already exists."
        )


def _final_snapshot(subject: Subject) -> str:
    return "" if subject.inputs.get("skipFinalSnapshot") else subject.inputs["finalSnapshotIdentifier"]


def _kept(subject: Subject) -> Iterable[str]:
    if snapshot := _final_snapshot(subject):
        yield f"DB snapshot {snapshot} (final snapshot of {subject.inputs['identifier']})"
    if subject.inputs.get("deleteAutomatedBackups") is False:
        yield f"automated backups of {subject.inputs['identifier']}, until their retention ends"


def _minor_version(subject: Subject) -> str:
    """A major version alone floats: RDS uses its newest minor version."""
    version = str(subject["engineVersion"])
    return version if "." in version else f"{version}.6"


def _address(subject: Subject) -> str:
    """RDS host names have one hash per account and region, a letter first."""
    return f"{subject['identifier']}.c{subject['account'][:11]}.{subject['region']}.rds.amazonaws.com"


def is_default(parameter_group: str) -> bool:
    """Returns whether a parameter group is one of AWS."""
    return parameter_group.startswith("default.")


ENTRIES = [
    Entry(
        token=SUBNET_GROUP,
        id="{name}",
        outputs={
            "arn": "arn:aws:rds:{region}:{account}:subgrp:{name}",
            "vpcId": lambda subject: vpc_of(subject, subject.inputs["subnetIds"][0]),
            "supportedNetworkTypes": ["IPV4"],
        },
        defaults={"description": "Managed by Pulumi"},
        autoname=AutoName(unless=("namePrefix",), lower=True),
        refers=(subnets_ref("subnetIds"),),
        admits=(_subnets_span_two_zones,),
        not_found="DBSubnetGroupNotFoundFault: DBSubnetGroup '{value}' not found.",
        in_use="InvalidDBSubnetGroupStateFault: Cannot delete the subnet group '{id}' because at least "
        "one database instance uses it.",
        taken="DBSubnetGroupAlreadyExists: The DB subnet group '{id}' already exists.",
        needs=needs(
            "rds:",
            "DescribeDBSubnetGroups",
            "CreateDBSubnetGroup ModifyDBSubnetGroup DeleteDBSubnetGroup",
            linked("rds"),
            PLACE,
            RDS_TAGS,
        ),
    ),
    Entry(
        token=PARAMETER_GROUP,
        id="{name}",
        outputs={"arn": "arn:aws:rds:{region}:{account}:pg:{name}"},
        defaults={
            "description": "Managed by Pulumi",
            "name": lambda subject: f"{subject.inputs.get('namePrefix')}{subject.seed.hex(26)}",
        },
        autoname=AutoName(unless=("namePrefix",), lower=True),
        not_found="DBParameterGroupNotFound: DBParameterGroup not found: {value}",
        in_use="InvalidDBParameterGroupState: One or more database instances are still members of this "
        "parameter group: {id}",
        taken="DBParameterGroupAlreadyExists: Parameter group {id} already exists",
        needs=needs(
            "rds:",
            "DescribeDBParameterGroups DescribeDBParameters",
            "CreateDBParameterGroup ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup",
            linked("rds"),
            RDS_TAGS,
        ),
    ),
    Entry(
        token=INSTANCE,
        id=lambda subject: f"db-{subject.seed.hex(26, 'resource').upper()}",
        outputs={
            "resourceId": "{id}",
            "arn": "arn:aws:rds:{region}:{account}:db:{identifier}",
            "address": _address,
            "endpoint": "{address}:{port}",
            "hostedZoneId": "Z1RLNUO7B9Q6NB",
            "engineVersionActual": _minor_version,
            "status": "available",
        },
        defaults={
            "port": 5432,
            "engineVersion": "17",
            "storageType": "gp2",
            "multiAz": False,
            "publiclyAccessible": False,
            "backupRetentionPeriod": 0,
            "backupWindow": "03:00-03:30",
            "maintenanceWindow": "sun:04:00-sun:04:30",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "availabilityZone": "{region}a",
            "parameterGroupName": "default.postgres17",
            "licenseModel": "postgresql-license",
            "deletionProtection": False,
            "autoMinorVersionUpgrade": True,
        },
        autoname=AutoName(path="identifier", unless=("identifierPrefix",), lower=True),
        names={"DB instance": "{identifier}"},
        refers=(
            Ref(path="dbSubnetGroupName", to=(SUBNET_GROUP,), by=("name",)),
            Ref(path="parameterGroupName", to=(PARAMETER_GROUP,), by=("name",), ignore=is_default),
            security_groups_ref("vpcSecurityGroupIds"),
            kms_ref("kmsKeyId"),
            kms_ref("performanceInsightsKmsKeyId"),
            kms_ref("masterUserSecretKmsKeyId"),
            role_ref("monitoringRoleArn"),
        ),
        checks=(
            matches(
                "identifier",
                NAME,
                "InvalidParameterValue: The parameter DBInstanceIdentifier is not a valid identifier: {value}",
            ),
            _settings_are_valid,
            _storage_only_grows,
            _windows_do_not_overlap,
        ),
        admits=(_version_may_follow,),
        guards=(
            unprotected(
                "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection "
                "and try again: {identifier}"
            ),
            _snapshot_name_is_free,
        ),
        keeps=_kept,
        retires={SNAPSHOT: _final_snapshot},
        not_found="DBInstanceNotFound: DBInstance {value} not found.",
        taken="DBInstanceAlreadyExists: DB instance already exists: {value}",
        needs=needs(
            "rds:",
            "DescribeDBInstances",
            "CreateDBInstance ModifyDBInstance RebootDBInstance DeleteDBInstance DescribeDBEngineVersions",
            linked("rds"),
            PLACE,
            RDS_TAGS,
        )
        + needs(
            "ec2:",
            write="DescribeVpcAttribute DescribeAvailabilityZones DescribeInternetGateways DescribeAccountAttributes",
        ),
        needs_if={
            "kmsKeyId": needs("kms:", write="Decrypt GenerateDataKey") + GRANTS,
            "monitoringRoleArn": PASS_ROLE,
            "finalSnapshotIdentifier": needs("rds:", write="CreateDBSnapshot"),
        },
        holds=holdings.DATABASE,
        # Transcripts: 10 to 20 with a standby, 5.2 to 10 without. A delete creates a final snapshot.
        minutes=(Minutes(14, 5, 8, slow=20, when=("multiAz", True)), Minutes(7.5, 5, 6, slow=10)),
    ),
]
