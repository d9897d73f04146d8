"""Every wrong setting is refused with a message of its own: key, got, expected, fix."""

from __future__ import annotations

from typing import Any

import pytest

from settings import Cloud, SettingsError, parse
from tests.settings import (
    wrong_assistants,
    wrong_aws,
    wrong_azure,
    wrong_existing,
    wrong_gcp,
    wrong_values,
    wrong_vault,
)
from tests.settings.existing import LAYERS, existing
from tests.settings.stack_files import AZURE, DEV, GCP, PROD
from tools.stacks import changed

# A dev stack with an existing cluster that says nothing of identity.
WITHOUT_IDENTITY = changed(
    existing(Cloud.AWS, "network", "cluster"),
    **{
        "cluster.identity": {"kind": "none"},
        "modelStorage": {"kind": "none"},
        "secretsManager": {"kind": "kubernetes"},
        "assistants": [{"name": "rasa"}],
    },
)
# Valid stack files, and what is said when they are spoilt.
SPOILT: list[tuple[dict[str, Any], list[tuple[dict[str, Any], str]]]] = [
    (DEV, [*wrong_values.IN_DEV, *wrong_assistants.IN_DEV, *wrong_aws.IN_DEV, *wrong_vault.IN_DEV]),
    (PROD, [*wrong_assistants.IN_PROD, *wrong_aws.IN_PROD, *wrong_vault.IN_PROD]),
    (existing(Cloud.AWS, *LAYERS), wrong_vault.EXISTING),
    (existing(Cloud.AWS, "secretsManager"), wrong_vault.ALONE),
    (AZURE, wrong_azure.IN_DEV),
    ({**AZURE, "profile": "prod"}, wrong_azure.IN_PROD),
    (GCP, wrong_gcp.IN_DEV),
    ({**GCP, "profile": "prod"}, wrong_gcp.IN_PROD),
    (existing(Cloud.AWS, *LAYERS), wrong_existing.EXISTING),
    (WITHOUT_IDENTITY, wrong_existing.WITHOUT_IDENTITY),
    (existing(Cloud.AZURE, *LAYERS), wrong_azure.EXISTING),
    (existing(Cloud.GCP, *LAYERS), wrong_gcp.EXISTING),
]


def problems(stack_file: dict[str, Any]) -> list[str]:
    """What `parse` has to say against a stack file."""
    try:
        parse(stack_file)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("stack_file", [stack_file for stack_file, _ in SPOILT])
def test_the_stack_files_that_are_spoilt_below_are_valid(stack_file: dict[str, Any]):
    assert problems(stack_file) == []


@pytest.mark.parametrize(
    ("stack_file", "changes", "message"),
    [
        pytest.param(stack_file, changes, message, id=f"{stack_file['cloud']} {message.split(' ')[0]}")
        for stack_file, rows in SPOILT
        for changes, message in rows
    ],
)
def test_a_wrong_setting_has_exactly_its_own_message(stack_file: dict[str, Any], changes: dict[str, Any], message: str):
    assert problems(changed(stack_file, **changes)) == [message]


@pytest.mark.parametrize(
    ("dev", "rows"),
    [
        (DEV, wrong_assistants.IN_PROD),
        (DEV, wrong_aws.IN_PROD),
        (AZURE, wrong_azure.IN_PROD),
        (GCP, wrong_gcp.IN_PROD),
    ],
    ids=["assistants", *Cloud],
)
def test_what_prod_refuses_dev_mostly_allows(dev: dict[str, Any], rows: list[tuple[dict[str, Any], str]]):
    refused = [message for changes, message in rows if problems(changed(dev, **changes))]
    in_any_case = ("rasa:cluster.apiAccess: nothing", "rasa:trackerStore.backupDays: 0 is below 7")
    assert [message for message in refused if not message.startswith(in_any_case)] == []


def test_no_two_wrong_settings_of_a_stack_file_have_the_same_message():
    for _, rows in SPOILT:
        messages = [message for _, message in rows]
        assert [message for message in messages if messages.count(message) > 1] == []


def test_a_lock_store_without_tls_is_a_warning_in_dev_and_refused_in_prod():
    stack_file = changed(existing(Cloud.AWS, *LAYERS), **{"lockStore.tls": False})
    message = (
        "rasa:lockStore.tls: false sends the password and every lock in clear; "
        "let the service speak TLS, and remove tls"
    )
    assert [str(warning) for warning in parse(stack_file)[1]] == [message]
    assert problems(changed(stack_file, profile="prod", **{"assistants[0].replicas": 2})) == [message]


@pytest.mark.parametrize("cloud", Cloud)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_alone_can_exist_already(cloud: Cloud, layer: str):
    network = ["network"] if layer == "cluster" else []
    settings, warnings = parse(existing(cloud, layer, *network))
    assert warnings == []
    assert '"kind":"existing"' in settings.model_dump_json(by_alias=True, include={_field(layer)})


def test_several_faults_of_an_identity_are_all_told_and_nothing_else():
    faulty = {"kind": "irsa", "issuer": "oidc", "providerArn": "x"}
    found = problems(changed(existing(Cloud.AWS, *LAYERS), **{"cluster.identity": faulty}))
    assert [message.split(":")[1] for message in found] == [
        "cluster.identity.issuer", "cluster.identity.providerArn",
    ]  # fmt: skip


def test_static_keys_stand_in_for_an_identity_where_only_models_need_one():
    keys = {"AWS_ACCESS_KEY_ID": "dbPassword", "AWS_SECRET_ACCESS_KEY": "kafkaPassword"}
    stack_file = changed(
        existing(Cloud.AWS, *LAYERS), **{"cluster.identity": {"kind": "none"}, "assistants[0].secretEnv": keys}
    )
    assert problems(stack_file) == []
    assert problems(changed(stack_file, lockStore={"kind": "create", "auth": "iam"})) != []


def test_a_private_api_is_for_those_who_are_inside_already():
    assert problems(changed(existing(Cloud.AWS, "network"), **{"cluster.apiAccess": "private"})) == []


def _field(layer: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in layer)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"cluster.apiAccess": ["0.0.0.0/0"]}, "cluster.apiAccess"),
        ({"trackerStore.backupDays": 0}, "trackerStore.backupDays"),
        ({"assistants[0].image": "rasa:latest"}, "assistants[0].image"),
        ({"policyExceptions": [{"rule": "no-spot-nodes", "until": "2027-01-31"}]}, "policyExceptions[0].reason"),
    ],
)
def test_what_endangers_a_dev_stack_is_one_warning(changes: dict[str, Any], key: str):
    _, warnings = parse(changed(DEV, **changes))
    assert [warning.key for warning in warnings] == [key]


def test_what_makes_a_dev_stack_cheap_is_no_warning():
    _, warnings = parse(changed(DEV, **{"network.zones": ["eu-central-1a", "eu-central-1b"], "eventQueue.brokers": 2}))
    assert warnings == []


@pytest.mark.parametrize(
    ("changes", "keys"), wrong_values.TOGETHER, ids=[" ".join(keys) for _, keys in wrong_values.TOGETHER]
)
def test_all_problems_are_told_at_once_and_no_mere_consequence(changes: dict[str, Any], keys: list[str]):
    assert [message.split(": ")[0].removeprefix("rasa:") for message in problems(changed(DEV, **changes))] == keys
