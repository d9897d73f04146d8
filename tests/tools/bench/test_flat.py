"""A flat program registers what is in the state that it was written from, and knows nothing of what it was made by."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue.urns import name_of
from catalogue.wire import SECRET, SIGNATURE
from sandbox.recorder import Recording, Registration, Secret, run_program
from tests.program.stacks import STACKS, each, recording
from tools.bench import flat
from tools.stacks import PROD

AWS = "pulumi:providers:aws"
VPC, SUBNET, POLICY = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:s3/bucketPolicy:BucketPolicy"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::rasa::{token}::{name}"


def resource(token: str, name: str, id: str = "", **more: Any) -> dict[str, Any]:
    return {"urn": urn(token, name), "type": token, "custom": True, "id": id, **more}


def written(*state: dict[str, Any]) -> str:
    """The last statement of the program for a state."""
    return flat.program(state).splitlines()[-1]


VPC_MADE = resource(VPC, "net", "vpc-0123456789", inputs={"cidrBlock": "10.0.0.0/16"}, outputs={"arn": "arn:aws:vpc/1"})


def test_a_component_is_left_out_and_a_provider_is_not():
    text = flat.program(
        [resource("rasa:aws:Platform", "rasa"), resource(AWS, "aws", inputs={"region": "eu-central-1"})]
    )
    assert "Platform" not in text
    assert "pulumi_providers_aws('aws', region='eu-central-1'" in text


def test_what_the_engine_has_as_text_in_a_providers_configuration_is_a_value_again():
    provider = resource(AWS, "aws", inputs={"defaultTags": '{"tags": {"a": "b"}}', "version": "7.0.0"})
    assert (
        written(provider)
        == "r0 = pulumi_providers_aws('aws', default_tags={'tags': {'a': 'b'}}, opts=ResourceOptions())"
    )


def test_an_id_that_the_cloud_has_made_is_an_output_and_the_rest_literals():
    subnet = resource(SUBNET, "a", inputs={"vpcId": "vpc-0123456789", "cidrBlock": "10.0.0.0/24"})
    assert "('a', vpc_id=r0.id, cidr_block='10.0.0.0/24'," in written(VPC_MADE, subnet)


def test_a_text_with_outputs_in_it_is_put_together():
    policy = resource(POLICY, "p", inputs={"bucket": "models", "policy": '{"of": "arn:aws:vpc/1"}'})
    assert """policy=Output.concat('{"of": "', r0.arn, '"}')""" in written(VPC_MADE, policy)


def test_what_unrelated_resources_are_answered_is_a_literal():
    owned = [{**VPC_MADE, "outputs": {"ownerId": "111122223333"}}]
    owned.append({**owned[0], "urn": urn(VPC, "other"), "id": "vpc-9876543210"})
    assert "bucket='111122223333'" in written(*owned, resource(POLICY, "p", inputs={"bucket": "111122223333"}))


def test_a_secret_stays_one():
    text = {SIGNATURE: SECRET, "plaintext": json.dumps("dummy")}
    assert "bucket=Output.secret('dummy')" in written(resource(POLICY, "p", inputs={"bucket": text}))


def test_what_the_state_waits_for_is_waited_for():
    subnet = resource(SUBNET, "a", inputs={}, dependencies=[VPC_MADE["urn"], urn("rasa:aws:Network", "network")])
    assert "depends_on=[r0])" in written(VPC_MADE, subnet)


def test_what_an_input_waits_for_is_not_named_again():
    subnet = resource(SUBNET, "a", inputs={"vpcId": "vpc-0123456789"}, dependencies=[VPC_MADE["urn"]])
    assert "vpc_id=r0.id, opts=ResourceOptions())" in written(VPC_MADE, subnet)


def test_the_sdk_fills_nothing_in():
    assert "principal_type=Output.from_input(None)" in written(resource(ROLE_ASSIGNMENT, "r", inputs={}))
    given = resource(ROLE_ASSIGNMENT, "r", inputs={"principalType": "Group"})
    assert "principal_type='Group'" in written(given)
    assert "from_input" not in written(given)


def test_an_input_whose_name_the_constructor_needs_itself_has_another():
    identity = resource("azure-native:managedidentity:UserAssignedIdentity", "i", inputs={"resourceName": "vault"})
    assert "('i', resource_name_='vault'," in written(identity)


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


@pytest.mark.parametrize("stack", each([PROD["aws"]]))  # pyright: ignore[reportArgumentType]
def test_it_has_nothing_of_the_program(stack: str):
    tree = ast.parse(flat.program(state_of(recording(stack))))
    modules = {
        node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert modules == {"pulumi", "pulumi_aws", "pulumi_kubernetes", "pulumi_random", "pulumi_tls"}


def by_name(made: Recording) -> dict[tuple[str, str], tuple[Any, str]]:
    """Inputs and provider of all resources but components; the name of a resource stands for what it was answered."""
    makers = {json.dumps(text)[1:-1]: name_of(urn) for text, urn in flat.made(state_of(made)).items()}
    pattern = re.compile("|".join(map(re.escape, sorted(makers, key=len, reverse=True))))
    return {
        (one.type, one.name): (
            pattern.sub(lambda found: makers[found[0]], json.dumps(revealed(one.checked), sort_keys=True)),
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
            "dependencies": sorted({*one.dependencies, *_of_properties(one)}),
        }


def _of_properties(one: Registration) -> Iterator[str]:
    for urns in one.property_dependencies.values():
        yield from urns


def revealed(value: Any) -> Any:
    match value:
        case Secret():
            return revealed(value.value)
        case dict():
            return {key: revealed(item) for key, item in value.items()}
        case list():
            return [revealed(item) for item in value]
        case _:
            return value


def in_state(value: Any) -> Any:
    match value:
        case Secret():
            return {SIGNATURE: SECRET, "plaintext": json.dumps(revealed(value.value))}
        case dict():
            return {key: in_state(item) for key, item in value.items()}
        case list():
            return [in_state(item) for item in value]
        case _:
            return value
