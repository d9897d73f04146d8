"""A flat program registers what is in the state that it was written from, and knows nothing of what it was made by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from catalogue.urns import name_of
from catalogue.wire import SECRET, SIGNATURE
from sandbox.recorder import run_program
from sandbox.recording import Recording, Secret
from tests.program.stacks import STACKS, each, plain, recording
from tools.bench import flat
from tools.stacks import PROD

AWS = "pulumi:providers:aws"
VPC, SUBNET, POLICY = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:s3/bucketPolicy:BucketPolicy"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::rasa::{token}::{name}"


def resource(token: str, name: str, id: str = "", **more: Any) -> dict[str, Any]:
    return {"urn": urn(token, name), "type": token, "custom": True, "id": id, **more}


NETWORK = resource(
    VPC,
    "net",
    "vpc-0123456789",
    inputs={"cidrBlock": "10.0.0.0/16"},
    outputs={"arn": "arn:aws:vpc/1", "ownerId": "1" * 12},
)
STATE = [
    resource("rasa:aws:Platform", "rasa"),
    resource(AWS, "aws", inputs={"defaultTags": '{"tags": {"a": "b"}}', "version": "7.0.0"}),
    NETWORK,
    # What unrelated resources have alike is as good as a literal.
    resource(VPC, "other", "vpc-9876543210", inputs={}, outputs={"ownerId": "1" * 12}),
    resource(SUBNET, "a", inputs={"vpcId": "vpc-0123456789"}, dependencies=[NETWORK["urn"]]),
    resource(SUBNET, "b", inputs={}, dependencies=[NETWORK["urn"], urn("rasa:aws:Platform", "rasa")]),
    resource(POLICY, "p", inputs={"bucket": "1" * 12, "policy": '{"of": "arn:aws:vpc/1"}'}),
    resource(POLICY, "q", inputs={"bucket": {SIGNATURE: SECRET, "plaintext": json.dumps("dummy")}}),
    resource("azure-native:authorization:RoleAssignment", "r", inputs={}),
    resource("azure-native:authorization:RoleAssignment", "s", inputs={"principalType": "Group"}),
    resource("azure-native:managedidentity:UserAssignedIdentity", "i", inputs={"resourceName": "vault"}),
]


def test_ids_are_outputs_secrets_stay_secret_and_nothing_is_waited_for_twice(snapshot: SnapshotAssertion):
    assert flat.program(STATE) == snapshot


def test_what_no_literal_stands_for_is_an_error():
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}
    with pytest.raises(flat.CannotWrite):
        flat.program([resource(POLICY, "p", inputs={"policy": asset})])


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_it_registers_what_the_program_registers(stack: str, tmp_path: Path):
    ours = recording(stack)
    program = tmp_path / "flat_program.py"
    program.write_text(flat.program(state_of(ours)))
    found = run_program(STACKS[stack], stack=stack, program=program)
    assert by_name(found) == by_name(ours)
    waited, there = waits(found), waits(ours)
    assert {one: there[one] - waited[one] for one in there if not there[one] <= waited[one]} == {}
    assert all(one.custom for one in found.resources.values())


def by_name(made: Recording) -> dict[tuple[str, str], tuple[Any, str]]:
    """Inputs and provider of all resources but components; the name of a resource stands for what it was answered."""
    makers = {json.dumps(text)[1:-1]: name_of(urn) for text, urn in flat.made(state_of(made)).items()}
    pattern = re.compile("|".join(map(re.escape, sorted(makers, key=len, reverse=True))))
    return {
        (one.type, one.name): (
            pattern.sub(lambda found: makers[found[0]], json.dumps(plain(one.checked), sort_keys=True)),
            one.provider.rpartition("::")[2],
        )
        for one in made.resources.values()
        if flat.is_registered(one.type)
    }


def waits(made: Recording) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """What each of them waits for, directly or not."""
    registered = [one for one in made.resources.values() if flat.is_registered(one.type)]
    names = {one.urn: (one.type, one.name) for one in registered}
    return {names[one.urn]: {names[urn] for urn in made.reached_from(one.urn) & names.keys()} for one in registered}


def state_of(made: Recording) -> Iterator[dict[str, Any]]:
    """What the engine's state of a recorded program would be."""
    for one in made.resources.values():
        yield resource(one.type, one.name, one.id) | {
            "urn": one.urn,
            "provider": f"{one.provider}::some-id" if one.provider else "",
            "inputs": in_state(one.checked),
            "outputs": in_state(one.outputs),
            "dependencies": sorted({*one.dependencies, *chain.from_iterable(one.property_dependencies.values())}),
        }


def in_state(value: Any) -> Any:
    match value:
        case Secret():
            return {SIGNATURE: SECRET, "plaintext": json.dumps(plain(value.value))}
        case dict():
            return {key: in_state(item) for key, item in value.items()}
        case list():
            return [in_state(item) for item in value]
        case _:
            return value
