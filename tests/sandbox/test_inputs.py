"""Inputs are checked against the SDK's types; every refusal has a control that passes."""

from __future__ import annotations

import pytest

from catalogue.wire import UNKNOWN, Properties
from sandbox.inputs import decode_config, problems

CLUSTER = "aws:eks/cluster:Cluster"
GOOD: Properties = {"roleArn": "arn", "vpcConfig": {"subnetIds": ["a", "b"], "endpointPublicAccess": True}}
RDS: Properties = {"instanceClass": "db.t4g.micro", "allocatedStorage": 20}
SECRET: Properties = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "1"}}


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


@pytest.mark.parametrize(
    ("token", "good", "change", "path", "why"),
    [
        (
            "aws:rds/instance:Instance",
            RDS,
            {"allocatedStorage": 20.5},
            "allocatedStorage",
            "expected an integer, got a",
        ),
        ("aws:s3/bucket:Bucket", {"acl": "private"}, {"acl": "privat"}, "acl", "is not a CannedAcl"),
        ("kubernetes:core/v1:Secret", SECRET, {"stringData": {"a": 1}}, "stringData.a", "expected a string"),
        ("kubernetes:core/v1:Secret", SECRET, {"kind": "Secrets"}, "kind", "expected 'Secret', got 'Secrets'"),
    ],
    ids=["integer", "enum", "string", "constant"],
)
def test_types_beside_their_control(token: str, good: Properties, change: Properties, path: str, why: str) -> None:
    assert problems(token, good) == []
    ((found, reason),) = problems(token, {**good, **change})
    assert (found, why in reason) == (path, True)


UNKNOWNS: Properties = {"subnetIds": [UNKNOWN], "endpointPublicAccess": UNKNOWN}


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (CLUSTER, GOOD),
        (CLUSTER, {"roleArn": UNKNOWN, "vpcConfig": UNKNOWNS}),
        ("aws:rds/instance:Instance", {"instanceClass": "db.m99g.large"}),
    ],
    ids=["the control", "what is not known yet", "a size that the SDK does not know yet"],
)
def test_what_passes(token: str, inputs: Properties) -> None:
    assert problems(token, inputs) == []


def test_provider_configuration_is_json_text_for_all_but_strings() -> None:
    config = decode_config("pulumi:providers:aws", {"region": "eu-central-1", "defaultTags": '{"tags": {"a": "b"}}'})
    assert config == {"region": "eu-central-1", "defaultTags": {"tags": {"a": "b"}}}
    assert problems("pulumi:providers:aws", config) == []
