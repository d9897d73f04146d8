"""Every invariant catches what breaks it, on every cloud: a control for `test_invariants.py`."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from sandbox.recorder import Call, Recording, Registration, Secret
from tests.program import invariants
from tests.program.invariants import INVARIANTS, protects
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


def release_with_variable(name: str) -> Recording:
    """The prod stack with one environment variable more."""
    values = recording("prod").named("rasa-release").inputs["values"]
    rasa = {**values["rasa"], "additionalEnv": [*values["rasa"]["additionalEnv"], {"name": name, "value": "x"}]}
    return spoilt("rasa-release", inputs={"values": {**values, "rasa": rasa}})


def with_output(**outputs: Any) -> Recording:
    """The prod stack with stack outputs changed."""
    good = recording("prod")
    return replace(good, outputs={**good.outputs, **outputs})


def without_outputs_of(name: str) -> Recording:
    """The prod stack with a component that registers no outputs."""
    good = recording("prod")
    kept = {key: outputs for key, outputs in good.component_outputs.items() if key != urn(name)}
    return replace(good, component_outputs=kept)


def with_component_output(value: Any) -> Recording:
    """The prod stack with one more output of a component."""
    good = recording("prod")
    return replace(good, component_outputs={**good.component_outputs, urn("database"): {"password": value}})


# An invariant, a recording that breaks it, and how many of its sentences that gives.
BROKEN = {
    "a leaf below the stack": (invariants.parents_are_components, lambda: spoilt(DATABASE, parent="")),
    "a leaf below a leaf": (invariants.parents_are_components, lambda: spoilt(DATABASE, parent=urn(CLUSTER))),
    "a name of its own": (invariants.names_begin_with_the_parents, lambda: spoilt(DATABASE, name="database-1")),
    "the default provider": (invariants.providers_are_explicit, lambda: spoilt(DATABASE, provider="")),
    "another provider": (invariants.providers_are_explicit, lambda: spoilt(DATABASE, provider=urn("kubernetes"))),
    "a call on the default provider": (
        invariants.providers_are_explicit,
        lambda: replace(
            recording("prod"), calls=(Call(token="aws:index/getRegion:getRegion", provider="", answer={}),)
        ),
    ),
    "no outputs": (invariants.components_register_outputs, lambda: without_outputs_of("rasa-prod-lock-store")),
    "a password in clear": (
        invariants.no_secret_is_readable,
        lambda: spoilt("rasa-release", inputs={"values": {"rasa": {"additionalEnv": [f"redis://:{password()}@host"]}}}),
    ),
    "a password in a name": (invariants.no_secret_is_readable, lambda: spoilt("rasa-release", inputs={password(): 1})),
    "a licence as base64": (
        invariants.no_secret_is_readable,
        lambda: spoilt("rasa-secrets-ca", inputs={"data": {"x": b64encode(LICENSE.encode()).decode()}}),
    ),
    "a secret in an output": (
        invariants.no_secret_is_readable,
        lambda: with_output(key=SECRETS["openaiApiKey"]),
    ),
    "a secret in an output of a component": (invariants.no_secret_is_readable, lambda: with_component_output(LICENSE)),
    "a key of Confluent's": (invariants.no_secret_is_readable, lambda: with_output(next=SECRETS["confluentApiKey"])),
    "a secret in the log": (
        invariants.no_secret_is_readable,
        lambda: replace(recording("prod"), log=(f"using {LICENSE}",)),
    ),
    "a secret where nobody needs it": (
        invariants.secrets_stand_only_where_they_belong,
        lambda: spoilt("rasa-secrets-ca", inputs={"data": {"token": Secret(LICENSE)}}),
    ),
    "a secret output": (
        invariants.only_the_kubeconfig_is_a_secret_output,
        lambda: with_output(services={"eventQueue": Secret("x")}),
    ),
    "an open kubeconfig": (invariants.only_the_kubeconfig_is_a_secret_output, lambda: with_output(kubeconfig="{}")),
    "a database behind the cluster": (
        invariants.slow_services_wait_for_little,
        lambda: spoilt(DATABASE, dependencies=(urn(CLUSTER),)),
    ),
    "a database behind a component with the cluster": (
        invariants.slow_services_wait_for_little,
        lambda: spoilt("rasa-prod-tracker-store-subnets", dependencies=(urn("rasa-prod-cluster"),)),
    ),
    "no identifier of the cluster": (
        invariants.the_kubernetes_provider_outlives_its_kubeconfig,
        lambda: spoilt("kubernetes", inputs={"clusterIdentifier": ""}),
    ),
    "a variable that is not reserved": (
        invariants.pods_set_no_variable_that_settings_do_not_know,
        lambda: release_with_variable("NEW_VARIABLE"),
    ),
    "a warning": (invariants.nothing_is_warned_of, lambda: replace(recording("prod"), log=("warning: careful",))),
    "data that is not protected": (protects(data=True), lambda: spoilt(DATABASE, protect=False)),
    "protection of what is no data": (protects(data=True), lambda: spoilt("rasa-release", protect=True)),
    "protection where all may go": (protects(data=False), lambda: recording("prod")),
}


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


@pytest.mark.parametrize("case", BROKEN)
def test_it_catches(case: str):
    invariant, broken = BROKEN[case]
    assert invariant(broken()) != []


def test_every_invariant_is_seen_to_catch_something():
    caught = {invariant.__name__ for invariant, _ in BROKEN.values()}
    assert caught == {invariant.__name__ for invariant in INVARIANTS} | {"protection"}
