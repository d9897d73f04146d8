"""What a choice in the stack file makes of the program: assistants, optional services, the cloud."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program.invariants import all_texts
from tests.program.stacks import STACKS, recording
from tests.recorder import ROOT, Recording, Secret

SOURCES = sorted(
    path for directory in ("components", "providers", "settings") for path in (ROOT / directory).rglob("*.py")
)
OTHER_CLOUDS = ("pulumi_azure_native", "pulumi_gcp", "pulumi_confluentcloud")

# Runs the dev stack in a fresh interpreter and prints which of the modules given as arguments were imported.
IMPORTS = """
import sys
from tests.program.invariants import all_texts
from tests.program.stacks import recording
{extra}
assert len(recording("dev").resources) > 100
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def two() -> Recording:
    return recording("prod with two assistants")


@pytest.mark.xdist_group("prod with two assistants")
@pytest.mark.parametrize(
    ("type_", "property_", "expected"),
    [
        ("kubernetes:core/v1:Namespace", "metadata.name", {"rasa-system", "sales", "support"}),
        ("kubernetes:helm.sh/v3:Release", "namespace", {"sales", "support"}),
        (
            "aws:msk/topic:Topic",
            "name",
            {"sales-core-events", "sales-analytics-dlq", "support-core-events"},
        ),
        (
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "namespace",
            {"sales", "support"},
        ),
    ],
)
def test_each_assistant_has_its_own(type_: str, property_: str, expected: set[str]):
    def value(inputs: object) -> object:
        for key in property_.split("."):
            assert isinstance(inputs, dict)
            inputs = inputs[key]
        return inputs

    assert {value(one.inputs) for one in two().of_type(type_)} == expected


def secrets(found: Recording, namespace: str) -> list[dict[str, str]]:
    """The contents of the Kubernetes Secrets of a namespace."""
    return [
        {
            key: value.value if isinstance(value, Secret) else value
            for key, value in one.inputs["stringData"].value.items()
        }
        for one in found.of_type("kubernetes:core/v1:Secret")
        if one.inputs["metadata"]["namespace"] == namespace
    ]


@pytest.mark.xdist_group("prod with two assistants")
def test_each_assistant_has_its_own_roles_users_and_outputs_on_the_same_servers():
    found = two()
    keys = [set(secret) for secret in secrets(found, "rasa-system")]
    assert {"sales", "sales_analytics"} in keys
    assert {"support"} in keys
    assert len(found.of_type("aws:elasticache/user:User")) == 2
    assert len(found.of_type("aws:elasticache/replicationGroup:ReplicationGroup")) == 1
    assert len(found.of_type("aws:rds/instance:Instance")) == 1
    for output in ("endpoints", "values", "namespaces", "next"):
        assert set(found.outputs[output]) == {"sales", "support"}


@pytest.mark.xdist_group("prod with two assistants")
@pytest.mark.parametrize(("mine", "other"), [("sales", "support"), ("support", "sales")])
def test_no_assistant_gets_a_password_of_another(mine: str, other: str):
    (values,) = (set(secret.values()) for secret in secrets(two(), mine))
    passwords = {value for value in values if value.startswith("generated-password-of-")}
    assert [value for value in passwords if re.search(rf"-{mine}\b|\b{mine}-", value)] != []
    assert [value for value in passwords if re.search(rf"-{other}\b|\b{other}-", value)] == []


@pytest.mark.xdist_group("dev without options")
@pytest.mark.parametrize("service", ["aws:elasticache/", "aws:msk/", "aws:s3/", "aws:secretsmanager/"])
def test_what_is_off_is_not_there(service: str):
    def services(stack: str) -> set[str]:
        return {one.urn for one in recording(stack).resources.values() if one.type.startswith(service)}

    assert services("dev without options") == set()
    assert services("dev") != set()


@pytest.mark.xdist_group("dev without a model")
def test_without_a_model_everything_but_the_release_is_made():
    with_model, without = recording("dev"), recording("dev without a model")
    (release,) = with_model.of_type("kubernetes:helm.sh/v3:Release")
    assert set(with_model.resources) - set(without.resources) == {release.urn}
    assert set(without.resources) <= set(with_model.resources)


@pytest.mark.xdist_group("prod with cloud identities")
def test_with_cloud_identities_rasa_has_no_password_of_a_service():
    def passwords(stack: str) -> list[str]:
        found = recording(stack)
        modes = (one.inputs["authenticationMode"] for one in found.of_type("aws:elasticache/user:User"))
        return [
            *(text for mode in modes for text in all_texts(mode) if text.startswith("generated-password")),
            *(one.name for one in found.of_type("aws:secretsmanager/secret:Secret")),
            *(role for secret in secrets(found, "rasa-system") for role in secret if role == "rasa"),
        ]

    assert passwords("prod with cloud identities") == []
    assert len(passwords("prod")) == 3


def imported(extra: str = "") -> set[str]:
    """The other clouds' SDKs that a run of the dev stack imports."""
    command = [sys.executable, "-c", IMPORTS.format(extra=extra), *OTHER_CLOUDS]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(found.stdout.split())


def test_only_the_chosen_cloud_is_imported():
    assert imported() == set()


def test_an_import_of_another_cloud_would_be_seen():
    assert imported("import pulumi_gcp") == {"pulumi_gcp"}


def readers_of_configuration(source: str) -> Iterator[str]:
    """Every use of pulumi's configuration in a source."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="pulumi"), attr="Config"):
                yield "pulumi.Config"
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("pulumi"):
                yield from (f"{module}.{name.name}" for name in names if name.name in ("Config", "config"))
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name in ("pulumi.config", "pulumi.runtime.config"))
            case _:
                pass


@pytest.mark.parametrize(
    "source",
    [
        "pulumi.Config('x')",
        "from pulumi import Config",
        "from pulumi.runtime import config",
        "import pulumi.runtime.config",
    ],
)
def test_a_reader_of_the_configuration_is_recognised(source: str):
    assert list(readers_of_configuration(source)) != []


@pytest.mark.parametrize("path", [*SOURCES, ROOT / "__main__.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_loader_reads_the_configuration(path: Path):
    is_reader = list(readers_of_configuration(path.read_text())) != []
    assert is_reader == (path == ROOT / "settings" / "load.py")


def test_every_stack_is_asserted_over():
    assert {"dev", "prod"} <= set(STACKS)
