"""What a choice in the stack file makes of the program: assistants, optional services, the cloud."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sandbox.recorder import ROOT
from sandbox.recording import Recording, Secret
from settings import Cloud
from tests.program.invariants import SLOW, all_texts, generated
from tests.program.stacks import STACKS, recording
from tools import daily
from tools.stacks import DEV, PROD, SHIPPED

SDKS = {
    Cloud.AWS: {"pulumi_aws"},
    Cloud.AZURE: {"pulumi_azure_native"},
    Cloud.GCP: {"pulumi_gcp", "pulumi_confluentcloud"},
}

# Runs a stack in a fresh interpreter and prints which SDKs of clouds were imported.
IMPORTS = """
import sys
from sandbox.recorder import run_program
from tools.stacks import settings_of
{extra}
assert len(run_program(settings_of("{stack}"), stack="{stack}").resources) > 50
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
EACH_CLOUD = pytest.mark.parametrize(
    "cloud",
    [
        pytest.param(cloud, marks=pytest.mark.xdist_group(f"{stack} with two assistants"))
        for cloud, stack in PROD.items()
    ],
)
TOPICS = {"sales-core-events", "sales-analytics-dlq", "support-core-events"}


ACCOUNTS = {"sales:rasa", "support:rasa", "vault:vault", "vault:vault-init"}
OWN = [
    *(
        (stack, type_, property_, expected)
        for stack in PROD.values()
        for type_, property_, expected in (
            ("kubernetes:core/v1:Namespace", "metadata.name", {"rasa-system", "sales", "support", "vault"}),
            ("kubernetes:helm.sh/v3:Release", "namespace", {"sales", "support", "vault"}),
        )
    ),
    ("prod", "aws:msk/topic:Topic", "name", TOPICS),
    ("prod", "aws:eks/podIdentityAssociation:PodIdentityAssociation", "namespace", {"sales", "support", "vault"}),
    ("prod-azure", "azure-native:eventhub:EventHub", "eventHubName", TOPICS),
    (
        "prod-azure",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "subject",
        {f"system:serviceaccount:{account}" for account in ACCOUNTS},
    ),
    ("dev-gcp", "confluentcloud:index/kafkaTopic:KafkaTopic", "topicName", TOPICS),
]


@pytest.mark.parametrize(
    ("stack", "type_", "property_", "expected"),
    [
        pytest.param(name, *rest, marks=pytest.mark.xdist_group(name))
        for stack, *rest in OWN
        for name in [f"{stack} with two assistants"]
    ],
)
def test_each_assistant_has_its_own(stack: str, type_: str, property_: str, expected: set[str]):
    def value(inputs: object) -> object:
        for key in property_.split("."):
            assert isinstance(inputs, dict)
            inputs = inputs[key]
        return inputs

    assert {value(one.inputs) for one in recording(stack).of_type(type_)} == expected


def secrets(found: Recording, namespace: str) -> list[dict[str, str]]:
    """The contents of the Kubernetes Secrets of a namespace."""
    return [
        {
            key: value.value if isinstance(value, Secret) else value
            for key, value in one.inputs["stringData"].value.items()
        }
        for one in found.of_type("kubernetes:core/v1:Secret")
        # The one that a Job fills is made empty.
        if one.inputs["metadata"]["namespace"] == namespace and "stringData" in one.inputs
    ]


@EACH_CLOUD
def test_each_assistant_has_its_own_roles_and_outputs_on_the_same_servers(cloud: Cloud):
    found = recording(f"{PROD[cloud]} with two assistants")
    keys = [set(secret) for secret in secrets(found, "rasa-system")]
    assert {"sales", "sales_analytics"} in keys
    assert {"support"} in keys
    slow = [one.type for one in found.resources.values() if one.type in SLOW]
    assert len(slow) == len(set(slow)) == 3
    for output in ("endpoints", "values", "namespaces", "next"):
        assert set(found.outputs[output]) == {"sales", "support"}


@EACH_CLOUD
@pytest.mark.parametrize(("mine", "other"), [("sales", "support"), ("support", "sales")])
def test_no_assistant_gets_a_password_of_another(cloud: Cloud, mine: str, other: str):
    held = [set(secret.values()) for secret in secrets(recording(f"{PROD[cloud]} with two assistants"), mine)]
    names = generated(recording(f"{PROD[cloud]} with two assistants"))
    passwords = {names[value] for values in held for value in values if value in names}
    assert [value for value in passwords if re.search(rf"-{mine}\b|\b{mine}-", value)] != []
    assert [value for value in passwords if re.search(rf"-{other}\b|\b{other}-", value)] == []


OPTIONAL = {
    Cloud.AWS: ("aws:elasticache/", "aws:msk/", "aws:s3/", "aws:secretsmanager/secretVersion:"),
    Cloud.AZURE: ("azure-native:redisenterprise:", "azure-native:eventhub:", "azure-native:storage:"),
    Cloud.GCP: ("gcp:redis/", "confluentcloud:", "gcp:storage/"),
}


@pytest.mark.parametrize(
    ("stack", "service"),
    [
        pytest.param(DEV[cloud], service, marks=pytest.mark.xdist_group(f"{DEV[cloud]} without options"))
        for cloud, services in OPTIONAL.items()
        for service in services
    ],
)
def test_what_is_off_is_not_there(stack: str, service: str):
    def services(stack: str) -> set[str]:
        return {one.urn for one in recording(stack).resources.values() if one.type.startswith(service)}

    assert services(f"{stack} without options") == set()
    assert services(stack) != set()


@pytest.mark.xdist_group("dev without a model")
def test_without_a_model_everything_but_the_release_is_made():
    with_model, without = recording("dev"), recording("dev without a model")
    release = with_model.named("rasa-release")
    assert set(with_model.resources) - set(without.resources) == {release.urn}
    assert set(without.resources) <= set(with_model.resources)


@pytest.mark.xdist_group("prod with cloud identities")
def test_with_cloud_identities_rasa_has_no_password_of_a_service():
    def passwords(stack: str) -> list[str]:
        found = recording(stack)
        modes = (one.inputs["authenticationMode"] for one in found.of_type("aws:elasticache/user:User"))
        return [
            *(text for mode in modes for text in all_texts(mode) if text in generated(found)),
            *(one.name for one in found.of_type("aws:secretsmanager/secretVersion:SecretVersion")),
            *(role for secret in secrets(found, "rasa-system") for role in secret if role == "rasa"),
        ]

    assert passwords("prod with cloud identities") == []
    assert len(passwords("prod with passwords")) == 3


def imported(stack: str, extra: str = "") -> set[str]:
    """The clouds' SDKs that a run of a stack imports."""
    sdks = [name for names in SDKS.values() for name in names]
    command = [sys.executable, "-c", IMPORTS.format(stack=stack, extra=extra), *sdks]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("cloud", daily.drawn("imports", list(Cloud), 1))
def test_only_the_chosen_cloud_is_imported(cloud: Cloud):
    assert imported(DEV[cloud]) == SDKS[cloud]


def test_an_import_of_another_cloud_would_be_seen():
    assert imported("dev", extra="import pulumi_confluentcloud") == {"pulumi_aws", "pulumi_confluentcloud"}


def test_every_shipped_stack_file_is_asserted_over():
    files = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}
    assert {name for name in files if re.fullmatch(r"(dev|prod)(-\w+)?", name)} == set(SHIPPED)
    assert set(SHIPPED) <= set(STACKS)
