"""PostgreSQL, flexible server: one change at a time, and a DNS zone that has to be linked before the creation."""

import re

from catalogue import holdings
from catalogue.azure.identity import identities_ref
from catalogue.azure.keyvault import can_encrypt
from catalogue.azure.needs import ASSIGN, DB_STATUS, JOIN_SUBNET
from catalogue.azure.network import subnet_of, subnet_ref
from catalogue.azure.privatedns import is_linked
from catalogue.azure.provider import arm, name_matches, refers_to, resource_id
from catalogue.entry import Minutes, Ref, Refused, Subject
from catalogue.rules import at, never_falls, only, only_rises, text_at
from catalogue.wire import as_list, as_map

SERVER = "azure-native:dbforpostgresql:Server"
SERVER_ID = resource_id("Microsoft.DBforPostgreSQL/flexibleServers", "serverName")
DELEGATION = "Microsoft.DBforPostgreSQL/flexibleServers"
KEY = "dataEncryption"
KEY_HOLDER = f"{KEY}.primaryUserAssignedIdentityId"
VERSIONS = tuple(map(str, range(11, 30)))
SIZES_GIB = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
RESERVED = ("azure_superuser", "azure_pg_admin", "admin", "administrator", "root", "guest", "public")
TIERS = {"B": "Burstable", "D": "GeneralPurpose", "E": "MemoryOptimized"}
PARAMETERS = {
    "require_secure_transport": r"on|off",
    "ssl_min_protocol_version": r"TLSv1(\.[0-3])?",
    "log_connections": r"on|off",
    "log_min_duration_statement": r"-?\d+",
    "max_connections": r"\d+",
}


def _settings_are_valid(subject: Subject) -> None:
    inputs = subject.inputs
    sku, login, size = as_map(inputs.get("sku")), inputs.get("administratorLogin"), at(subject, "storage.storageSizeGB")
    name = str(sku.get("name"))
    if name.startswith("Standard_") and TIERS.get(name[9:10]) != sku.get("tier"):
        raise Refused(f"InvalidParameterValue: sku {name} is not of the tier {sku.get('tier')}")
    if isinstance(login, str) and (login in RESERVED or login.startswith("pg_")):
        raise Refused(f"InvalidParameterValue: the administrator login {login} is reserved")
    if isinstance(size, int) and size not in SIZES_GIB:
        raise Refused(f"InvalidParameterValue: storage size {size} GiB is not one of {SIZES_GIB}")
    mode = at(subject, "highAvailability.mode", "Disabled")
    if mode != "Disabled" and sku.get("tier") == "Burstable":
        raise Refused("HANotSupportedForBurstableSku: High availability is not supported for the Burstable tier")
    if mode == "ZoneRedundant" and inputs.get("availabilityZone") == at(
        subject, "highAvailability.standbyAvailabilityZone"
    ):
        raise Refused("InvalidParameterValue: the standby of a zone redundant server is in another zone")
    if password := text_at(subject, "administratorLoginPassword"):
        kinds = sum(bool(re.search(kind, password)) for kind in ("[a-z]", "[A-Z]", r"\d", r"[^a-zA-Z\d]"))
        if not 8 <= len(password) <= 128 or kinds < 3:
            raise Refused("PasswordNotComplex: 8 to 128 characters of three of the four kinds")


def _place_and_encryption_stay(subject: Subject) -> None:
    """The provider would send these changes; Azure accepts them at creation only."""
    for part, key in (("network", "delegatedSubnetResourceId"), ("dataEncryption", "type")):
        old, new = (as_map(inputs.get(part)).get(key) for inputs in (subject.old_inputs, subject.inputs))
        if subject.old_inputs and old != new:
            raise Refused(f"InvalidParameterValue: {key} of a server cannot be changed from {old} to {new}")


def _network_is_ready(subject: Subject) -> None:
    """The subnet is delegated and the zone is linked. Azure would create a server without that, but unreachable."""
    subnet = subnet_of(subject, "network.delegatedSubnetResourceId")
    zone = at(subject, "network.privateDnsZoneArmResourceId")
    if subnet is not None:
        delegations = [delegation.get("serviceName") for delegation in as_list(subnet.get("delegations"))]
        if delegations != [DELEGATION]:
            raise Refused(f"SubnetNotDelegated: the subnet {subnet['name']} is not delegated to {DELEGATION}")
        if not zone:
            raise Refused("EmptyPrivateDnsZoneArmResourceId: a server in a subnet needs a private DNS zone")
    if zone:
        name = str(zone).rsplit("/", 1)[1]
        own = f"{subject['serverName']}.postgres.database.azure.com"
        if not name.endswith(".postgres.database.azure.com") or name == own:
            raise Refused(
                f"InvalidPrivateDnsZoneName: {name} must end with .postgres.database.azure.com and not be {own}"
            )
        vnet = str(at(subject, "network.delegatedSubnetResourceId")).split("/subnets/")[0]
        own_zone = subject.world.find("azure-native:privatedns:PrivateZone", "id", zone)
        if own_zone and not is_linked(subject, zone, vnet):
            raise Refused(
                f"the name of the server would not resolve: {name} is not linked to {vnet}; depend on the link"
            )


def _identities(subject: Subject) -> list[str]:
    return list(as_map(as_map(subject.inputs.get("identity")).get("userAssignedIdentities")))


def _parameter_is_possible(subject: Subject) -> None:
    name, value = text_at(subject, "configurationName"), text_at(subject, "value")
    form = PARAMETERS.get(name)
    if name and form is None:
        raise Refused(f"InvalidParameterName: the sandbox does not know the parameter {name!r} ({sorted(PARAMETERS)})")
    if form and value and not re.fullmatch(form, value):
        raise Refused(f"InvalidParameterValue: Invalid value {value!r} given for parameter {name}.")


ENTRIES = [
    arm(
        "dbforpostgresql:Server", DELEGATION, "serverName",
        outputs={
            "fullyQualifiedDomainName": "{serverName}.postgres.database.azure.com",
            "state": "Ready",
            "minorVersion": "6",
        },
        names={"PostgreSQL server": "{serverName}"},
        name_scope="global",
        refers=(
            subnet_ref("network.delegatedSubnetResourceId"),
            refers_to("network.privateDnsZoneArmResourceId", "privatedns:PrivateZone"),
            Ref(
                path="identity.userAssignedIdentities",
                to=("azure-native:managedidentity:UserAssignedIdentity",),
                hold="free",
                values=_identities,
            ),
            identities_ref(KEY_HOLDER),
        ),
        checks=(
            name_matches(
                "serverName", r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "InvalidServerName: 3-63 of a-z, 0-9, '-' inside"
            ),
            only("backup.backupRetentionDays", range(7, 36), "InvalidBackupRetention: {value}"),
            _settings_are_valid,
            never_falls("storage.storageSizeGB", "StorageSizeCannotBeReduced: from {old} to {new} GiB"),
            only_rises("version", VERSIONS, "InvalidParameterValue: the version cannot go back from {old} to {new}"),
        ),
        admits=(_place_and_encryption_stay, _network_is_ready, can_encrypt(f"{KEY}.primaryKeyURI", KEY_HOLDER)),
        one_at_a_time=SERVER_ID,
        taken="ServerNameAlreadyExists: Specified server name is already used: {value}",
        more="DBforPostgreSQL/flexibleServers/restart/action Network/privateDnsZones/join/action "
        f"{ASSIGN} {JOIN_SUBNET} {DB_STATUS}",
        holds=holdings.DATABASE,
        # Transcripts: 8 to 18 with a standby in another zone, 4 to 9.5 without.
        minutes=(
            Minutes(12, 4, 2, slow=18, when=("highAvailability.mode", "ZoneRedundant")),
            Minutes(6, 4, 2, slow=9.5),
        ),
    ),
    arm(
        "dbforpostgresql:Configuration", f"{DELEGATION}/configurations", "serverName configurationName",
        parent=SERVER,
        checks=(_parameter_is_possible,),
        one_at_a_time=SERVER_ID,
        # A parameter cannot be deleted: it returns to its default.
        more=DB_STATUS,
        deletes=False,
        # Transcripts: a database or a parameter 0.1 to 0.5, one at a time.
        minutes=(Minutes(0.25, 0.25, 0.25, slow=0.5),),
    ),
]  # fmt: skip
