"""What Vault in the cluster has of AWS: keys, the place of its recovery keys, who may do what with them, and disks."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pulumi
import pytest

from components.connections import NO_IDENTITY, VaultSeal, VolumeClass
from sandbox.recorder import Registration
from settings import Cloud
from tests.components.aws.recorded import Built, build, is_secret, known
from tests.components.built import sources
from tests.settings.existing import EXISTING, LAYERS, existing
from tests.settings.stack_files import DEV, PROD
from tools.stacks import changed

KEY, ALIAS, SECRET = "kms/key:Key", "kms/alias:Alias", "secretsmanager/secret:Secret"
VERSION, ROLE, RIGHTS = "secretsmanager/secretVersion:SecretVersion", "iam/role:Role", "iam/rolePolicy:RolePolicy"
ASSOCIATION, ADDON = "eks/podIdentityAssociation:PodIdentityAssociation", "eks/addon:Addon"
RUNBOOK = {"secretsManager": {"kind": "vault", "init": "runbook"}}
IRSA = {
    "kind": "irsa",
    "issuer": "https://oidc.acme.example.com/1",
    "providerArn": "arn:aws:iam::111122223333:oidc-provider/oidc.acme.example.com/1",
}
BOTH = pytest.mark.parametrize("profile", ["dev", "prod"])


@pytest.fixture(scope="module")
def runbook() -> Built:
    return build(changed(DEV, **RUNBOOK))


@pytest.fixture(scope="module")
def irsa() -> Built:
    """Vault in an existing cluster that has an OIDC provider."""
    return build(changed(existing(Cloud.AWS, "network", "cluster"), **{"cluster.identity": IRSA}))


@pytest.fixture(scope="module")
def only_vault() -> Built:
    """Everything exists but Vault."""
    layers = [layer for layer in LAYERS if layer != "secretsManager"]
    return build(changed(existing(Cloud.AWS, *layers), profile="prod"), stack="prod")


def built(profile: str, request: pytest.FixtureRequest) -> Built:
    return cast("Built", request.getfixturevalue(profile))


def seal_of(built: Built) -> VaultSeal:
    assert built.platform.vault_seal
    return built.platform.vault_seal


def volumes_of(built: Built) -> VolumeClass:
    assert built.platform.cluster.volumes
    return built.platform.cluster.volumes


def value(given: Any) -> Any:
    """What an input turns out to be."""
    return known(cast("pulumi.Output[Any]", given)) if isinstance(given, pulumi.Output) else given


def values(given: Any) -> dict[str, Any]:
    return {key: value(each) for key, each in given.items()}


def secret_of(built: Built) -> Registration:
    return built.one(SECRET, "-vault-recovery-secret")


@BOTH
def test_the_seal_is_a_key_of_its_own(profile: str, request: pytest.FixtureRequest) -> None:
    found = built(profile, request)
    keys = {key.name.removeprefix(f"rasa-{profile}-"): key for key in found.all(KEY)}
    assert set(keys) == {"data-key", "vault-seal-key", "vault-recovery-key"}
    assert len({found.arn(key) for key in keys.values()}) == 3
    assert seal_of(found).kind == "awskms"
    assert values(seal_of(found).options) == {
        "region": "eu-central-1",
        "kms_key_id": found.arn(keys["vault-seal-key"]),
    }
    aliases = {alias.inputs["name"] for alias in found.all(ALIAS)}
    assert {f"alias/rasa-{profile}-vault-seal", f"alias/rasa-{profile}-vault-recovery"} < aliases


@BOTH
def test_its_keys_rotate_and_are_kept_as_long_as_data_is(profile: str, request: pytest.FixtureRequest) -> None:
    found = built(profile, request)
    for resource in (found.one(KEY, "-vault-seal-key"), found.one(KEY, "-vault-recovery-key"), secret_of(found)):
        assert resource.protect == (profile == "prod"), resource.name
    for key in (found.one(KEY, "-vault-seal-key"), found.one(KEY, "-vault-recovery-key")):
        assert key.inputs["enableKeyRotation"] is True
        assert key.inputs["deletionWindowInDays"] == (30 if profile == "prod" else 7)
    assert secret_of(found).inputs["recoveryWindowInDays"] == (30 if profile == "prod" else 7)


def test_allow_destroy_lets_them_go_but_not_sooner() -> None:
    found = build(changed(PROD, allowDestroy=True), stack="prod")
    assert not any(resource.protect for resource in found.recording.resources.values())
    assert secret_of(found).inputs["recoveryWindowInDays"] == 30
    assert {key.inputs["deletionWindowInDays"] for key in found.all(KEY)} == {30}


def test_no_service_of_aws_may_use_its_keys(prod: Built) -> None:
    def principals(name: str) -> list[dict[str, str]]:
        statements = json.loads(prod.one(KEY, name).inputs["policy"])["Statement"]
        return [statement["Principal"] for statement in statements]

    account = {"AWS": f"arn:aws:iam::{prod.answer('getCallerIdentity')['accountId']}:root"}
    assert principals("-vault-seal-key") == [account]
    assert principals("-vault-recovery-key") == [account]
    # The control: that of the data lets logs be encrypted.
    assert principals("-data-key") == [account, {"Service": "logs.eu-central-1.amazonaws.com"}]


def test_vaults_pods_may_use_the_seal_and_nothing_else(prod: Built) -> None:
    assert prod.statements("-vault-server-") == [
        {
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"],
            "Resource": [prod.arn(prod.one(KEY, "-vault-seal-key"))],
        }
    ]


def test_the_job_may_add_to_the_one_secret_and_nothing_else(prod: Built) -> None:
    secret = prod.arn(secret_of(prod))
    assert prod.statements("-vault-init-") == [
        {"Effect": "Allow", "Action": ["secretsmanager:PutSecretValue"], "Resource": [secret]},
        {
            "Effect": "Allow",
            "Action": ["kms:GenerateDataKey"],
            "Resource": [prod.arn(prod.one(KEY, "-vault-recovery-key"))],
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": secret,
                }
            },
        },
    ]


@BOTH
def test_nobody_can_read_the_recovery_keys(profile: str, request: pytest.FixtureRequest) -> None:
    found = built(profile, request)
    guarded = {found.arn(secret_of(found)), found.arn(found.one(KEY, "-vault-recovery-key"))}
    allowed = {
        (policy.name.removeprefix(f"rasa-{profile}-"), action)
        for policy in found.all(RIGHTS)
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if guarded & set(statement["Resource"])
        for action in statement["Action"]
    }
    assert allowed == {
        ("vault-init-policy", "secretsmanager:PutSecretValue"),
        ("vault-init-policy", "kms:GenerateDataKey"),
    }
    policies = found.all("secretsmanager/secretPolicy:SecretPolicy")
    assert secret_of(found).name not in {found.source(each, "secretArn") for each in policies}
    assert not {policy.inputs["role"] for policy in found.all("iam/rolePolicyAttachment:RolePolicyAttachment")} & {
        f"rasa-{profile}-vault-init",
        f"rasa-{profile}-vault-server",
    }


@BOTH
def test_each_service_account_is_bound_to_its_own_role(profile: str, request: pytest.FixtureRequest) -> None:
    found = built(profile, request)
    bound = {
        each.inputs["serviceAccount"]: found.source(each, "roleArn")
        for each in found.all(ASSOCIATION)
        if each.inputs["namespace"] == "vault"
    }
    assert bound == {"vault": f"rasa-{profile}-vault-server-role", "vault-init": f"rasa-{profile}-vault-init-role"}
    seal = seal_of(found)
    assert seal.recovery
    for identity in (seal.server, seal.recovery.identity):
        assert identity.endpoints == (("169.254.170.23/32", 80),)
        assert found.types(identity.ready) == {f"aws:{RIGHTS}", f"aws:{ASSOCIATION}"}


def test_the_secret_is_made_empty_and_encrypted_with_a_key_of_its_own(dev: Built) -> None:
    secret = secret_of(dev)
    assert dev.source(secret, "kmsKeyId") == "rasa-dev-vault-recovery-key"
    filled = {dev.source(version, "secretId") for version in dev.all(VERSION)}
    assert filled == {"rasa-dev-event-queue-rasa-secret"}
    # What AWS would take for the end of an ARN is no end of the name.
    assert re.fullmatch("rasa-dev-vault-recovery/[0-9a-f]{6}", secret.inputs["name"])


def test_the_job_is_told_where_the_secret_is_and_people_how_to_read_it(dev: Built) -> None:
    recovery, secret = seal_of(dev).recovery, dev.arn(secret_of(dev))
    assert recovery
    assert values(recovery.place) == {"secret": secret, "region": "eu-central-1"}
    words = known(recovery.command).split()
    assert words[:3] == ["aws", "secretsmanager", "get-secret-value"]
    assert words[words.index("--secret-id") + 1] == secret
    assert words[words.index("--region") + 1] == "eu-central-1"
    assert not is_secret(recovery.command)


def test_with_the_runbook_nothing_is_made_for_recovery_keys(runbook: Built) -> None:
    seal = seal_of(runbook)
    assert seal.recovery is None
    assert {key.name for key in runbook.all(KEY)} == {"rasa-dev-data-key", "rasa-dev-vault-seal-key"}
    assert [secret.name for secret in runbook.all(SECRET)] == ["rasa-dev-event-queue-rasa-secret"]
    assert {each.inputs["serviceAccount"] for each in runbook.all(ASSOCIATION)} == {"rasa", "vault"}


@pytest.mark.parametrize("manager", [{"kind": "kubernetes"}, EXISTING[Cloud.AWS]["secretsManager"]])
def test_without_a_vault_to_be_made_nothing_is(manager: dict[str, Any]) -> None:
    stack_file = existing(Cloud.AWS) | {"secretsManager": manager}
    found = build(stack_file)
    assert found.platform.vault_seal is None
    assert not [name for name in (one.name for one in found.recording.resources.values()) if "vault" in name]


def test_an_existing_cluster_gives_the_roles_by_its_agent() -> None:
    found = build(existing(Cloud.AWS, "network", "cluster"))
    bound = {(each.inputs["clusterName"], each.inputs["serviceAccount"]) for each in found.all(ASSOCIATION)}
    assert bound == {("acme", "rasa"), ("acme", "vault"), ("acme", "vault-init")}


def test_an_existing_cluster_gives_the_roles_by_its_issuer(irsa: Built) -> None:
    seal = seal_of(irsa)
    assert seal.recovery
    for identity, role, account in ((seal.server, "server", "vault"), (seal.recovery.identity, "init", "vault-init")):
        made = irsa.one(ROLE, f"-vault-{role}-role")
        assert values(identity.service_account_annotations) == {"eks.amazonaws.com/role-arn": irsa.arn(made)}
        (trust,) = json.loads(made.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Federated": IRSA["providerArn"]}
        assert trust["Condition"]["StringEquals"] == {
            "oidc.acme.example.com/1:sub": f"system:serviceaccount:vault:{account}",
            "oidc.acme.example.com/1:aud": "sts.amazonaws.com",
        }
        assert identity != NO_IDENTITY
        assert irsa.types(identity.ready) == {f"aws:{RIGHTS}"}
    assert irsa.all(ASSOCIATION) == []


def test_an_existing_key_is_for_data_only() -> None:
    found = build(existing(Cloud.AWS, "encryption"))
    assert {key.name for key in found.all(KEY)} == {"rasa-dev-vault-seal-key", "rasa-dev-vault-recovery-key"}
    key = EXISTING[Cloud.AWS]["encryption"]["key"]
    assert value(seal_of(found).options["kms_key_id"]) != key
    assert value(volumes_of(found).parameters["kmsKeyId"]) == key
    assert {statement["Resource"][0] for statement in found.statements("-disks-key")} == {key}


def test_where_everything_else_exists_vault_needs_its_own_keys_only(only_vault: Built) -> None:
    assert {key.name for key in only_vault.all(KEY)} == {"rasa-prod-vault-seal-key", "rasa-prod-vault-recovery-key"}
    kinds = {one.type.split("/")[0] for one in only_vault.recording.resources.values() if one.package == "aws"}
    assert kinds == {"aws:kms", "aws:secretsmanager", "aws:iam", "aws:eks"}
    assert only_vault.platform.cluster.volumes is None


def test_the_key_waits_for_nothing_and_nothing_of_the_data_waits_for_it(prod: Built) -> None:
    assert not {kind for kind in prod.waits_for(prod.one(KEY, "-vault-seal-key")) if kind.startswith("aws:")}
    for kind in ("rds/instance:Instance", "msk/cluster:Cluster", "elasticache/replicationGroup:ReplicationGroup"):
        names = {each.name for each in prod.reached(prod.one(kind))}
        assert not [name for name in names if "vault" in name]


@BOTH
def test_disks_are_encrypted_by_the_driver_that_is_there(profile: str, request: pytest.FixtureRequest) -> None:
    found = built(profile, request)
    volumes = volumes_of(found)
    assert volumes.provisioner == "ebs.csi.aws.com"
    key = {"kmsKeyId": found.arn(found.one(KEY, "-data-key"))} if profile == "prod" else {}
    assert values(volumes.parameters) == {"type": "gp3", "encrypted": "true", **key}
    driver = found.one(ADDON, "-aws-ebs-csi-driver")
    (association,) = driver.inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == "ebs-csi-controller-sa"
    roles = {found.recording.resources[urn].name for urn in driver.property_dependencies["podIdentityAssociations"]}
    assert roles == {f"rasa-{profile}-cluster-nodes-disks"}
    ready = {known(resource.urn) for resource in volumes.ready}
    assert bool(ready) == (profile == "prod")
    assert ready <= {each.urn for each in found.reached(driver)}


def test_the_driver_may_use_the_data_key_for_disks_only(prod: Built, dev: Built) -> None:
    via_ec2 = {"kms:ViaService": "ec2.eu-central-1.amazonaws.com"}
    key = prod.arn(prod.one(KEY, "-data-key"))
    assert prod.statements("-disks-key") == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            "Resource": [key],
            "Condition": {"StringEquals": via_ec2},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": [key],
            "Condition": {"StringEquals": via_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    assert f"aws:{RIGHTS}" in prod.types(volumes_of(prod).ready)
    # The account's own key for disks lets everybody use it.
    assert dev.statements("-disks-key") == []


def test_a_disk_waits_for_its_key(prod: Built) -> None:
    (key,) = sources(cast("pulumi.Output[str]", volumes_of(prod).parameters["kmsKeyId"]))
    assert known(key.urn) == prod.one(KEY, "-data-key").urn


def test_in_prod_vaults_calls_stay_inside_the_network(prod: Built) -> None:
    services = {each.inputs["serviceName"].rpartition(".")[2] for each in prod.all("ec2/vpcEndpoint:VpcEndpoint")}
    assert {"kms", "secretsmanager", "sts", "ec2", "eks-auth"} <= services
