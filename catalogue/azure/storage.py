"""Storage accounts and their contents."""

import ipaddress

from catalogue import holdings
from catalogue.azure.identity import identities_of, identities_ref
from catalogue.azure.keyvault import can_encrypt
from catalogue.azure.needs import ASSIGN
from catalogue.azure.provider import arm, called, is_private, key_text, name_matches
from catalogue.entry import Minutes, Ref, Refused, Subject, Where, World
from catalogue.rules import only
from catalogue.wire import Properties, as_list, as_map

ACCOUNT = "azure-native:storage:StorageAccount"
KEY_HOLDER = "encryption.encryptionIdentity.encryptionUserAssignedIdentity"
SERVICE = "azure-native:storage:BlobServiceProperties"


def _firewall_is_possible(subject: Subject) -> None:
    """Only public addresses; a single address has no prefix."""
    for rule in as_list(as_map(subject.inputs.get("networkRuleSet")).get("ipRules")):
        text = str(rule.get("iPAddressOrRange"))
        address = ipaddress.IPv4Network(text)
        if ("/" in text and address.prefixlen > 30) or is_private(address):
            raise Refused(f"InvalidValuesForRequestParameters: invalid: networkAcls.ipRule {text}")


def _encryption_is_possible(subject: Subject) -> None:
    encryption = as_map(subject.inputs.get("encryption"))
    by_vault = encryption.get("keySource") == "Microsoft.Keyvault"
    if by_vault != bool(encryption.get("keyVaultProperties")):
        raise Refused("InvalidValuesForRequestParameters: keyVaultProperties go with keySource Microsoft.Keyvault")


def _versions_exist(subject: Subject) -> None:
    """A rule for old versions is accepted only if the account keeps versions."""
    wants = any(
        as_map(as_map(as_map(rule).get("definition")).get("actions")).get("version")
        for rule in as_list(as_map(subject.inputs.get("policy")).get("rules"))
    )
    account = subject.inputs["accountName"]
    kept = any(
        service.inputs["accountName"] == account and service.inputs.get("isVersioningEnabled")
        for service in subject.world.all(SERVICE)
    )
    if wants and not kept:
        raise Refused("InvalidRequestPropertyValue: version actions need blob versioning; depend on the blob service")


def list_keys(args: Properties, _where: Where, world: World) -> Properties:
    """`listStorageAccountKeys`: two keys of 64 bytes."""
    account = called(world.find(ACCOUNT, "name", args["accountName"]), f"storage account '{args['accountName']}'")
    return {
        "keys": [
            {"keyName": f"key{number}", "permissions": "FULL", "value": key_text(account.seed, f"key{number}", 64)}
            for number in (1, 2)
        ]
    }


ASKS = {"azure-native:storage:listStorageAccountKeys": list_keys}

ENTRIES = [
    arm(
        "storage:StorageAccount", "Microsoft.Storage/storageAccounts", "accountName",
        outputs={
            "identity": identities_of,
            "primaryEndpoints": lambda subject: {"blob": f"https://{subject['accountName']}.blob.core.windows.net/"},
            "primaryLocation": "{location}",
        },
        names={"storage account": "{accountName}"},
        name_scope="global",
        refers=(identities_ref("identity.userAssignedIdentities"),),
        checks=(
            name_matches("accountName", r"[a-z0-9]{3,24}", "AccountNameInvalid: 3-24 of a-z and 0-9"),
            _firewall_is_possible,
            _encryption_is_possible,
        ),
        admits=(can_encrypt("encryption.keyVaultProperties", KEY_HOLDER),),
        taken="StorageAccountAlreadyTaken: The storage account named {value} is already taken.",
        more=ASSIGN,
        accepts_endpoints=True,
        holds=holdings.MODELS,
        minutes=(Minutes(0.5, 0.2, 0.2, slow=1),),
    ),
    arm(
        "storage:BlobServiceProperties", "Microsoft.Storage/storageAccounts/blobServices",
        "accountName blobServicesName",
        parent=ACCOUNT,
        checks=(
            name_matches("blobServicesName", "default", "InvalidResourceName: the blob service is called default"),
            only("deleteRetentionPolicy.days", range(1, 366), "OutOfRangeInput: {value} days"),
        ),
        # Settings of an account, deleted with it.
        deletes=False,
    ),
    arm(
        "storage:BlobContainer", "Microsoft.Storage/storageAccounts/blobServices/containers",
        "accountName 'default' containerName",
        refers=(Ref(path="accountName", to=(ACCOUNT,), by=("name",), hold="owned"),),
        checks=(
            name_matches(
                "containerName", r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "InvalidResourceName: 3-63 of a-z, 0-9"
            ),
        ),
        holds=holdings.MODELS,
    ),
    arm(
        "storage:ManagementPolicy", "Microsoft.Storage/storageAccounts/managementPolicies",
        "accountName managementPolicyName",
        parent=ACCOUNT,
        checks=(name_matches("managementPolicyName", "default", "InvalidResourceName: the policy is called default"),),
        admits=(_versions_exist,),
    ),
]  # fmt: skip
