"""Inputs are checked against the SDK's types; every refusal has a control that passes."""

from __future__ import annotations

import pytest

from catalogue.wire import UNKNOWN, Properties
from sandbox.inputs import decode_config, problems

CLUSTER = "aws:eks/cluster:Cluster"
GOOD: Properties = {"roleArn": "arn", "vpcConfig": {"subnetIds": ["a", "b"], "endpointPublicAccess": True}}


def test_the_control_has_no_problem() -> None:
    assert problems(CLUSTER, GOOD) == []


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        ({"rolArn": "x"}, "rolArn", "did you mean roleArn?"),
        ({"roleArn": None}, "roleArn", "missing required property"),
        ({"roleArn": 5}, "roleArn", "expected a string, got an integer"),
        ({"deletionProtection": "true"}, "deletionProtection", "expected a boolean, got a string"),
        ({"vpcConfig": {"subnetIds": "a"}}, "vpcConfig.subnetIds", "expected a list, got a string"),
        ({"vpcConfig": {"subnetIds": [1]}}, "vpcConfig.subnetIds[0]", "expected a string, got an integer"),
        ({"vpcConfig": {}}, "vpcConfig.subnetIds", "missing required property"),
        ({"vpcConfig": {"subnetIds": [], "public": True}}, "vpcConfig.public", "unknown property"),
        ({"vpcConfig": []}, "vpcConfig", "expected an object"),
        ({"tags": {"a": 1}}, "tags.a", "expected a string"),
        ({"tags": ["a"]}, "tags", "expected a map, got a list"),
    ],
)
def test_a_wrong_input_is_named_with_its_path(change: Properties, path: str, why: str) -> None:
    ((found, reason),) = problems(CLUSTER, {**GOOD, **change})
    assert found == path
    assert why in reason


def test_integers_and_numbers() -> None:
    instance: Properties = {"instanceClass": "db.t4g.micro", "allocatedStorage": 20}
    assert problems("aws:rds/instance:Instance", instance) == []
    ((path, why),) = problems("aws:rds/instance:Instance", {**instance, "allocatedStorage": 20.5})
    assert (path, why) == ("allocatedStorage", "expected an integer, got a number")


def test_a_value_that_the_enum_does_not_have() -> None:
    bucket = "aws:s3/bucket:Bucket"
    assert problems(bucket, {"acl": "private"}) == []
    ((path, why),) = problems(bucket, {"acl": "privat"})
    assert path == "acl"
    assert "is not a CannedAcl" in why


def test_a_size_that_the_sdk_does_not_know_yet_passes() -> None:
    assert problems("aws:rds/instance:Instance", {"instanceClass": "db.m99g.large"}) == []


def test_kubernetes_constants_and_strings() -> None:
    secret: Properties = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "1"}}
    assert problems("kubernetes:core/v1:Secret", secret) == []
    assert [path for path, _ in problems("kubernetes:core/v1:Secret", {**secret, "stringData": {"a": 1}})] == [
        "stringData.a"
    ]
    assert [path for path, _ in problems("kubernetes:core/v1:Secret", {**secret, "kind": "Secrets"})] == ["kind"]


def test_what_is_not_known_yet_passes() -> None:
    assert (
        problems(CLUSTER, {"roleArn": UNKNOWN, "vpcConfig": {"subnetIds": [UNKNOWN], "endpointPublicAccess": UNKNOWN}})
        == []
    )


def test_provider_configuration_is_json_text_for_all_but_strings() -> None:
    config = decode_config("pulumi:providers:aws", {"region": "eu-central-1", "defaultTags": '{"tags": {"a": "b"}}'})
    assert config == {"region": "eu-central-1", "defaultTags": {"tags": {"a": "b"}}}
    assert problems("pulumi:providers:aws", config) == []
