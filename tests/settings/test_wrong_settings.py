"""Every wrong setting is refused with a problem of its own: key, got and fix. The cases are in wrong.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import Cloud, Problem, SettingsError, parse
from tests.settings.existing import LAYERS, NETWORKING, existing
from tests.settings.full import PUBLIC_KEYS
from tests.settings.stack_files import AZURE, DEV, GCP, PROD
from tools.stacks import changed

WRONG = (Path(__file__).parent / "wrong.yaml").read_text().replace("<NETWORKING>", NETWORKING)
WRONG = WRONG.replace("<PUBLIC KEY>", json.dumps(PUBLIC_KEYS[0]))
CASES: dict[str, list[Any]] = yaml.safe_load(WRONG)
TOGETHER = CASES.pop("together")
# The stack files that the cases spoil.
VALID: dict[str, dict[str, Any]] = {
    "aws dev": DEV,
    "aws prod": PROD,
    "aws existing": existing(Cloud.AWS, *LAYERS),
    "aws vault existing": existing(Cloud.AWS, "secretsManager"),
    "aws without identity": changed(
        existing(Cloud.AWS, "network", "cluster"),
        **{
            "cluster.identity": {"kind": "none"},
            "modelStorage": {"kind": "none"},
            "secretsManager": {"kind": "kubernetes"},
            "assistants": [{"name": "rasa"}],
        },
    ),
    "azure dev": AZURE,
    "azure prod": {**AZURE, "profile": "prod"},
    "azure existing": existing(Cloud.AZURE, *LAYERS),
    "gcp dev": GCP,
    "gcp prod": {**GCP, "profile": "prod"},
    "gcp existing": existing(Cloud.GCP, *LAYERS),
}


def refused(stack_file: dict[str, Any]) -> list[Problem]:
    """What `parse` has to say against a stack file."""
    try:
        parse(stack_file)
    except SettingsError as error:
        return list(error.problems)
    return []


def test_every_stack_file_is_spoilt():
    assert set(CASES) == set(VALID)


@pytest.mark.parametrize("name", VALID)
def test_the_stack_files_that_are_spoilt_below_are_valid(name: str):
    assert refused(VALID[name]) == []


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{name} {json.dumps(case[0])[:60]}") for name in CASES for case in CASES[name]],
)
def test_a_wrong_setting_is_refused_with_its_key_its_value_and_a_fix(
    name: str, case: tuple[dict[str, Any], str, str, str]
):
    changes, key, got, fix = case
    found = refused(changed(VALID[name], **changes))
    assert [problem.key for problem in found] == [key]
    assert found[0].got == got or (got.endswith("...") and found[0].got.startswith(got[:-3]))
    assert fix in found[0].fix


@pytest.mark.parametrize(("cloud", "most"), [(Cloud.AWS, 40), (Cloud.AZURE, 12), (Cloud.GCP, 60)])
def test_more_tags_than_every_resource_takes_are_refused(cloud: Cloud, most: int):
    tags = {f"tag{number}": "x" for number in range(most + 1)}
    stack_file = VALID[f"{cloud} dev"]
    assert [(problem.key, problem.got) for problem in refused({**stack_file, "tags": tags})] == [
        ("tags", str(most + 1))
    ]
    del tags["tag0"]
    assert refused({**stack_file, "tags": tags}) == []


@pytest.mark.parametrize(
    ("cloud", "in_dev_too"),
    [(Cloud.AWS, {"cluster.apiAccess nothing"}), (Cloud.AZURE, {"trackerStore.backupDays 0"}), (Cloud.GCP, set[str]())],
)
def test_dev_allows_what_only_prod_refuses(cloud: Cloud, in_dev_too: set[str]):
    only_prod = [case for case in CASES[f"{cloud} prod"] if not case[1].startswith("rotation.")]
    found = [f"{key} {got}" for changes, key, got, _ in only_prod if refused(changed(VALID[f"{cloud} dev"], **changes))]
    assert set(found) == in_dev_too


@pytest.mark.parametrize("name", ["aws dev", "aws prod"])
def test_a_server_that_may_be_out_of_reach_is_a_warning_in_every_profile(name: str):
    def warned(**changes: Any) -> list[str]:
        given = {f"assistants[0].{key}": value for key, value in changes.items()}
        return [problem.key for problem in parse(changed(VALID[name], **given))[1]]

    # Port 443 is open to the cluster's own networks, and somebody else may read a variable.
    private = {"nlg": {"url": "https://nlg.corp"}}
    assert warned(endpoints=private) == ["assistants[0].endpoints.nlg.url"]
    assert warned(env={"PUBLIC_URL": "http://bot.corp:8080"}) == ["assistants[0].env.PUBLIC_URL"]
    in_secret = {"model_groups": [{"id": "g", "models": [{"provider": "azure", "api_base": "${BASE}"}]}]}
    key = "assistants[0].endpoints.model_groups[0].models[0].api_base"
    assert warned(endpoints=in_secret, secretEnv={"BASE": "license"}) == [key]
    assert warned(endpoints=in_secret, env={"BASE": "https://x.openai.azure.com"}) == []
    rule = [{"cidr": "10.1.2.3/32", "ports": [443, 8080]}]
    assert warned(endpoints=private, env={"PUBLIC_URL": "http://bot.corp:8080"}, egress=rule) == []
    # Lists, numbers and odd ports are no servers.
    odd = {"nlg": {"url": "https://nlg:99999", "host": None, "port": [1]}, "tracing": {"endpoint": "a:b:c"}}
    assert warned(endpoints=odd) == []


def test_several_faults_of_an_identity_are_all_reported_and_nothing_else():
    faulty = {"kind": "irsa", "issuer": "oidc", "providerArn": "x"}
    found = refused(changed(VALID["aws existing"], **{"cluster.identity": faulty}))
    assert [problem.key for problem in found] == ["cluster.identity.issuer", "cluster.identity.providerArn"]


def test_static_keys_replace_an_identity_if_only_models_need_one():
    keys = {"AWS_ACCESS_KEY_ID": "dbPassword", "AWS_SECRET_ACCESS_KEY": "kafkaPassword"}
    changes = {"cluster.identity": {"kind": "none"}, "assistants[0].secretEnv": keys}
    stack_file = changed(VALID["aws existing"], **changes)
    assert refused(stack_file) == []
    assert refused(changed(stack_file, lockStore={"kind": "create", "auth": "iam"})) != []


@pytest.mark.parametrize("name", ["aws dev", "aws existing"])
def test_credentials_of_the_cloud_are_for_the_action_server_and_for_other_clouds(name: str):
    keys = {"AWS_ACCESS_KEY_ID": "license", "AWS_SECRET_ACCESS_KEY": "license"}
    server = {"image": "actions:1", "secretEnv": keys}
    others = {"AZURE_CLIENT_SECRET": "license", "BEDROCK_ID": "license"}
    changes = {"assistants[0].actionServer": server, "assistants[0].secretEnv": others}
    assert refused(changed(VALID[name], **changes)) == []


def test_several_processes_have_a_lock_store_and_one_needs_none():
    several = {"assistants[0].env": {"SANIC_WORKERS": "4"}}
    assert refused(changed(DEV, **several)) == []
    assert refused(changed(DEV, **{"assistants[0].env": {"SANIC_WORKERS": "1"}, "lockStore": {"kind": "none"}})) == []


def test_a_private_api_is_for_those_who_are_inside_already():
    private = {"cluster.apiAccess": "private"}
    assert refused(changed(existing(Cloud.AWS, "network"), **private)) == []
    assert [problem.key for problem in refused(changed(DEV, **private))] == ["cluster.apiAccess"]


@pytest.mark.parametrize(
    ("name", "changes", "key"),
    [
        ("aws dev", {"cluster.apiAccess": ["0.0.0.0/0"]}, "cluster.apiAccess"),
        ("aws dev", {"trackerStore.backupDays": 0}, "trackerStore.backupDays"),
        ("aws dev", {"assistants[0].image": "rasa:latest"}, "assistants[0].image"),
        (
            "aws dev",
            {"policyExceptions": [{"rule": "no-spot-nodes", "until": "2027-01-31"}]},
            "policyExceptions[0].reason",
        ),
        ("aws existing", {"lockStore.tls": False}, "lockStore.tls"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_endangers_a_stack_is_one_warning_in_dev_and_refused_in_prod(name: str, changes: dict[str, Any], key: str):
    stack_file = changed(VALID[name], **changes)
    assert [warning.key for warning in parse(stack_file)[1]] == [key]
    in_prod = refused(changed(stack_file, profile="prod", **{"assistants[0].replicas": 2}))
    assert [problem.key for problem in in_prod] == [key]


def test_what_makes_a_dev_stack_cheap_is_no_warning():
    _, warnings = parse(changed(DEV, **{"network.zones": ["eu-central-1a", "eu-central-1b"], "eventQueue.brokers": 2}))
    assert warnings == []


@pytest.mark.parametrize(("changes", "keys"), TOGETHER, ids=[" ".join(keys) for _, keys in TOGETHER])
def test_all_problems_are_reported_at_once_and_no_mere_consequence(changes: dict[str, Any], keys: list[str]):
    assert [problem.key for problem in refused(changed(DEV, **changes))] == keys


def test_the_path_of_a_file_is_no_credential():
    def env(value: str) -> list[Problem]:
        return refused(changed(DEV, **{"assistants[0].env": {"GOOGLE_APPLICATION_CREDENTIALS": value}}))

    assert env("/etc/key/adc.json") == []
    assert [problem.expected for problem in env("c2VjcmV0")] == ["is a credential in plain text"]
