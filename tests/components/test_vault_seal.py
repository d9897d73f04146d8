"""What a cloud gives Vault in the cluster: a key, a place for its recovery keys, disks, and the least rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from policy import kinds as k
from policy.allowed import WITHOUT_RESOURCE
from settings import Cloud
from tests.components.built import Built, build, is_secret, known, value, world
from tests.components.rights import Right, rights
from tests.settings.existing import EXISTING, existing
from tests.settings.stack_files import SMALL
from tools.stacks import changed

SERVER, INIT = "vault:vault", "vault:vault-init"
CRYPTO_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
ENCRYPTS, LOOKS = "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"
CLOUDS = pytest.mark.parametrize("cloud", Cloud)
PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])
# In a cluster of the platform's own, and in an existing one.
PLACES = pytest.mark.parametrize(
    ("cloud", "profile"),
    [*((cloud, name) for cloud in Cloud for name in ("dev", "prod", "Vault alone")), (Cloud.AWS, "irsa")],
)
VALUES = (
    "aws:secretsmanager/secretVersion:SecretVersion",
    "azure-native:keyvault:Secret",
    "gcp:secretmanager/secretVersion:SecretVersion",
)


def arn(built: Built, kind: str, name: str) -> str:
    return built.one(kind, name).outputs["arn"]


def vault_name(built: Built, purpose: str) -> str:
    return built.inputs(k.KEY_VAULT, f"-vault-{purpose}-vault")["vaultName"]


def key_id(built: Built, name: str) -> str:
    """The id of a key of Google's."""
    (found,) = (each for each in built.all(k.CRYPTO_KEY) if each.inputs["name"] == name)
    return f"{found.inputs['keyRing']}/cryptoKeys/{name}"


def project(built: Built) -> Mapping[str, str]:
    """The project of the stack, which the program looks up first."""
    return built.answers("getProject")[0]


def rights_on_aws(built: Built) -> set[Right]:
    seal, recovery = (arn(built, k.KMS, f"-vault-{each}-key") for each in ("seal", "recovery"))
    return {
        *(Right(SERVER, f"kms:{action}", seal) for action in ("Encrypt", "Decrypt", "DescribeKey")),
        Right(INIT, "secretsmanager:PutSecretValue", arn(built, k.AWS_SECRET, "-vault-recovery-secret")),
        Right(INIT, "kms:GenerateDataKey", recovery),
    }


def rights_on_azure(built: Built) -> set[Right]:
    seal, recovery = (built.one(k.KEY_VAULT, f"-vault-{each}-vault").id for each in ("seal", "recovery"))
    return {
        Right(SERVER, CRYPTO_USER, f"{seal}/keys/seal"),
        Right(INIT, "Microsoft.KeyVault/vaults/secrets/setSecret/action", f"{recovery}/secrets/recovery-keys"),
    }


def rights_on_gcp(built: Built) -> set[Right]:
    seal = key_id(built, "seal")
    agent = f"serviceAccount:service-{project(built)['number']}@gcp-sa-secretmanager.iam.gserviceaccount.com"
    return {
        Right(SERVER, ENCRYPTS, seal),
        Right(SERVER, LOOKS, seal),
        Right(INIT, "roles/secretmanager.secretVersionAdder", built.inputs(k.GCP_SECRET)["secretId"]),
        # Secret Manager itself encrypts what the Job adds.
        Right(agent, ENCRYPTS, key_id(built, "recovery")),
    }


RIGHTS: Final = {Cloud.AWS: rights_on_aws, Cloud.AZURE: rights_on_azure, Cloud.GCP: rights_on_gcp}


@PLACES
def test_only_vault_may_use_its_key_and_only_the_job_may_add_to_the_secret_and_nobody_reads_it(built: Built) -> None:
    wanted = RIGHTS[built.cloud](built)
    guarded = {right.where for right in wanted}
    # A right to a parent resource includes it. An action without a resource reaches nothing here.
    found = {
        right
        for right in rights(built)
        if right.action not in WITHOUT_RESOURCE
        and (right.who in (SERVER, INIT) or any(place.startswith(right.where.rstrip("*")) for place in guarded))
    }
    assert found == wanted


# The types of resources that make the identity usable: of the server, and of the Job.
READY: Final[Mapping[Cloud, tuple[set[str], ...]]] = {
    Cloud.AWS: ({k.IAM_POLICY, k.POD_IDENTITY},) * 2,
    Cloud.AZURE: ({k.FEDERATED, k.ROLE_ASSIGNMENT},) * 2,
    Cloud.GCP: ({k.KEY_MEMBER}, {k.SECRET_MEMBER}),
}
TOKENS_FROM: Final = {Cloud.AWS: ("169.254.170.23/32", 80), Cloud.GCP: ("169.254.169.254/32", 80)}


@CLOUDS
@PROFILES
def test_server_and_job_have_their_own_identities_which_wait_for_their_rights(built: Built) -> None:
    assert built.seal.recovery
    identities = (built.seal.server, built.seal.recovery.identity)
    assert tuple(built.types(each.ready) for each in identities) == READY[built.cloud]
    if built.cloud is Cloud.AZURE:
        assert all(each.pod_labels == {"azure.workload.identity/use": "true"} for each in identities)
        clients = [value(each.service_account_annotations) for each in identities]
        assert clients[0] != clients[1]
    else:
        assert all(TOKENS_FROM[built.cloud] in each.endpoints for each in identities)


# The kind and the options of the seal; the place of the recovery keys, and how the command that shows them begins.
Facts = tuple[str, dict[str, str], dict[str, str], str]


def facts_on_aws(built: Built) -> Facts:
    secret = arn(built, k.AWS_SECRET, "-vault-recovery-secret")
    region = "eu-central-1"
    return (
        "awskms",
        {"region": region, "kms_key_id": arn(built, k.KMS, "-vault-seal-key")},
        {"secret": secret, "region": region},
        f"aws secretsmanager get-secret-value --region {region} --secret-id {secret}",
    )


def facts_on_azure(built: Built) -> Facts:
    seal, recovery = (vault_name(built, purpose) for purpose in ("seal", "recovery"))
    return (
        "azurekeyvault",
        {"tenant_id": built.answer("getClientConfig")["tenantId"], "vault_name": seal, "key_name": "seal"},
        {"vault_url": f"https://{recovery}.vault.azure.net", "secret": "recovery-keys"},
        f"az keyvault secret show --vault-name {recovery} --name recovery-keys",
    )


def facts_on_gcp(built: Built) -> Facts:
    id, secret = project(built)["projectId"], built.inputs(k.GCP_SECRET)["secretId"]
    ring = key_id(built, "seal").split("/")[-3]
    return (
        "gcpckms",
        {"project": id, "region": "europe-west1", "key_ring": ring, "crypto_key": "seal"},
        {"secret": f"projects/{id}/secrets/{secret}"},
        f"gcloud secrets versions access latest --secret={secret} --project={id}",
    )


FACTS: Final[Mapping[Cloud, Callable[[Built], Facts]]] = {
    Cloud.AWS: facts_on_aws,
    Cloud.AZURE: facts_on_azure,
    Cloud.GCP: facts_on_gcp,
}


@CLOUDS
@PROFILES
def test_vault_its_job_and_people_know_the_key_and_the_secret(built: Built) -> None:
    seal, recovery = built.seal, built.seal.recovery
    kind, options, place, command = FACTS[built.cloud](built)
    assert recovery
    assert (seal.kind, value(seal.options), value(recovery.place)) == (kind, options, place)
    assert known(recovery.command).startswith(command)
    assert not is_secret(recovery.command)


@CLOUDS
@PROFILES
def test_the_secret_is_created_without_a_value(built: Built) -> None:
    assert [one.name for kind in VALUES for one in built.all(kind) if "-vault-" in one.name] == []


@CLOUDS
def test_the_runbook_creates_nothing_for_recovery_keys(cloud: Cloud) -> None:
    built = build(changed(SMALL[cloud], **{"secretsManager.init": "runbook"}))
    assert built.seal.recovery is None
    assert [one.name for one in built.recording.resources.values() if "recovery" in one.name] == []
    assert rights(built, SERVER)
    assert not rights(built, INIT)


@CLOUDS
@pytest.mark.parametrize("kind", ["kubernetes", "existing"])
def test_nothing_is_created_without_a_vault_in_the_cluster(cloud: Cloud, kind: str) -> None:
    manager = EXISTING[cloud]["secretsManager"] if kind == "existing" else {"kind": kind}
    built = build(existing(cloud) | {"secretsManager": manager})
    assert built.platform.vault_seal is None
    assert [one.name for one in built.recording.resources.values() if "vault" in one.name] == []


# The services that Vault needs if everything else exists.
NEEDED: Final = {
    Cloud.AWS: {"aws:kms", "aws:secretsmanager", "aws:iam", "aws:eks"},
    Cloud.AZURE: {
        *("azure-native:keyvault", "azure-native:managedidentity", "azure-native:authorization"),
        *("azure-native:network", "azure-native:privatedns", "azure-native:resources"),
        *("azure-native:monitor", "azure-native:operationalinsights"),
    },
    Cloud.GCP: {"gcp:kms", "gcp:secretmanager", "gcp:projects"},
}


@CLOUDS
def test_vault_needs_only_its_own_keys_if_everything_else_exists(cloud: Cloud) -> None:
    built = world(cloud, "Vault alone")
    made = [one for one in built.recording.resources.values() if one.package in ("aws", "azure-native", "gcp")]
    assert {one.type.rpartition(":")[0].split("/")[0] for one in made} == NEEDED[cloud]
    # Nothing else encrypts, so the platform has no key.
    keys = built.names(k.KMS) | built.names(k.KEY_VAULT_KEY) | built.names(k.CRYPTO_KEY)
    assert {key.removeprefix("vault-") for key in keys} <= {"seal-key", "recovery-key"}
    assert built.platform.cluster.volumes is None


GP3, BALANCED = {"type": "gp3", "encrypted": "true"}, {"type": "pd-balanced"}
# The driver of disks, and its parameters in dev and in prod.
DISKS: Final[Mapping[Cloud, tuple[str, dict[str, str], dict[str, str]]]] = {
    Cloud.AWS: ("ebs.csi.aws.com", GP3, GP3),
    Cloud.AZURE: ("disk.csi.azure.com", {"skuName": "StandardSSD_LRS"}, {"skuName": "Premium_LRS"}),
    Cloud.GCP: ("pd.csi.storage.gke.io", BALANCED, BALANCED),
}
# The parameter that names the key, or what holds the key.
KEY_OF_DISKS: Final = {
    Cloud.AWS: "kmsKeyId",
    Cloud.AZURE: "diskEncryptionSetID",
    Cloud.GCP: "disk-encryption-kms-key",
}


def key_of_disks(built: Built) -> str | None:
    """The key that encrypts disks; None for the cloud's own."""
    key = value(built.volumes.parameters).get(KEY_OF_DISKS[built.cloud])
    sets = built.all("azure-native:compute:DiskEncryptionSet")
    return next((each.inputs["activeKey"]["keyUrl"] for each in sets if each.id == key), key)


def key_of_data(built: Built) -> str:
    match built.cloud:
        case Cloud.AWS:
            return built.inputs(k.RDS)["kmsKeyId"]
        case Cloud.AZURE:
            return built.inputs(k.AZURE_POSTGRES)["dataEncryption"]["primaryKeyURI"]
        case Cloud.GCP:
            return built.inputs(k.CLOUD_SQL)["encryptionKeyName"]


@CLOUDS
def test_disks_are_encrypted_with_the_key_for_data_in_prod(dev: Built, prod: Built, cloud: Cloud) -> None:
    for built, chosen in zip((dev, prod), DISKS[cloud][1:], strict=True):
        parameters = value(built.volumes.parameters)
        parameters.pop(KEY_OF_DISKS[cloud], None)
        assert (built.volumes.provisioner, parameters) == (DISKS[cloud][0], chosen)
    assert key_of_disks(dev) is None
    assert dev.volumes.ready == ()
    assert key_of_disks(prod) == key_of_data(prod)
    assert prod.volumes.ready


@CLOUDS
def test_an_existing_key_encrypts_disks_in_dev_too_and_seals_nothing(cloud: Cloud) -> None:
    built, key = world(cloud, "existing key"), EXISTING[cloud]["encryption"]["key"]
    assert key_of_disks(built) == key_of_data(built) == key
    assert key not in value(built.seal.options).values()
