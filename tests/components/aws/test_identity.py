"""What the pods may do on AWS: the least that each service account needs, for exact names."""

from __future__ import annotations

import json

import pytest

from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, build, known, world
from tests.components.rights import rights, statements
from tests.settings.stack_files import DEV
from tools.stacks import changed

MODELS = {"s3:ListBucket", "s3:GetObject"}
KAFKA = {"kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeTopic"}
READS = {"kafka-cluster:ReadData", "kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"}
WRITES = "kafka-cluster:WriteData"


@pytest.mark.parametrize(
    ("profile", "actions"),
    [
        ("two assistants", {"sales:rasa": MODELS, "support:rasa": MODELS}),
        (
            "iam",
            {
                "sales:rasa": {"rds-db:connect", "elasticache:Connect", *MODELS, *KAFKA, WRITES},
                "sales:rasa-pro-services": {"rds-db:connect", *KAFKA, *READS, WRITES},
                "support:rasa": {"rds-db:connect", "elasticache:Connect", *MODELS, *KAFKA, WRITES},
            },
        ),
    ],
    ids=["passwords", "iam"],
)
def test_each_service_account_has_the_rights_that_it_needs_and_no_more(
    built: Built, actions: dict[str, set[str]]
) -> None:
    given = rights(built)
    pods = {right.who for right in given if ":" in right.who and not right.who.startswith("vault:")}
    assert {who: {right.action for right in given if right.who == who} for who in pods} == actions
    assert built.platform.assistants["support"].analytics.ready == ()
    assert built.platform.assistants["sales"].rasa.endpoints == (("169.254.170.23/32", 80),)


def test_rights_in_kafka_are_for_exact_topics_and_groups() -> None:
    iam = world(Cloud.AWS, "iam")
    parts = {
        (statement["Action"][-1].removeprefix("kafka-cluster:"), resource.rpartition("/")[2])
        for statement in statements(iam, "-sales-rasa-")
        for resource in statement["Resource"]
        if statement["Action"][0].startswith("kafka-cluster:") and resource != iam.one(k.MSK).outputs["arn"]
    }
    assert parts == {
        ("WriteData", "sales-core-events"),
        ("ReadData", "sales-core-events"),
        ("WriteData", "sales-analytics-dlq"),
        ("DescribeGroup", "sales-analytics"),
    }


@pytest.mark.parametrize("profile", ["iam", "prod"])
def test_no_right_is_for_everything(built: Built) -> None:
    for statement in statements(built):
        assert not [action for action in statement["Action"] if "*" in action]
        # The list of log groups has no resource (Service Authorization Reference): with an ARN nobody may read it.
        if "logs:DescribeLogGroups" in statement["Action"]:
            assert statement == {"Effect": "Allow", "Action": ["logs:DescribeLogGroups"], "Resource": ["*"]}
            continue
        for resource in statement["Resource"]:
            # A star stands only at the end: the models below a prefix, the streams of a log group.
            assert resource.startswith("arn:aws:"), resource
            assert "*" not in resource or resource.endswith(("/*", ":*")), resource
            assert "*" not in resource[:-1], resource


def test_models_are_decrypted_through_s3_only(prod: Built) -> None:
    (decrypt,) = [each for each in statements(prod, "rasa-policy") if each["Action"] == ["kms:Decrypt"]]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}


@pytest.mark.parametrize("assistant", ["sales", "support"])
def test_an_assistant_sees_its_own_keys_of_redis_only(assistant: str) -> None:
    user = world(Cloud.AWS, "iam").inputs(k.ELASTICACHE_USER, f"-{assistant}")
    assert [word for word in user["accessString"].split() if word.startswith("~")] == [f"~{assistant}:*"]
    assert user["userId"] == user["userName"]


def test_a_deployers_role_and_administrators_reach_the_cluster() -> None:
    role, admin = (f"arn:aws:iam::111122223333:role/{name}" for name in ("deployer", "ops"))
    built = build(changed(DEV, **{"provider.roleArn": role, "cluster.admins": [admin]}))
    assert [each.inputs["principalArn"] for each in built.all("aws:eks/accessEntry:AccessEntry")] == [admin]
    sign_in = json.loads(known(built.platform.cluster.kubeconfig))["users"][0]["user"]["exec"]
    assert sign_in["args"][-2:] == ["--role-arn", role]
    of_dev = json.loads(known(world(Cloud.AWS, "dev").platform.cluster.kubeconfig))
    assert "--role-arn" not in of_dev["users"][0]["user"]["exec"]["args"]
