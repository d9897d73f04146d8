"""The life of a resource, the same for every type: previews, secrets, updates, replacements, what a type is missing."""

from __future__ import annotations

from pathlib import Path

from catalogue.wire import UNKNOWN, Properties, secret
from sandbox.cloud import Difference
from tests.sandbox.world import World, refused

VPC, BUCKET, LOG_GROUP = "ec2.Vpc", "s3.Bucket", "cloudwatch.LogGroup"


def test_a_type_without_an_entry_is_refused_by_name(world: World) -> None:
    with refused("aws:sqs/queue:Queue: it has no entry: add an Entry"):
        world.check("aws:sqs/queue:Queue")


def test_a_preview_makes_nothing_and_knows_no_outputs(world: World) -> None:
    urn = world.urn(VPC, "v")
    id, outputs = world.cloud(urn).create(urn, {"cidrBlock": "10.0.0.0/16"}, preview=True)
    assert (id, outputs["cidrBlock"], outputs["arn"]) == ("", "10.0.0.0/16", UNKNOWN)
    assert world.all(VPC) == []


def test_what_is_made_of_secrets_stays_secret(world: World) -> None:
    metadata, data = secret({"name": "s", "namespace": "default"}), {"a": secret("x")}
    made = world.make("core/v1.Secret", apiVersion="v1", kind="Secret", metadata=metadata, stringData=data)
    assert made["stringData"] == {"a": secret("x")}
    assert made["metadata"] == secret(made["metadata"]["value"])
    assert made["metadata"]["value"]["namespace"] == "default"


def test_identifiers_are_the_same_in_a_fresh_sandbox_and_new_in_a_replacement(tmp_path: Path) -> None:
    first, second = World(tmp_path / "a"), World(tmp_path / "b")
    one, same, replacement = first.make(VPC, "v"), second.make(VPC, "v"), first.make(VPC, "v", cidrBlock="10.1.0.0/16")
    assert one.id == same.id
    assert one.id != replacement.id


def test_an_update_keeps_identity_and_moves_what_is_volatile(world: World) -> None:
    made = world.make("msk.Configuration", name="c", serverProperties="a=b")
    changed = world.change(made, serverProperties="a=c")
    assert (made["arn"], made["latestRevision"]) == (changed["arn"], 1)
    assert changed["latestRevision"] == 2
    inputs = made.inputs
    previewed = world.cloud(made.urn).update(made.urn, made.id, inputs, made.outputs, inputs, preview=True)
    assert (previewed["arn"], previewed["latestRevision"]) == (made["arn"], UNKNOWN)


def test_a_name_is_made_up_once_and_kept(world: World) -> None:
    assert world.check(LOG_GROUP, "logs")["name"].startswith("logs-")
    assert world.check(LOG_GROUP, "logs", {"name": "logs-1234567"})["name"] == "logs-1234567"
    assert world.check(LOG_GROUP, "logs", name=UNKNOWN)["name"] == UNKNOWN
    assert "name" not in world.check(LOG_GROUP, "logs", namePrefix="x-")


def test_replacement_or_update_and_which_comes_first(world: World) -> None:
    urn = world.urn(LOG_GROUP, "logs")
    chosen: Properties = {"name": "mine", "retentionInDays": 7, "logGroupClass": "STANDARD"}
    outputs = {**chosen, "region": "eu-central-1", "tagsAll": {}}

    def diff(**news: object) -> Difference:
        return world.cloud(urn).diff(urn, "mine", chosen, outputs, {**chosen, **news})

    assert diff().changes == {}
    assert diff(retentionInDays=14).replaces == frozenset()
    replaced = diff(logGroupClass="INFREQUENT_ACCESS")
    assert replaced.replaces == {"logGroupClass"}
    assert replaced.delete_before_replace, "the successor has the same name"
    assert not diff(name="other").delete_before_replace


def test_an_update_of_what_is_gone_is_refused_and_a_delete_of_it_is_not(world: World) -> None:
    gone = world.make(VPC)
    for _ in range(2):
        world.delete(gone)
    with refused("InvalidVpcID.NotFound"):
        world.change(gone)
    assert not world.has(gone)


def test_default_tags_are_on_everything_and_a_change_of_them_is_an_update(tmp_path: Path) -> None:
    world = World(tmp_path, aws={"defaultTags": {"tags": {"stack": "dev", "owner": "all"}}})
    vpc = world.make(VPC, tags={"owner": "me"})
    assert vpc["tagsAll"] == {"stack": "dev", "owner": "me"}

    def changes() -> object:
        return world.clouds["aws"].diff(vpc.urn, vpc.id, vpc.inputs, vpc.outputs, vpc.inputs).changes

    assert changes() == {}
    world.configure("aws", defaultTags={"tags": {"stack": "prod"}})
    assert changes() == {"tagsAll": "update"}


def test_stacks_are_accounts_but_buckets_are_global(tmp_path: Path) -> None:
    dev, prod = World(tmp_path, stack="dev"), World(tmp_path, stack="prod")
    vpc = dev.make(VPC)
    assert vpc["ownerId"] != prod.make(VPC)["ownerId"]
    prod.refuses("InvalidVpcID.NotFound", "ec2.Subnet", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    dev.make(BUCKET, bucket="models")
    prod.refuses("BucketAlreadyExists", BUCKET, bucket="models")


def test_an_assumed_role_says_whose_account_it_is(tmp_path: Path) -> None:
    role = {"roleArn": "arn:aws:iam::123456789012:role/deployer"}
    assert World(tmp_path, aws={"assumeRoles": [role]}).make(VPC)["ownerId"] == "123456789012"
