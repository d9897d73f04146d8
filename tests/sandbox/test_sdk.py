"""The installed SDKs still tell what the sandbox reads from them; a new SDK that does not fails here."""

from __future__ import annotations

import inspect

import pytest

from catalogue import sdk
from catalogue.entry import Entry
from catalogue.packages import PACKAGES

SDKS_OWN = {"__self__", "resource_name", "opts", "__props__"}
ENTRIES = [entry for package in PACKAGES for entry in package.entries.values()]


def test_a_shape_has_wire_and_python_names_types_and_what_is_required() -> None:
    shape = sdk.resource_shape("aws:eks/cluster:Cluster")
    assert shape.python_names["roleArn"] == "role_arn"
    assert shape.types["roleArn"] is str
    assert shape.types["bootstrapSelfManagedAddons"] is bool
    assert sdk.is_shape(shape.types["vpcConfig"])
    assert {"roleArn", "vpcConfig"} == shape.required


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.token)
def test_the_constructor_takes_every_property_by_its_python_name(entry: Entry) -> None:
    inputs = set(inspect.signature(vars(sdk.constructor(entry.token))["_internal_init"]).parameters) - SDKS_OWN
    assert set(sdk.arguments(entry.token).values()) == inputs


@pytest.mark.parametrize(
    ("token", "path", "expression"),
    [
        ("aws:ec2/vpc:Vpc", ["defaultSecurityGroupId"], ".default_security_group_id"),
        ("aws:eks/cluster:Cluster", ["identities", 0, "oidcs", 0, "issuer"], ".identities[0].oidcs[0].issuer"),
        (
            "azure-native:containerservice:ManagedCluster",
            ["identityProfile", "kubeletidentity", "objectId"],
            ".identity_profile['kubeletidentity'].object_id",
        ),
    ],
)
def test_an_output_is_read_by_python_names(token: str, path: list[str | int], expression: str) -> None:
    assert sdk.output(token, path) == expression


def test_special_classes_have_shapes_too_and_a_type_that_the_sdk_does_not_have_is_an_error() -> None:
    """The args class wins over a nested type of the same name; a provider has one as well."""
    assert "versioningConfiguration" in sdk.resource_shape("aws:s3/bucketVersioning:BucketVersioning").types
    assert "clusterIdentifier" in sdk.resource_shape("pulumi:providers:kubernetes").types
    with pytest.raises(sdk.UnknownType):
        sdk.resource_shape("aws:ec2/vpc:Vpcs")
