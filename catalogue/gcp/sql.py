"""Cloud SQL for PostgreSQL."""

import re
from collections.abc import Iterable

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.gcp.certificates import authorities
from catalogue.gcp.compute import network_ref
from catalogue.gcp.kms import key_ref, may_encrypt
from catalogue.gcp.private_services import address_in, connected, used_network
from catalogue.gcp.projects import api
from catalogue.gcp.provider import SQL
from catalogue.needs import needs
from catalogue.rules import matches, only, only_rises, text_at, unprotected
from catalogue.wire import as_map, as_text

NAME = r"[a-z](?:[a-z0-9-]{0,96}[a-z0-9])?"
NETWORK, RANGE = "settings.ipConfiguration.privateNetwork", "settings.ipConfiguration.allocatedIpRange"
VERSIONS = tuple(f"POSTGRES_{major}" for major in range(13, 19))
BACKUPS = "settings.backupConfiguration"
SHARED = ("db-f1-micro", "db-g1-small")
PLUS = re.compile(r"db-(perf-optimized-N|c4a-highmem)-\d+")
CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")


def _names_are_short(subject: Subject) -> None:
    name = text_at(subject, "name")
    if len(name) + len(subject.where.facts["project"]) > 97:
        raise Refused(f"Error 400: project and instance name together are longer than 98: {name}")


def _tier_is_in_the_edition(subject: Subject) -> None:
    settings = as_map(subject.inputs.get("settings"))
    tier, version = as_text(settings.get("tier")), str(subject.inputs.get("databaseVersion"))
    if not tier:
        return
    default = "ENTERPRISE_PLUS" if version in VERSIONS[3:] else "ENTERPRISE"
    edition = settings.get("edition") or default
    if edition not in ("ENTERPRISE", "ENTERPRISE_PLUS"):
        raise Refused(f"expected settings.0.edition to be one of ENTERPRISE, ENTERPRISE_PLUS, got {edition}")
    fits = PLUS.fullmatch(tier) if edition == "ENTERPRISE_PLUS" else tier in SHARED or CUSTOM.fullmatch(tier)
    if not fits:
        raise Refused(f"Error 400: Invalid Tier ({tier}) for ({edition}) Edition. Use a predefined Tier instead")
    if tier in SHARED and settings.get("availabilityType") == "REGIONAL" and edition == "ENTERPRISE_PLUS":
        raise Refused("Error 400: a shared-core instance cannot be regional")
    if (found := CUSTOM.fullmatch(tier)) and int(found[2]) % 256:
        raise Refused(f"Error 400: memory of {tier} must be a multiple of 256 MB")


def _addresses_are_possible(subject: Subject) -> None:
    address = as_map(as_map(subject.inputs.get("settings")).get("ipConfiguration"))
    if address.get("ipv4Enabled") is False and not address.get("privateNetwork"):
        raise Refused("Error 400: At least one of Public IP or Private IP or PSC connectivity must be enabled")


def _backups_are_possible(subject: Subject) -> None:
    backups = as_map(as_map(subject.inputs.get("settings")).get("backupConfiguration"))
    if backups.get("pointInTimeRecoveryEnabled") and not backups.get("enabled"):
        raise Refused("Error 400: point-in-time recovery needs backups to be enabled")


def _kept(subject: Subject) -> Iterable[str]:
    settings = as_map(subject.inputs.get("settings"))
    final = as_map(settings.get("finalBackupConfig"))
    if final.get("enabled"):
        yield f"final backup of Cloud SQL instance {subject.id}, for {final.get('retentionDays')} days"
    if settings.get("retainBackupsOnDelete"):
        yield f"backups of Cloud SQL instance {subject.id}, until their retention ends"


def _password_is_given(subject: Subject) -> None:
    kind = subject.inputs.get("type") or "BUILT_IN"
    password = subject.inputs.get("password")
    if kind == "BUILT_IN" and not password and not subject.inputs.get("passwordWo"):
        raise Refused("Error 400: a BUILT_IN user needs a password")


def _no_user_is_left(subject: Subject) -> None:
    """PostgreSQL does not drop a role that owns objects, as roles of a running server do sooner or later."""
    if subject.inputs.get("deletionPolicy") != "ABANDON":
        raise Refused(
            f"Error 400: Invalid request: failed to delete user {subject.inputs['name']}: role cannot be dropped "
            "because some objects depend on it; set deletion_policy to ABANDON"
        )


ENTRIES = [
    Entry(
        token=SQL,
        id="{name}",
        outputs={
            "connectionName": "{project}:{region}:{name}",
            "privateIpAddress": address_in(NETWORK, RANGE, SQL),
            "publicIpAddress": "",
            "firstIpAddress": "{privateIpAddress}",
            "ipAddresses": lambda subject: [
                {"ipAddress": subject["privateIpAddress"], "type": "PRIVATE", "timeToRetire": ""}
            ],
            "selfLink": "https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{name}",
            "serviceAccountEmailAddress": "p{number}-{seed:6}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
            "serverCaCerts": authorities("Google Cloud SQL Server CA"),
            "instanceType": "CLOUD_SQL_INSTANCE",
            "dnsName": "",
            "availableMaintenanceVersions": [],
            "maintenanceVersion": "{databaseVersion}.R20260101.00_00",
        },
        defaults={"deletionProtection": True},
        autoname=AutoName(lower=True),
        # At most one operation runs on an instance.
        one_at_a_time="instance {name}",
        refers=(network_ref(NETWORK, hold="free"), key_ref("encryptionKeyName")),
        checks=(
            matches("name", NAME, "Error 400: Invalid request: instance name ({value})."),
            _names_are_short,
            only("databaseVersion", VERSIONS, "Error 400: databaseVersion {value}; the sandbox offers {allowed}"),
            _tier_is_in_the_edition,
            _addresses_are_possible,
            _backups_are_possible,
            only(
                f"{BACKUPS}.transactionLogRetentionDays",
                range(1, 8),
                "Error 400: transactionLogRetentionDays {value} is not between 1 and 7 (ENTERPRISE)",
            ),
            only(
                f"{BACKUPS}.backupRetentionSettings.retainedBackups",
                range(1, 366),
                "Error 400: retainedBackups {value} is not between 1 and 365",
            ),
            only(
                "settings.diskSize", range(10, 10**6), "Error 400: Invalid value for diskSize: {value} is below 10 GB"
            ),
            matches("settings.databaseFlags.name", r"[a-z][a-z0-9_.]+", "Error 400: Invalid flag name: {value}"),
        ),
        admits=(
            api("sqladmin"),
            only_rises(
                "databaseVersion",
                VERSIONS,
                "Error 400: Invalid request: the database version cannot be lowered from {old} to {new}.",
            ),
            connected(NETWORK, RANGE),
            may_encrypt("encryptionKeyName", "gcp-sa-cloud-sql"),
        ),
        guards=(
            unprotected(
                "Error, failed to delete instance because deletion_protection is set to true: {id}. Set it to false to "
                "proceed with instance deletion",
                default=True,
            ),
            unprotected(
                "Error 400: The instance {id} is protected. Please disable the deletion protection",
                "settings.deletionProtectionEnabled",
            ),
        ),
        keeps=_kept,
        retires={"used private services": used_network(NETWORK)},
        not_found="Error 404: The Cloud SQL instance {value} does not exist.",
        taken="Error 409: The Cloud SQL instance already exists: {id}.",
        needs=needs("cloudsql.instances.", "get listServerCas", "create update restart delete")
        # Google creates a user with every instance; the provider deletes it at once.
        + needs("cloudsql.users.", write="list delete")
        + needs("compute.networks.", write="get"),
        holds=holdings.DATABASE,
        # hashicorp/terraform-provider-google#14770 and transcripts: with a standby 10 to 20, without 4.5 to 12.
        minutes=(
            Minutes(13, 4, 2, slow=20, when=("settings.availabilityType", "REGIONAL")),
            Minutes(5.5, 3, 1, slow=12),
        ),
    ),
    Entry(
        token="gcp:sql/user:User",
        id="{name}//{instance}",
        defaults={"type": "BUILT_IN", "host": ""},
        autoname=AutoName(lower=True),
        one_at_a_time="instance {instance}",
        refers=(Ref(path="instance", to=(SQL,), by=("name",), hold="owned"),),
        checks=(_password_is_given,),
        admits=(api("sqladmin"),),
        guards=(_no_user_is_left,),
        taken="Error 409: user {id} already exists",
        needs=needs("cloudsql.", "users.list users.get instances.get", "users.create users.update users.delete"),
    ),
]
