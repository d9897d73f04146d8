"""Key Vault: a deleted vault keeps its name, a key is never deleted alone; and what services require of a key."""

import ipaddress
import re
from collections.abc import Iterable

from catalogue import holdings
from catalogue.azure.identity import may
from catalogue.azure.provider import arm, is_private, name_matches
from catalogue.entry import Minutes, Refused, Rule, Subject
from catalogue.rules import at, only
from catalogue.wire import UNKNOWN, Properties, as_list, as_map, at_path

VAULT = "azure-native:keyvault:Vault"
KEY = "azure-native:keyvault:Key"
CRYPTO_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
LEAST_ROTATION_DAYS = 7
NAME = r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]"


def _settings_are_valid(subject: Subject) -> None:
    if at(subject, "properties.enablePurgeProtection") is False:
        raise Refused('BadRequest: The property "enablePurgeProtection" cannot be set to false. Leave it out')
    tenant = at(subject, "properties.tenantId")
    if tenant not in (None, UNKNOWN, subject.where.facts["tenant"]):
        raise Refused(f"BadRequest: Invalid tenant id {tenant}")
    if at(subject, "properties.sku.family", "A") != "A":
        raise Refused("BadRequest: the family of a vault's sku is A")


def _firewall_is_possible(subject: Subject) -> None:
    for range_ in at_path(subject.inputs, "properties.networkAcls.ipRules.value"):
        if range_ == UNKNOWN:
            continue
        try:
            network = ipaddress.IPv4Network(range_)
        except ValueError:
            raise Refused(f"BadRequest: The value '{range_}' is not an IPv4 address or CIDR range") from None
        if is_private(network):
            raise Refused(f"BadRequest: The IP rule '{range_}' is private; only public addresses are allowed")


def _protection_stays(subject: Subject) -> None:
    before = as_map(subject.old_inputs.get("properties"))
    if before.get("enablePurgeProtection") and not at(subject, "properties.enablePurgeProtection"):
        raise Refused("BadRequest: Purge protection cannot be turned off once it is on")
    if before.get("softDeleteRetentionInDays") not in (None, at(subject, "properties.softDeleteRetentionInDays")):
        raise Refused("BadRequest: The property 'softDeleteRetentionInDays' cannot be changed")


def _properties(subject: Subject) -> Properties:
    return {**as_map(subject.inputs.get("properties")), "vaultUri": f"https://{subject['vaultName']}.vault.azure.net/"}


def _kept(subject: Subject) -> Iterable[str]:
    days = at(subject, "properties.softDeleteRetentionInDays", 90)
    purge = "cannot be purged" if at(subject, "properties.enablePurgeProtection") else "can be purged"
    yield (
        f"Key Vault {subject['vaultName']}, deleted but kept for {days} days with its name, keys and secrets ({purge})"
    )


def _key_uri(subject: Subject) -> str:
    return f"https://{subject['vaultName']}.vault.azure.net/keys/{subject['keyName']}"


def _rotation_is_possible(subject: Subject) -> None:
    """A key is rotated some time after its creation, or before its expiry; never within a week."""
    policy = as_map(as_map(subject.inputs.get("properties")).get("rotationPolicy"))
    for action in map(as_map, as_list(policy.get("lifetimeActions"))):
        trigger = as_map(action.get("trigger"))
        times = [text for text in (trigger.get("timeAfterCreate"), trigger.get("timeBeforeExpiry")) if text]
        if len(times) != 1:
            raise Refused("BadParameter: a lifetime action has one trigger: timeAfterCreate or timeBeforeExpiry")
        if trigger.get("timeBeforeExpiry") and not as_map(policy.get("attributes")).get("expiryTime"):
            raise Refused("BadParameter: timeBeforeExpiry needs an expiryTime")
        duration = re.fullmatch(r"P(\d+)([DMY])", times[0])
        if not duration or (duration[2] == "D" and int(duration[1]) < LEAST_ROTATION_DAYS):
            raise Refused(
                f"BadParameter: {times[0]} is not a duration of {LEAST_ROTATION_DAYS} days or more, such as P1Y"
            )


def can_encrypt(path: str, identity: str) -> Rule:
    """A service accepts an existing key in a vault with purge protection, if the identity may use it.

    `path` is that of the key's URL, or of a block with the vault's address and the key's name; `identity` is the path
    of an identity's id.
    """

    def check(subject: Subject) -> None:
        wanted = at(subject, path)
        if not wanted:
            return
        if isinstance(wanted, dict):
            parts = as_map(wanted)
            wanted = f"{str(parts['keyVaultUri']).rstrip('/')}/keys/{parts['keyName']}"
        vault_uri, _, rest = wanted.partition("/keys/")
        vaults = {one.outputs["properties"]["vaultUri"].rstrip("/"): one for one in subject.world.all(VAULT)}
        vault = vaults.get(vault_uri)
        if vault is None:  # one of another subscription is not in the sandbox
            return
        uri = f"{vault_uri}/keys/{rest.split('/')[0]}"
        key = subject.world.find(KEY, "keyUri", uri)
        if key is None or ("/" in rest and key.outputs["keyUriWithVersion"] != wanted):
            raise Refused(f"KeyVaultKeyNotFound: The Azure Key Vault Key {wanted} could not be found.")
        if not as_map(vault.inputs.get("properties")).get("enablePurgeProtection"):
            raise Refused(
                f"KeyVaultPolicyError: Keyvault policy recoverable is not set: {vault.id} has no purge protection"
            )
        holder = at(subject, identity)
        if not holder:
            raise Refused("BadRequest: a customer managed key needs a user-assigned identity")
        if not may(subject.world, holder, CRYPTO_USER, vault.id):
            raise Refused(
                f"KeyVaultAuthenticationFailure: The operation failed because identity {holder} cannot wrap with "
                f"{wanted}; depend on its role assignment"
            )

    return check


ENTRIES = [
    arm(
        "keyvault:Vault", "Microsoft.KeyVault/vaults", "vaultName",
        outputs={"properties": _properties},
        names={"Key Vault": "{vaultName}"},
        name_scope="global",
        retires={"Key Vault": "{vaultName}"},
        checks=(name_matches("vaultName", NAME, "VaultNameNotValid: 3-24 letters, digits, '-'"), _settings_are_valid,
                only("properties.softDeleteRetentionInDays", range(7, 91),
                     "BadRequest: The property 'softDeleteRetentionInDays' must be between 7 and 90, not {value}"),
                _firewall_is_possible, _protection_stays),
        keeps=_kept,
        taken="VaultAlreadyExists: The vault name '{value}' is already in use. Vault names are globally unique so it "
        "is possible that the name is already taken, or that a deleted vault still has it.",
        more="KeyVault/locations/deletedVaults/read KeyVault/locations/operationResults/read",
        accepts_endpoints=True,
        holds=holdings.KEY,
        # Transcripts: 20 s to 3 m; the name has to reach the DNS.
        minutes=(Minutes(2.4, 0.3, 0.2, slow=3),),
    ),
    arm(
        "keyvault:Key", "Microsoft.KeyVault/vaults/keys", "vaultName keyName",
        parent=VAULT,
        outputs={
            "keyUri": _key_uri,
            "keyUriWithVersion": lambda subject: f"{_key_uri(subject)}/{subject.seed.hex(32)}",
        },
        checks=(name_matches("keyName", r"[A-Za-z0-9-]{1,127}", "BadParameter: key name"),
                only("properties.keySize", (2048, 3072, 4096), "BadParameter: key size {value} is none of {allowed}"),
                _rotation_is_possible),
        # The resource manager creates a key, and deletes it with its vault.
        reads="KeyVault/vaults/keys/versions/read",
        deletes=False,
        holds=holdings.KEY,
    ),
]  # fmt: skip
