"""The recorder shows what a program does, and refuses what the engine and the clouds would refuse."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_random
import pytest

from catalogue.entry import Refused
from sandbox.recorder import UNKNOWN, DuplicateUrn, Recording, Secret, run_program


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
    assert bucket.inputs["tags"] == {"open": "yes", "hidden": Secret(recording.output("pair-password", "result"))}
    assert recording.reached_from(bucket.urn) == {recording.named("pair-password").urn}
    assert recording.component_outputs[recording.named("pair").urn] == {"bucket": "arn:aws:s3:::models"}
    assert recording.outputs == {"stack": "test", "token": Secret("t"), "pair": recording.named("pair").urn}
    assert recording.log == ("warning: careful",)


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


def aws_provider() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1"))


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (
            lambda: aws.ec2.Vpc("a", cidr_block="10.0.0.0/33", opts=aws_provider()),
            "Vpc::a: .*10.0.0.0/33",
        ),
        (
            lambda: aws.ec2.Subnet("a", vpc_id="vpc-0", cidr_block="10.0.0.0/24", opts=aws_provider()),
            "Subnet::a: InvalidVpcID.NotFound",
        ),
        (lambda: aws.Provider("aws", region="here"), "providers:aws::aws: region: invalid AWS Region: here"),
        (lambda: aws.ec2.Vpc("a", cidr_block="10.0.0.0/16"), "Default provider for 'aws' disabled"),
        (
            lambda: aws.get_ip_ranges_output(
                services=["ec2"], opts=pulumi.InvokeOutputOptions(provider=aws_provider().provider)
            ),
            "getIpRanges: the sandbox has no entry for the function",
        ),
    ],
    ids=["a wrong input", "a resource that is not there", "a wrong provider", "no provider", "an unknown function"],
)
def test_what_a_cloud_refuses_ends_the_run_with_its_words(program: Callable[[], None], why: str):
    with pytest.raises(Refused, match=why):
        run(program)


def test_an_output_in_a_text_is_an_error():
    def program() -> None:
        provider = pulumi_random.Provider("random")
        one = pulumi_random.RandomId("one", byte_length=2, opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("text", f"id-{one.hex}")

    with pytest.raises(Exception, match="Calling __str__ on an Output"):
        run(program)


def test_runs_do_not_see_one_another():
    run()
    assert run(lambda: pulumi.export("only", "this")).outputs == {"only": "this"}
    assert run(lambda: pulumi.export("only", "this")).resources == {}
