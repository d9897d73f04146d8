"""The program's own objects, of every case: valid for the oldest and the newest Kubernetes, and closed."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest

from catalogue.entry import Refused
from catalogue.kubernetes.schema import validate
from components.artifacts import CHART_VERSION
from components.rasa.outgoing import outgoing
from settings.chart import recorded, unknown_paths
from tests.contract.cases import CHOSEN, Case, cases
from tests.contract.closed import VARIABLE, dangling, pods
from tests.contract.pods import pod_of
from tests.e2e.manifests import manifests
from tools import rasa_pro

pytestmark = pytest.mark.contract

RASA: Final = rasa_pro.DEFAULT
# The oldest that docs/compatibility.md names, and the newest that a stack gets by itself.
KUBERNETES: Final = ("1.30", "1.35")
EACH: Final = pytest.mark.parametrize(
    "stack", [pytest.param(each, marks=pytest.mark.xdist_group("manifests")) for each in CHOSEN]
)


def delivered(*given: Case) -> dict[tuple[str, str], set[str]]:
    """What Jobs deliver to these assistants, unseen by the program: the token of Vault."""
    found = ((case.namespace, case.wiring.vault) for case in given)
    return {(namespace, vault.token_secret): {"token"} for namespace, vault in found if vault is not None}


@EACH
@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_valid(stack: str, version: str) -> None:
    for one in manifests(cases(stack, RASA)[0].recording):
        validate(one, version)


@EACH
def test_every_pod_finds_what_it_refers_to(stack: str) -> None:
    found = cases(stack, RASA)
    given = manifests(found[0].recording)
    assert list(pods(given)) != []
    assert dangling(given, delivered(*found)) == []


@EACH
def test_every_value_is_one_of_the_pinned_chart(stack: str) -> None:
    chart = recorded("rasa")
    assert chart["version"] == CHART_VERSION
    for case in cases(stack, RASA):
        assert list(unknown_paths(chart, case.values)) == []


@EACH
def test_every_variable_of_the_files_is_in_the_pods_environment(stack: str) -> None:
    for case in cases(stack, RASA):
        pod = pod_of(case)
        own = set(case.wiring.assistant.secret_env)
        named = set(VARIABLE.findall(pod.endpoints + pod.credentials))
        assert named <= set(pod.environment)
        secrets = {name for name, *_ in pod.references} - {"RASA_PRO_LICENSE", "AUTH_TOKEN", "JWT_SECRET"} - own
        # The others are variables that some client reads by itself.
        assert secrets - named - outgoing(case.wiring).keys() <= {"AZURE_ACCOUNT_KEY", "JWT_PRIVATE_KEY"}


@EACH
def test_every_secret_that_is_referred_to_has_the_key(stack: str) -> None:
    for case in cases(stack, RASA):
        held = {name: set(keys) for name, keys in case.secrets.items()}
        held |= {name: keys for (_, name), keys in delivered(case).items()}
        for variable, name, key in pod_of(case).references:
            assert key in held[name], f"{variable}: no {key} in {name}"


def job(case: Case) -> Any:
    """A copy of a Job with a volume, and of all other objects."""
    given = copy.deepcopy(manifests(case.recording))
    return given, next(one for one in given if one["kind"] == "Job" and "volumes" in one["spec"]["template"]["spec"])


@pytest.mark.xdist_group("manifests")
def test_what_refers_to_nothing_is_found() -> None:
    (case,) = cases("dev", RASA)
    for change, fault in (
        (lambda spec: spec["containers"][0]["env"].append(_reference("no-such", "key")), "no Secret no-such with key"),
        (lambda spec: spec["volumes"][0].update(configMap={"name": "none"}), "no ConfigMap none"),
        (lambda spec: spec["volumes"].pop(), "mount of an unknown volume"),
        (lambda spec: spec["containers"][0]["volumeMounts"].clear(), "is mounted nowhere"),
        (lambda spec: spec.update(serviceAccountName="nobody"), "no service account nobody"),
        (lambda spec: spec["containers"][0]["env"].extend([_plain("TWICE"), _plain("TWICE")]), "variable TWICE twice"),
    ):
        given, chosen = job(case)
        change(chosen["spec"]["template"]["spec"])
        assert any(fault in each for each in dangling(given, delivered(case))), fault


def _reference(name: str, key: str) -> dict[str, Any]:
    return {"name": "REFERENCE", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _plain(name: str) -> dict[str, Any]:
    return {"name": name, "value": ""}


@pytest.mark.xdist_group("manifests")
@pytest.mark.parametrize("version", KUBERNETES)
def test_an_object_that_is_wrong_is_refused(version: str) -> None:
    (case,) = cases("dev", RASA)
    _, chosen = job(case)
    chosen["spec"]["template"]["spec"]["restartpolicy"] = "Never"
    with pytest.raises(Refused, match="restartpolicy"):
        validate(chosen, version)
