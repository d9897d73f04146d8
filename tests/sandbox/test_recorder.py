"""The recorder shows what a program does, and refuses what the engine and the clouds would refuse."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_random
import pytest

from catalogue.entry import Refused
from sandbox.recorder import run_program
from sandbox.recording import UNKNOWN, Recording, Secret


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


def providers() -> list[pulumi.ProviderResource]:
    return [aws.Provider("aws", region="eu-central-1"), pulumi_random.Provider("random")]


def small_program() -> None:
    pair = Pair("pair", pulumi.ResourceOptions(providers=providers()))
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
    assert bucket.inputs["tags"] == {"open": "yes", "hidden": Secret(recording.output("pair-password", "result"))}
    assert recording.reached_from(bucket.urn) == {recording.named("pair-password").urn}
    assert recording.component_outputs[recording.named("pair").urn] == {"bucket": "arn:aws:s3:::models"}
    assert recording.outputs == {"stack": "test", "token": Secret("t"), "pair": recording.named("pair").urn}
    assert recording.log == ("warning: careful",)


def test_aliases_are_urns_and_hold_for_children():
    def program() -> None:
        renamed = pulumi.Alias(name="couple", type_="rasa:test:Couple")
        Pair("pair", pulumi.ResourceOptions(providers=providers(), aliases=[renamed]))

    recording = run(program)
    assert recording.named("pair").aliases == ("urn:pulumi:test::rasa::rasa:test:Couple::couple",)
    of_bucket = "urn:pulumi:test::rasa::rasa:test:Couple$aws:s3/bucket:Bucket::couple-bucket"
    assert of_bucket in recording.named("pair-bucket").aliases


def test_a_preview_knows_only_what_the_program_says():
    recording = run(preview=True)
    assert recording.named("pair-bucket").inputs["tags"]["open"] == "yes"
    assert recording.named("pair-bucket").inputs["tags"]["hidden"] in (UNKNOWN, Secret(UNKNOWN))
    assert recording.component_outputs[recording.named("pair").urn] == {"bucket": UNKNOWN}


def random_id(name: str, opts: pulumi.ResourceOptions) -> pulumi_random.RandomId:
    return pulumi_random.RandomId(name, byte_length=2, opts=opts)


def of_random() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=pulumi_random.Provider("random"))


def of_aws() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1"))


def one_name_twice() -> None:
    opts = of_random()
    random_id("one", opts)
    random_id("one", opts)


def an_unknown_function() -> None:
    aws.get_ip_ranges_output(services=["ec2"], opts=pulumi.InvokeOutputOptions(provider=of_aws().provider))


def test_a_resource_made_inside_an_apply_is_seen_as_missing_from_the_preview():
    def program() -> None:
        opts = of_random()
        random_id("one", opts).hex.apply(lambda _: random_id("two", opts).hex)

    two = "urn:pulumi:test::rasa::random:index/randomId:RandomId::two"
    assert set(run(program).resources) - set(run(program, preview=True).resources) == {two}


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (lambda: aws.ec2.Vpc("a", cidr_block="10.0.0.0/33", opts=of_aws()), "Vpc::a: .*10.0.0.0/33"),
        (
            lambda: aws.ec2.Subnet("a", vpc_id="vpc-0", cidr_block="10.0.0.0/24", opts=of_aws()),
            "Subnet::a: InvalidVpcID.NotFound",
        ),
        (lambda: aws.Provider("aws", region="here"), "providers:aws::aws: region: invalid AWS Region: here"),
        (lambda: aws.ec2.Vpc("a", cidr_block="10.0.0.0/16"), "Default provider for 'aws' disabled"),
        (an_unknown_function, "getIpRanges: the sandbox has no entry for the function"),
        (one_name_twice, "RandomId::one: Duplicate resource URN"),
    ],
    ids=["a wrong input", "a reference to nothing", "a wrong provider", "no provider", "a function", "one name twice"],
)
def test_what_a_cloud_or_the_engine_refuses_ends_the_run_with_its_words(program: Callable[[], None], why: str):
    with pytest.raises(Refused, match=why):
        run(program)


def test_an_output_in_a_text_is_an_error():
    with pytest.raises(Exception, match="Calling __str__ on an Output"):
        run(lambda: pulumi.export("text", f"id-{random_id('one', of_random()).hex}"))


def test_runs_do_not_see_one_another():
    run()
    again = run(lambda: pulumi.export("only", "this"))
    assert (again.outputs, again.resources) == ({"only": "this"}, {})
