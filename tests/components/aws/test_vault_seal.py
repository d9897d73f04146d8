"""Vault's keys, its recovery keys and disks: what only AWS has."""

from __future__ import annotations

import json
import re

from policy import kinds as k
from settings import Cloud
from tests.components.built import IRSA, Built, known, sources, value, world
from tests.components.rights import statements


def test_no_service_of_aws_may_use_vaults_keys(prod: Built) -> None:
    def principals(name: str) -> list[dict[str, str]]:
        return [each["Principal"] for each in json.loads(prod.inputs(k.KMS, name)["policy"])["Statement"]]

    account = {"AWS": f"arn:aws:iam::{prod.answer('getCallerIdentity')['accountId']}:root"}
    assert principals("-vault-seal-key") == [account]
    assert principals("-vault-recovery-key") == [account]
    # The control: that of the data lets logs be encrypted, and Auto Scaling start nodes.
    anyone = {"AWS": "*"}
    assert principals("-data-key") == [account, {"Service": "logs.eu-central-1.amazonaws.com"}, anyone, anyone]


def test_the_job_uses_the_key_through_the_one_secret_only(prod: Built) -> None:
    (key,) = (each for each in statements(prod, "-vault-init-") if each["Action"] == ["kms:GenerateDataKey"])
    assert key["Condition"] == {
        "StringEquals": {
            "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
            "kms:EncryptionContext:SecretARN": prod.one(k.AWS_SECRET, "-vault-recovery-secret").outputs["arn"],
        }
    }


def test_no_other_policy_gives_a_right_to_the_recovery_keys(prod: Built) -> None:
    secret = prod.one(k.AWS_SECRET, "-vault-recovery-secret")
    assert prod.source(secret, "kmsKeyId") == "rasa-prod-vault-recovery-key"
    assert secret.name not in {prod.source(each, "secretArn") for each in prod.all(k.AWS_SECRET_POLICY)}
    attached = {each.inputs["role"] for each in prod.all(k.IAM_ATTACHMENT)}
    assert not attached & {"rasa-prod-vault-init", "rasa-prod-vault-server"}
    # What AWS would take for the end of an ARN is no end of the name.
    assert re.fullmatch("rasa-prod-vault-recovery/[0-9a-f]{6}", secret.inputs["name"])


def test_an_existing_cluster_gives_the_roles_by_its_issuer() -> None:
    irsa = world(Cloud.AWS, "irsa")
    assert irsa.seal.recovery
    for identity, role in ((irsa.seal.server, "server"), (irsa.seal.recovery.identity, "init")):
        made = irsa.one(k.IAM_ROLE, f"-vault-{role}-role")
        assert value(identity.service_account_annotations) == {"eks.amazonaws.com/role-arn": made.outputs["arn"]}
        (trust,) = json.loads(made.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Federated": IRSA["providerArn"]}
        assert trust["Condition"]["StringEquals"]["oidc.acme.example.com/1:aud"] == "sts.amazonaws.com"
        assert irsa.types(identity.ready) == {k.IAM_POLICY}
    assert irsa.all(k.POD_IDENTITY) == []


def test_an_existing_cluster_gives_the_roles_by_its_agent() -> None:
    bound = world(Cloud.AWS, "Vault alone").all(k.POD_IDENTITY)
    assert {each.inputs["clusterName"] for each in bound} == {"acme"}


def test_the_driver_may_use_the_data_key_for_disks_only(prod: Built, dev: Built) -> None:
    via_ec2 = {"kms:ViaService": "ec2.eu-central-1.amazonaws.com"}
    key = prod.one(k.KMS, "-data-key")
    assert statements(prod, "-disks-key") == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            "Resource": [key.outputs["arn"]],
            "Condition": {"StringEquals": via_ec2},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": [key.outputs["arn"]],
            "Condition": {"StringEquals": via_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    # The account's own key for disks lets everybody use it.
    assert statements(dev, "-disks-key") == []
    assert k.IAM_POLICY in prod.types(prod.volumes.ready)
    (waited_for,) = sources(prod.volumes.parameters["kmsKeyId"])  # pyright: ignore[reportArgumentType]
    assert known(waited_for.urn) == key.urn


def test_the_driver_works_under_its_own_role(prod: Built) -> None:
    driver = prod.one(k.EKS_ADDON, "-aws-ebs-csi-driver")
    (association,) = driver.inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == "ebs-csi-controller-sa"
    assert prod.source(driver, "podIdentityAssociations") == "rasa-prod-cluster-nodes-disks"
    assert {known(each.urn) for each in prod.volumes.ready} <= {each.urn for each in prod.reached(driver)}


def test_in_prod_vaults_calls_stay_inside_the_network(prod: Built) -> None:
    endpoints = prod.all("aws:ec2/vpcEndpoint:VpcEndpoint")
    services = {each.inputs["serviceName"].rpartition(".")[2] for each in endpoints}
    assert {"kms", "secretsmanager", "sts", "ec2", "eks-auth"} <= services
