"""The engine reads a stack file of the sandbox's own: no ciphertext of the user's in it, every key kept."""

from __future__ import annotations

from pathlib import Path

from sandbox.command import stack_of, words_of
from sandbox.existing import dummy_kubeconfig
from sandbox.home import Home
from sandbox.report import summary, write_files
from sandbox.stackfile import derive, read, text_of
from settings import Cloud
from settings.cluster import contexts
from tests.settings.existing import LAYERS, SECRETS, existing


def test_secrets_become_dummies_and_keep_their_keys() -> None:
    source = {
        "encryptionsalt": "v1:abc",
        "secretsprovider": "awskms://x",
        "environment": ["x"],
        "config": {
            "rasa:cloud": "aws",
            "rasa:secrets": {"license": {"secure": "AAA"}, "mine": {"secure": "BBB"}},
            "rasa:assistants": [{"name": "a", "secretEnv": {"CRM_TOKEN": "crmToken"}}],
            "other:key": [{"secure": "CCC"}],
        },
    }
    plain, secrets = derive(source)
    assert plain["environment"] == ["x"]
    assert "encryptionsalt" not in plain
    assert "secretsprovider" not in plain
    assert plain["config"]["rasa:cloud"] == "aws"
    assert "rasa:secrets" not in plain["config"]
    names = {path[1] for path in secrets if path[0] == "rasa:secrets"}
    assert names == {"license", "openaiApiKey", "mine", "crmToken"}
    assert ("other:key", 0) in secrets


def test_existing_layers_name_secrets_too_and_a_kubeconfig_has_the_chosen_context() -> None:
    cluster = {"kind": "existing", "kubeconfig": "acmeCluster", "context": "acme-admin"}
    logins = {"rasa": {"database": "rasa", "username": "rasa", "password": "dbPassword"}}
    config = {"rasa:cluster": cluster, "rasa:trackerStore": {"kind": "existing", "logins": logins}}
    _, secrets = derive({"config": config})
    assert {("rasa:secrets", "acmeCluster"), ("rasa:secrets", "dbPassword")} <= set(secrets)
    assert contexts(dummy_kubeconfig(config)) == ["acme-admin"]


def test_every_secret_that_an_existing_layer_names_has_a_dummy() -> None:
    for cloud in Cloud:
        stack_file = existing(cloud, *LAYERS)
        _, secrets = derive({"config": {f"rasa:{key}": value for key, value in stack_file.items() if key != "secrets"}})
        found = {name for _, name in secrets}
        assert found >= {name for name in SECRETS if f"'{name}'" in str({**stack_file, "secrets": None})}
        assert {"vaultToken", "dbPassword"} <= found


def test_the_engine_gets_every_value_as_the_user_wrote_it() -> None:
    written = (
        "config:\n  rasa:region: 014\n  rasa:tags:\n    a: 1.30\n    b: no\n    c: 1:30\n    d: 2026-11-30\n"
        "    e: '16'\n    f: true\n    g: 1_000\n    h: null\n    012: x\n"
    )
    assert text_of(derive(read(written))[0]) == written


def test_no_stack_file_means_no_settings_but_the_usual_secrets() -> None:
    plain, secrets = derive({})
    assert plain == {"config": {}}
    assert secrets == [("rasa:secrets", "license"), ("rasa:secrets", "openaiApiKey")]


def test_the_stack_is_the_named_one_or_dev() -> None:
    assert stack_of(["up", "--yes"]) == "dev"
    assert stack_of(["up", "--stack", "prod"]) == "prod"
    assert stack_of(["-s", "prod", "up"]) == "prod"
    assert stack_of(["up", "--stack=prod"]) == "prod"


def test_the_verb_is_found_behind_global_flags() -> None:
    assert words_of(["-s", "prod", "--color", "never", "up", "--yes"]) == ("up", "")
    assert words_of(["config", "--stack", "prod", "set", "a", "b"]) == ("config", "set")
    assert words_of(["--help"]) == ("", "")


def test_the_first_assistant_s_files_stand_at_the_top(tmp_path: Path) -> None:
    home = Home(tmp_path, "dev")
    home.directory.mkdir(parents=True)
    outputs = {"endpoints": {"rasa": "a: 1\n", "second": "b: 2\n"}, "values": {"rasa": {"x": [1]}}}
    write_files(home, outputs)
    assert (home.directory / "endpoints.yml").read_text() == "a: 1\n"
    assert (home.directory / "second" / "endpoints.yml").read_text() == "b: 2\n"
    assert (home.directory / "values.yml").read_text() == "x:\n- 1\n"


def test_the_summary_counts_by_service_and_says_that_nothing_is_real() -> None:
    counts = {"aws:ec2/vpc:Vpc": 1, "aws:ec2/subnet:Subnet": 6, "kubernetes:core/v1:Secret": 2}
    text = summary(counts, {"next": {"rasa": "upload a model"}})
    assert "aws ec2            7" in text
    assert "Next for rasa: upload a model" in text
    assert "test double" in text
