"""Every invariant catches what breaks it, on every cloud: a control for `test_invariants.py`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.recording import Call, Recording, Registration, Secret
from tests.program import invariants
from tests.program.invariants import INVARIANTS, Invariant, protects
from tests.program.stacks import each, recording
from tools.stacks import PROD, SHIPPED, settings_of


def changed(good: Recording, one: Registration, **changes: Any) -> Recording:
    """A recording with one resource changed."""
    return replace(good, resources={**good.resources, one.urn: replace(one, **changes)})


def spoilt(resource: str, **changes: Any) -> Recording:
    """The prod stack with one resource changed; `inputs` are added to its own."""
    good = recording("prod")
    one = good.named(resource)
    if "inputs" in changes:
        changes["inputs"] = {**one.inputs, **changes["inputs"]}
    return changed(good, one, **changes)


SECRETS = settings_of("prod-gcp")["secrets"]
LICENSE = SECRETS["license"]
DATABASE = "rasa-prod-tracker-store-instance"
CLUSTER = "rasa-prod-cluster-control-plane"


def password() -> str:
    """A password that the prod stack generates."""
    return recording("prod").output("rasa-database-rasa-password", "result")


def urn(name: str) -> str:
    """URN of a resource of the prod stack."""
    return recording("prod").named(name).urn


def with_variable(variable: Any) -> Recording:
    """The prod stack with one more environment variable of Rasa's pods."""
    values = recording("prod").named("rasa-release").inputs["values"]
    rasa = {**values["rasa"], "additionalEnv": [*values["rasa"]["additionalEnv"], variable]}
    return spoilt("rasa-release", inputs={"values": {**values, "rasa": rasa}})


def with_output(**outputs: Any) -> Recording:
    """The prod stack with stack outputs changed."""
    return replace(recording("prod"), outputs={**recording("prod").outputs, **outputs})


def with_outputs_of(name: str, outputs: Any) -> Recording:
    """The prod stack with a component that registers other outputs; with None it registers nothing."""
    found = {**recording("prod").component_outputs, urn(name): outputs}
    return replace(recording("prod"), component_outputs={key: each for key, each in found.items() if each is not None})


def with_(**changes: Any) -> Recording:
    """The prod stack with other calls or another log."""
    return replace(recording("prod"), **changes)


GET_REGION = Call(token="aws:index/getRegion:getRegion", provider="", answer={})
# What breaks each invariant.
BROKEN: dict[Invariant, dict[str, Callable[[], Recording]]] = {
    invariants.parents_are_components: {
        "a leaf below the stack": lambda: spoilt(DATABASE, parent=""),
        "a leaf below a leaf": lambda: spoilt(DATABASE, parent=urn(CLUSTER)),
    },
    invariants.names_begin_with_the_parents: {"a name of its own": lambda: spoilt(DATABASE, name="database-1")},
    invariants.providers_are_explicit: {
        "the default provider": lambda: spoilt(DATABASE, provider=""),
        "another provider": lambda: spoilt(DATABASE, provider=urn("kubernetes")),
        "a call on the default provider": lambda: with_(calls=(GET_REGION,)),
    },
    invariants.components_register_outputs: {"no outputs": lambda: with_outputs_of("rasa-prod-lock-store", None)},
    invariants.no_secret_is_readable: {
        "a password in clear": lambda: with_variable(f"redis://:{password()}@host"),
        "a password in a name": lambda: spoilt("rasa-release", inputs={password(): 1}),
        "a licence as base64": lambda: spoilt("rasa-secrets-ca", inputs={"x": b64encode(LICENSE.encode()).decode()}),
        "a secret in an output": lambda: with_output(key=SECRETS["openaiApiKey"]),
        "a secret in an output of a component": lambda: with_outputs_of("database", {"password": LICENSE}),
        "a key of Confluent's": lambda: with_output(next=SECRETS["confluentApiKey"]),
        "a secret in the log": lambda: with_(log=(f"using {LICENSE}",)),
    },
    invariants.secrets_stand_only_where_they_belong: {
        "a secret where nobody needs it": lambda: spoilt("rasa-secrets-ca", inputs={"data": {"token": Secret(LICENSE)}})
    },
    invariants.only_the_kubeconfig_is_a_secret_output: {
        "a secret output": lambda: with_output(services={"eventQueue": Secret("x")}),
        "an open kubeconfig": lambda: with_output(kubeconfig="{}"),
    },
    invariants.slow_services_wait_for_little: {
        "a database behind a component with the cluster": lambda: spoilt(
            "rasa-prod-tracker-store-subnets", dependencies=(urn("rasa-prod-cluster"),)
        )
    },
    invariants.the_kubernetes_provider_outlives_its_kubeconfig: {
        "no identifier of the cluster": lambda: spoilt("kubernetes", inputs={"clusterIdentifier": ""})
    },
    invariants.pods_set_no_variable_that_settings_do_not_know: {
        "a variable that is not reserved": lambda: with_variable({"name": "NEW_VARIABLE", "value": "x"})
    },
    invariants.nothing_is_warned_of: {"a warning": lambda: with_(log=("warning: careful",))},
    protects(data=True): {"protection of what is no data": lambda: spoilt("rasa-release", protect=True)},
    protects(data=False): {"protection where all may go": lambda: recording("prod")},
}
CASES = [
    pytest.param(invariant, broken, id=name) for invariant, each in BROKEN.items() for name, broken in each.items()
]


@pytest.mark.parametrize("before", [invariants.CLUSTERS, invariants.NODES, invariants.WAYS_OUT, invariants.SLOW])
@pytest.mark.parametrize("stack", each(PROD.values()))
def test_on_every_cloud_a_slow_service_that_waits_is_caught(stack: str, before: tuple[str, ...]):
    found = recording(stack)
    slow = [one for one in found.resources.values() if one.type in invariants.SLOW]
    other = next(one for one in reversed(list(found.resources.values())) if one.type in before)
    for one in (one for one in slow if one != other):
        broken = changed(found, one, dependencies=(other.urn,))
        assert [text for text in invariants.slow_services_wait_for_little(broken) if text.startswith(one.urn)] != []


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_on_every_cloud_data_without_protection_is_caught(stack: str):
    found = recording(stack)
    protected = [one for one in found.resources.values() if one.protect]
    assert all(invariants.is_data(one) for one in protected)
    for one in protected:
        assert protects(data=True)(changed(found, one, protect=False)) != []


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_on_every_cloud_a_secret_that_lost_its_mark_is_caught(stack: str):
    found = recording(stack)
    holders = [
        (one, key)
        for one in found.resources.values()
        for key in one.inputs
        if (one.type, key) in invariants.SECRET_PLACES and any(invariants.secrets_in(one.inputs[key]))
    ]
    assert len(holders) > 3
    for one, key in holders:
        bare = {key: list(invariants.all_texts(one.inputs[key]))}
        assert invariants.no_secret_is_readable(changed(found, one, inputs=bare)) != [], f"{one.name}.{key}"


def test_what_counts_as_data_and_as_a_place_of_secrets_is_there():
    """A name of no resource would hold nothing to anything."""
    made = {one.type for stack in SHIPPED for one in recording(stack).resources.values()}
    assert {*invariants.DATA, *invariants.SLOW, *(type_ for type_, _ in invariants.SECRET_PLACES)} <= made


@pytest.mark.parametrize(("invariant", "broken"), CASES)
def test_it_catches(invariant: Invariant, broken: Callable[[], Recording]):
    assert invariant(broken()) != []


def test_every_invariant_is_seen_to_catch_something():
    assert set(INVARIANTS) <= BROKEN.keys()
