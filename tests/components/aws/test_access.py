"""Who reaches what: firewalls, roles and their rights, one assistant and another."""

from __future__ import annotations

import pytest

from tests.components.aws.recorded import (
    BUCKET,
    CACHE,
    EKS,
    INGRESS,
    MSK,
    Built,
    build,
)
from tests.settings.stack_files import DEV
from tools.stacks import changed


def test_no_rule_is_open_to_the_world(prod: Built) -> None:
    rules = prod.all(INGRESS) + prod.all("vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert len(rules) >= 6
    assert not [rule.name for rule in rules if "/0" in str(rule.inputs)]
    assert [rule.name for rule in rules if "10.0.0.0/16" in str(rule.inputs)] == ["rasa-prod-network-endpoints-https"]
    assert not [group for group in prod.all("ec2/securityGroup:SecurityGroup") if "ingress" in group.inputs]
    assert list(prod.one("ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs) == ["vpcId"]


def test_only_the_clusters_pods_reach_the_data_services(prod: Built) -> None:
    ports = {rule.inputs["fromPort"]: rule for rule in prod.all(INGRESS) if rule.name.endswith(tuple("0123456789"))}
    assert set(ports) == {5432, 6379, 9098}
    sources = {prod.source(rule, "referencedSecurityGroupId") for rule in ports.values()}
    assert sources == {"rasa-prod-cluster-control-plane"}


def test_data_subnets_have_no_way_out(prod: Built) -> None:
    tables = {table.name for table in prod.all("ec2/routeTable:RouteTable")}
    with_a_route = {prod.source(route, "routeTableId") for route in prod.all("ec2/route:Route")}
    assert tables - with_a_route == {"rasa-prod-network-data"}
    associations = prod.all("ec2/routeTableAssociation:RouteTableAssociation")
    of_data = [each for each in associations if "-data-" in prod.source(each, "subnetId")]
    assert len(of_data) == 3
    assert {prod.source(each, "routeTableId") for each in of_data} == {"rasa-prod-network-data"}


def test_with_passwords_only_models_need_an_identity(shared: Built) -> None:
    trusted = {role.name for role in shared.all("iam/role:Role") if "pods.eks" in role.inputs["assumeRolePolicy"]}
    roles = {name.removeprefix("rasa-dev-") for name in trusted if "-vault-" not in name}
    assert roles == {"sales-rasa-role", "support-rasa-role", "cluster-nodes-disks"}
    assert shared.platform.assistants["sales"].analytics.ready == ()
    assert shared.platform.assistants["sales"].analytics.endpoints == ()
    assert {action for each in shared.statements("-rasa-policy") for action in each["Action"]} == {
        "s3:ListBucket", "s3:GetObject",
    }  # fmt: skip


def test_with_iam_each_service_account_gets_its_own_role(iam: Built) -> None:
    bound = {
        (each.inputs["namespace"], each.inputs["serviceAccount"])
        for each in iam.all("eks/podIdentityAssociation:PodIdentityAssociation")
    }
    assert bound == {("sales", "rasa"), ("sales", "rasa-pro-services"), ("support", "rasa")}
    assert iam.platform.assistants["support"].analytics.ready == ()
    assert iam.platform.assistants["sales"].rasa.endpoints == (("169.254.170.23/32", 80),)


def test_rights_are_the_least_that_each_needs(iam: Built) -> None:
    rasa = {action for each in iam.statements("sales-rasa-policy") for action in each["Action"]}
    assert rasa == {
        "rds-db:connect", "elasticache:Connect", "s3:ListBucket", "s3:GetObject",
        "kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeTopic",
        "kafka-cluster:WriteData",
    }  # fmt: skip
    analytics = {action for each in iam.statements("sales-rasa-pro-services") for action in each["Action"]}
    assert analytics == {
        "rds-db:connect", "kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeTopic",
        "kafka-cluster:ReadData", "kafka-cluster:WriteData", "kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup",
    }  # fmt: skip
    assert not {action for action in analytics if action.startswith(("s3:", "elasticache:"))}


def test_rights_in_kafka_are_for_exact_topics_and_groups(iam: Built) -> None:
    cluster = iam.arn(iam.one(MSK))
    parts = {
        (statement["Action"][-1].removeprefix("kafka-cluster:"), resource.rpartition("/")[2])
        for statement in iam.statements("-sales-rasa-")
        for resource in statement["Resource"]
        if any(action.startswith("kafka-cluster:") for action in statement["Action"]) and resource != cluster
    }
    assert parts == {
        ("WriteData", "sales-core-events"),
        ("ReadData", "sales-core-events"),
        ("WriteData", "sales-analytics-dlq"),
        ("DescribeGroup", "sales-analytics"),
    }


@pytest.mark.parametrize("profile", ["iam", "prod"])
def test_no_right_is_for_everything(profile: str, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(profile)
    statements = built.statements()
    assert statements
    for statement in statements:
        assert not [action for action in statement["Action"] if "*" in action]
        for resource in statement["Resource"]:
            assert resource.startswith("arn:aws:"), resource
            # A star stands only at the end: the models below a prefix, the streams of a log group, and the list of
            # log groups, which AWS gives as a whole or not at all.
            assert "*" not in resource[:-1], resource
            if resource.endswith(":log-group:*"):
                assert statement["Action"] == ["logs:DescribeLogGroups"]
            elif resource.endswith("*"):
                assert resource.endswith(("/*", ":*"))


def test_models_are_decrypted_through_s3_only(prod: Built) -> None:
    (decrypt,) = [each for each in prod.statements("rasa-policy") if each["Action"] == ["kms:Decrypt"]]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}


@pytest.mark.parametrize(("mine", "other"), [("sales", "support"), ("support", "sales")])
def test_an_assistant_reaches_nothing_of_another(mine: str, other: str, iam: Built) -> None:
    resources = [text for each in iam.statements(f"-{mine}-") for text in each["Resource"]]
    shared = {iam.arn(iam.one(kind)) for kind in (BUCKET, CACHE, MSK)}
    own = [text for text in resources if text not in shared]
    assert shared < set(resources)
    assert len(own) >= 4  # database role, user of the lock store, topic, models
    assert not [text for text in own if mine not in text or other in text]
    user = iam.one("elasticache/user:User", f"-{mine}").inputs
    assert f"~{mine}:*" in user["accessString"].split()
    assert len([word for word in user["accessString"].split() if word.startswith("~")]) == 1
    assert user["userId"] == user["userName"]


def test_only_the_named_principals_and_ranges_reach_the_cluster() -> None:
    admin = "arn:aws:iam::111122223333:role/ops"
    built = build(changed(DEV, **{"cluster.admins": [admin]}))
    assert [each.inputs["principalArn"] for each in built.all("eks/accessEntry:AccessEntry")] == [admin]
    assert built.one(EKS).inputs["vpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_pods_cannot_take_the_nodes_role(dev: Built) -> None:
    options = dev.one("ec2/launchTemplate:LaunchTemplate").inputs["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)
