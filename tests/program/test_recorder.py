"""The recorder itself: it shows what a program does, and refuses what the engine would refuse."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_random
import pytest

from tests.recorder import UNKNOWN, DuplicateUrn, Recording, Secret, UnknownCall, run_program


class Pair(pulumi.ComponentResource):
    """A secret parameter and a bucket that waits for it."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:test:Pair", name, None, opts)
        password = pulumi_random.RandomPassword(f"{name}-password", length=8, opts=pulumi.ResourceOptions(parent=self))
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket="models",
            tags={"open": "yes", "hidden": pulumi.Output.secret(password.result)},
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[password]),
        )
        self.register_outputs({"bucket": bucket.arn})


def small_program() -> None:
    providers: list[pulumi.ProviderResource] = [
        aws.Provider("aws", region="eu-central-1"),
        pulumi_random.Provider("random"),
    ]
    pair = Pair("pair", pulumi.ResourceOptions(providers=providers))
    pulumi.log.warn("careful")
    pulumi.export("stack", pulumi.get_stack())
    pulumi.export("token", pulumi.Output.secret("t"))
    pulumi.export("pair", pair.urn)


def run(program: Callable[[], None] = small_program, *, preview: bool = False) -> Recording:
    return run_program({}, preview=preview, stack="test", program=program)


def test_it_shows_what_the_program_registers():
    recording = run()
    bucket = recording.named("pair-bucket")
    assert bucket.urn == "urn:pulumi:test::rasa::rasa:test:Pair$aws:s3/bucket:Bucket::pair-bucket"
    assert bucket.parent == recording.named("pair").urn
    assert bucket.provider == recording.named("aws").urn
    assert bucket.protect
    assert bucket.dependencies == (recording.named("pair-password").urn,)
    assert bucket.property_dependencies == {"tags": (recording.named("pair-password").urn,)}
    assert bucket.inputs["tags"] == {"open": "yes", "hidden": Secret("generated-password-of-pair-password")}
    assert recording.reached_from(bucket.urn) == {recording.named("pair-password").urn}
    assert recording.component_outputs[recording.named("pair").urn] == {"bucket": "arn:aws:s3:::models"}
    assert recording.outputs == {"stack": "test", "token": Secret("t"), "pair": recording.named("pair").urn}
    assert recording.log == ("warning: careful",)


def test_aliases_are_urns_and_hold_for_children():
    def program() -> None:
        renamed = pulumi.Alias(name="couple", type_="rasa:test:Couple")
        Pair("pair", pulumi.ResourceOptions(providers=[aws.Provider("aws")], aliases=[renamed]))

    recording = run(program)
    assert recording.named("pair").aliases == ("urn:pulumi:test::rasa::rasa:test:Couple::couple",)
    of_bucket = "urn:pulumi:test::rasa::rasa:test:Couple$aws:s3/bucket:Bucket::couple-bucket"
    assert of_bucket in recording.named("pair-bucket").aliases


def test_a_preview_knows_only_what_the_program_says():
    recording = run(preview=True)
    assert recording.named("pair-bucket").inputs["tags"]["open"] == "yes"
    assert recording.named("pair-bucket").inputs["tags"]["hidden"] in (UNKNOWN, Secret(UNKNOWN))
    assert recording.component_outputs[recording.named("pair").urn] == {"bucket": UNKNOWN}


def test_a_resource_made_inside_an_apply_is_seen_as_missing_from_the_preview():
    def program() -> None:
        provider = pulumi_random.Provider("random")
        one = pulumi_random.RandomId("one", byte_length=2, opts=pulumi.ResourceOptions(provider=provider))
        one.hex.apply(
            lambda _: pulumi_random.RandomId("two", byte_length=2, opts=pulumi.ResourceOptions(provider=provider)).hex
        )

    assert set(run(program).resources) - set(run(program, preview=True).resources) == {
        "urn:pulumi:test::rasa::random:index/randomId:RandomId::two"
    }


def test_two_resources_of_one_name_are_refused():
    def program() -> None:
        provider = pulumi_random.Provider("random")
        for _ in range(2):
            pulumi_random.RandomId("one", byte_length=2, opts=pulumi.ResourceOptions(provider=provider))

    with pytest.raises(DuplicateUrn, match="RandomId::one"):
        run(program)


def test_a_call_that_no_double_answers_is_refused():
    with pytest.raises(UnknownCall, match="getRegion"):
        run(lambda: pulumi.export("region", aws.get_region_output().region))


def test_an_output_in_a_text_is_an_error():
    def program() -> None:
        one = pulumi_random.RandomId("one", byte_length=2)
        pulumi.export("text", f"id-{one.hex}")

    with pytest.raises(Exception, match="Calling __str__ on an Output"):
        run(program)


def test_runs_do_not_see_one_another():
    run()
    assert run(lambda: pulumi.export("only", "this")).outputs == {"only": "this"}
    assert run(lambda: pulumi.export("only", "this")).resources == {}
