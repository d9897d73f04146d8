"""The platform as a whole: who waits for whom, what is protected, what the profiles and the ways to sign in change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.cluster import kubeconfig
from components.connections import IamRoles, KafkaIamAuth, PasswordAuth, PasswordRoles, RedisIamAuth
from tests.components.aws.recorded import CLUSTER_GROUP, Built, build, is_secret, known, sources, texts
from tests.settings.stack_files import DEV, PROD, changed

IAM = {"trackerStore.auth": "iam", "lockStore.auth": "iam", "eventQueue.auth": "iam"}
TWO = {"assistants": [{"name": "sales", "analytics": True}, {"name": "support"}]}

RDS, MSK, CACHE = "rds/instance:Instance", "msk/cluster:Cluster", "elasticache/replicationGroup:ReplicationGroup"
EKS, NODES, NAT = "eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/natGateway:NatGateway"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
DATA = (RDS, MSK, CACHE)


@pytest.fixture(scope="module")
def dev() -> Built:
    return build(DEV)


@pytest.fixture(scope="module")
def prod() -> Built:
    return build(changed(PROD, **{"assistants[0].replicas": 2}), stack="prod")


@pytest.fixture(scope="module")
def iam() -> Built:
    """Two assistants, the first with analytics, that sign in everywhere as their pods."""
    return build(changed(DEV, **IAM, **TWO))


@pytest.fixture(scope="module")
def shared() -> Built:
    """The same with passwords."""
    return build(changed(DEV, **TWO))


# Order


@pytest.mark.parametrize("profile", ["dev", "prod"])
@pytest.mark.parametrize("service", DATA)
def test_data_services_wait_for_subnets_and_key_only(
    profile: str, service: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(profile)
    waits_for = built.reached(built.one(service))
    slow = {f"aws:{kind}" for kind in (*DATA, EKS, NODES, NAT, "ec2/eip:Eip", "ec2/route:Route", "eks/addon:Addon")}
    assert waits_for & slow == set()
    assert {"aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"} <= waits_for


def test_firewall_rules_and_nodes_do_wait(dev: Built) -> None:
    """The control of the test above: the same walk finds what is there."""
    assert all(f"aws:{EKS}" in dev.reached(rule) for rule in dev.all(INGRESS) if "clients" in rule.name)
    assert f"aws:{NAT}" in dev.reached(dev.one(NODES))
    assert f"aws:{MSK}" in dev.reached(dev.one("msk/topic:Topic"))


def test_the_control_plane_does_not_wait_for_nat(prod: Built) -> None:
    assert f"aws:{NAT}" not in prod.reached(prod.one(EKS))
    assert len(prod.all(NAT)) == 3


def test_the_kubeconfig_waits_for_nodes_and_add_ons(dev: Built) -> None:
    waits_for = {dev.named(resource).type for resource in sources(dev.platform.cluster.kubeconfig)}
    assert {f"aws:{EKS}", f"aws:{NODES}", "aws:eks/addon:Addon"} <= waits_for


# Safety


def test_prod_protects_the_data_and_its_keys(prod: Built, dev: Built) -> None:
    kinds = (*DATA, EKS, "s3/bucket:Bucket", "kms/key:Key", "msk/topic:Topic")
    assert all(resource.protect for kind in kinds for resource in prod.all(kind))
    assert all(prod.all(kind) for kind in kinds)
    assert not any(resource.protect for resource in dev.resources)


def test_allow_destroy_lifts_the_protections_but_keeps_the_last_snapshots() -> None:
    built = build(changed(PROD, allowDestroy=True), stack="prod")
    assert not any(resource.protect for resource in built.resources)
    assert built.one(RDS).inputs["deletionProtection"] is False
    assert built.one(EKS).inputs["deletionProtection"] is False
    assert built.one("s3/bucket:Bucket").inputs["forceDestroy"] is True
    assert built.one(RDS).inputs["skipFinalSnapshot"] is False
    for kind in (RDS, CACHE):
        assert built.one(kind).inputs["finalSnapshotIdentifier"].endswith("-final-a1b2c3")


def test_prod_turns_on_the_services_own_protections(prod: Built) -> None:
    assert prod.one(RDS).inputs["deletionProtection"] is True
    assert prod.one(EKS).inputs["deletionProtection"] is True
    assert prod.one("s3/bucket:Bucket").inputs["forceDestroy"] is False


def test_data_is_encrypted_with_the_own_key_in_prod_and_encrypted_in_dev(prod: Built, dev: Built) -> None:
    key = "arn:aws:mock:eu-central-1:111122223333:rasa-prod-data-key"
    assert prod.one(RDS).inputs["kmsKeyId"] == key
    assert prod.one(CACHE).inputs["kmsKeyId"] == key
    assert prod.one(MSK).inputs["encryptionInfo"]["encryptionAtRestKmsKeyArn"] == key
    assert all(group.inputs["kmsKeyId"] == key for group in prod.all("cloudwatch/logGroup:LogGroup"))
    assert dev.one(RDS).inputs["storageEncrypted"] is True
    assert dev.one(CACHE).inputs["atRestEncryptionEnabled"] is True
    for built in (prod, dev):  # MSK and EKS take no other than a customer managed key here
        for resource in (built.one("secretsmanager/secret:Secret"), built.one(EKS)):
            assert any(text.endswith("-data-key") for text in texts(resource.inputs))


def test_clients_must_use_tls(dev: Built) -> None:
    assert dev.one(MSK).inputs["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS", "inCluster": True}
    assert dev.one(CACHE).inputs["transitEncryptionMode"] == "required"
    assert {"name": "rds.force_ssl", "value": "1"} in dev.one("rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert dev.platform.tracker_store.ssl_mode == "verify-full"


# Network


def test_no_rule_is_open_to_the_world(prod: Built) -> None:
    rules = prod.all(INGRESS) + prod.all("vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert len(rules) >= 6
    assert not [text for rule in rules for text in texts(rule.inputs) if text in {"0.0.0.0/0", "::/0"}]
    assert not [group for group in prod.all("ec2/securityGroup:SecurityGroup") if "ingress" in group.inputs]
    assert list(prod.one("ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs) == ["vpcId"]


def test_only_the_clusters_pods_reach_the_data_services(prod: Built) -> None:
    ports = {rule.inputs["fromPort"]: rule for rule in prod.all(INGRESS) if rule.name.endswith(tuple("0123456789"))}
    assert set(ports) == {5432, 6379, 9096}
    assert {rule.inputs["referencedSecurityGroupId"] for rule in ports.values()} == {CLUSTER_GROUP}


def test_data_subnets_have_no_way_out(prod: Built) -> None:
    routes = {route.inputs["routeTableId"] for route in prod.all("ec2/route:Route")}
    assert routes == {f"rasa-prod-network-{table}-id" for table in ("public", *private_tables())}
    tables = {table.name for table in prod.all("ec2/routeTable:RouteTable")}
    assert "rasa-prod-network-data" in tables


def private_tables() -> list[str]:
    return [f"private-eu-central-1{zone}" for zone in "abc"]


def test_the_profiles_differ_in_redundancy(dev: Built, prod: Built) -> None:
    assert (len(dev.all(NAT)), len(prod.all(NAT))) == (1, 3)
    assert (dev.one(RDS).inputs["multiAz"], prod.one(RDS).inputs["multiAz"]) == (False, True)
    assert (dev.one(CACHE).inputs["multiAzEnabled"], prod.one(CACHE).inputs["multiAzEnabled"]) == (False, True)
    assert (dev.one(NODES).inputs["capacityType"], prod.one(NODES).inputs["capacityType"]) == ("SPOT", "ON_DEMAND")
    assert (len(dev.all("ec2/flowLog:FlowLog")), len(prod.all("ec2/flowLog:FlowLog"))) == (0, 1)
    assert (len(dev.all("ec2/vpcEndpoint:VpcEndpoint")), len(prod.all("ec2/vpcEndpoint:VpcEndpoint"))) == (1, 12)


def test_growing_disks_are_left_to_grow_in_prod_only(dev: Built, prod: Built) -> None:
    target = prod.one("appautoscaling/target:Target").inputs
    size = prod.one(MSK).inputs["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]["volumeSize"]
    assert target["maxCapacity"] > size
    assert len(prod.one(MSK).ignored) == 1
    assert dev.one(MSK).ignored == ()
    assert dev.all("appautoscaling/target:Target") == []


# Identity and rights


def test_with_passwords_only_models_need_an_identity(shared: Built) -> None:
    roles = {role.name for role in shared.all("iam/role:Role") if "pods.eks" in role.inputs["assumeRolePolicy"]}
    assert roles == {f"rasa-dev-{part}" for part in ("sales-rasa-role", "support-rasa-role", "cluster-nodes-disks")}
    assert shared.platform.assistants["sales"].analytics.ready == ()
    assert shared.platform.assistants["sales"].analytics.endpoints == ()
    assert {action for each in shared.statements("") for action in each["Action"]} == {"s3:ListBucket", "s3:GetObject"}


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
    assert "kafka-cluster:ReadData" in analytics
    assert not {action for action in analytics if action.startswith(("s3:", "elasticache:"))}


@pytest.mark.parametrize("profile", ["iam", "prod"])
def test_no_right_is_for_everything(profile: str, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(profile)
    statements = built.statements("")
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
    assert [text for text in resources if mine in text]
    assert not [text for text in resources if other in text]
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


# Connections


def test_connections_with_passwords(dev: Built) -> None:
    rasa = dev.platform.assistants["rasa"]
    assert rasa.lock_store
    assert rasa.event_queue
    assert isinstance(dev.platform.tracker_store.roles, PasswordRoles)
    for auth in (dev.platform.tracker_store.admin, rasa.lock_store.auth, rasa.event_queue.producer):
        assert isinstance(auth, PasswordAuth)
        assert is_secret(auth.password)
        assert "Generated" not in repr(auth)
    assert rasa.event_queue.mechanism == "SCRAM-SHA-512"
    assert rasa.event_queue.ports == (9096,)
    assert known(rasa.event_queue.bootstrap) == "b-1.example:9096,b-2.example:9096"


def test_connections_with_iam(iam: Built) -> None:
    sales = iam.platform.assistants["sales"]
    assert sales.lock_store
    assert sales.event_queue
    assert iam.platform.tracker_store.roles == IamRoles(region="eu-central-1")
    assert sales.lock_store.auth == RedisIamAuth(
        username="rasa-dev-lock-store-sales", region="eu-central-1", replication_group="rasa-dev-lock-store"
    )
    assert iam.one(CACHE).inputs["replicationGroupId"] == "rasa-dev-lock-store"
    assert sales.event_queue.producer == KafkaIamAuth(region="eu-central-1")
    assert (sales.event_queue.mechanism, sales.event_queue.ports) == ("OAUTHBEARER", (9098,))
    assert known(sales.event_queue.bootstrap).endswith(":9098")
    assert iam.all("secretsmanager/secret:Secret") == []


def test_topics_for_dead_letters_only_with_analytics(shared: Built) -> None:
    topics = {topic.inputs["name"] for topic in shared.all("msk/topic:Topic")}
    assert topics == {"sales-core-events", "sales-analytics-dlq", "support-core-events"}


@pytest.mark.parametrize(
    ("ready", "kinds"),
    [
        (lambda built: built.platform.tracker_store.ready, {INGRESS}),
        (lambda built: built.platform.assistants["rasa"].lock_store.ready, {INGRESS}),
        (
            lambda built: built.platform.assistants["rasa"].event_queue.ready,
            {INGRESS, "msk/topic:Topic", "msk/singleScramSecretAssociation:SingleScramSecretAssociation"},
        ),
        (
            lambda built: built.platform.assistants["rasa"].rasa.ready,
            {"iam/rolePolicy:RolePolicy", "eks/podIdentityAssociation:PodIdentityAssociation"},
        ),
    ],
    ids=["tracker store", "lock store", "event queue", "identity"],
)
def test_ready_holds_what_no_output_names(ready: Callable[[Built], Any], kinds: set[str], dev: Built) -> None:
    assert {dev.named(resource).type for resource in ready(dev)} == {f"aws:{kind}" for kind in kinds}


def test_models_stand_below_the_assistants_prefix(shared: Built) -> None:
    storage = shared.platform.assistants["sales"].model_storage
    assert storage
    bucket = "rasa-dev-model-storage-a1b2c3"
    assert shared.one("s3/bucket:Bucket").inputs["bucket"] == bucket
    assert known(storage.upload_command) == f"aws s3 cp model.tar.gz s3://{bucket}/sales/model.tar.gz"
    assert set(storage.environment) == {"BUCKET_NAME", "AWS_DEFAULT_REGION"}


def test_addresses_are_plain(prod: Built) -> None:
    services = prod.platform.services
    assert list(services) == ["network", "cluster", "trackerStore", "lockStore", "eventQueue", "modelStorage"]
    assert not any(is_secret(address) for address in services.values())
    assert known(services["trackerStore"]) == "db.example:5432"
    assert known(services["lockStore"]) == "master.example:6379"
    assert known(services["modelStorage"]) == "s3://rasa-prod-model-storage-a1b2c3"


def test_what_is_not_wanted_is_not_made() -> None:
    none = {f"{layer}.kind": "none" for layer in ("lockStore", "eventQueue", "modelStorage")}
    built = build(changed(DEV, **none, assistants=[{"name": "rasa"}]))
    rasa = built.platform.assistants["rasa"]
    assert (rasa.lock_store, rasa.event_queue, rasa.model_storage) == (None, None, None)
    assert rasa.rasa.ready == ()
    assert list(built.platform.services) == ["network", "cluster", "trackerStore"]
    assert not [each for each in built.resources if each.type.split("/")[0] in {"aws:msk", "aws:s3", "aws:elasticache"}]
    assert built.all(RDS)


# The program as such


def test_everything_takes_the_platforms_own_providers(prod: Built) -> None:
    leaves = [each for each in prod.resources if each.type.split(":")[0] in {"aws", "random"}]
    assert len(leaves) > 100
    assert not [each.name for each in leaves if f"pulumi:providers:{each.type.split(':')[0]}::" not in each.provider]


def test_no_output_is_needed_to_finish_the_graph(dev: Built) -> None:
    preview = build(DEV, preview=True)
    assert {each.urn for each in preview.resources} == {each.urn for each in dev.resources}


def test_names_that_pulumi_makes_fit_for_the_longest_stack_and_assistant() -> None:
    built = build(changed(DEV, **IAM, assistants=[{"name": "a" * 20, "analytics": True}]), stack="s" * 20)
    limits = {
        "eks/nodeGroup:NodeGroup": 63,
        "msk/configuration:Configuration": 64,
        "ec2/launchTemplate:LaunchTemplate": 128,
        "iam/rolePolicy:RolePolicy": 128,
        "ec2/securityGroup:SecurityGroup": 255,
    }
    for kind, limit in limits.items():
        assert built.all(kind)
        # Pulumi adds a hyphen and 7 random characters.
        assert not [each.name for each in built.all(kind) if len(each.name) + 8 > limit]


def test_a_kubeconfig_signs_in_by_the_aws_cli() -> None:
    content = json.loads(kubeconfig("rasa", "https://example", "Y2E=", "eu-central-1", ""))
    sign_in = content["users"][0]["user"]
    assert list(sign_in) == ["exec"]
    assert sign_in["exec"]["command"] == "aws"
    assert "--role-arn" not in sign_in["exec"]["args"]
    assert content["clusters"][0]["cluster"]["certificate-authority-data"] == "Y2E="


def test_a_kubeconfig_takes_the_role_that_made_the_cluster() -> None:
    role = "arn:aws:iam::111122223333:role/deployer"
    built = build(changed(DEV, **{"provider.roleArn": role}))
    content = json.loads(known(built.platform.cluster.kubeconfig))
    assert content["users"][0]["user"]["exec"]["args"][-2:] == ["--role-arn", role]
