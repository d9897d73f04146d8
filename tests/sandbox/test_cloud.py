"""The life of a resource, the same for every type: previews, secrets, updates, replacements, what a type is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.entry import Refused
from catalogue.wire import UNKNOWN, Properties, secret
from sandbox.cloud import Difference
from tests.sandbox.clouds import AWS_TOKENS, World

VPC, SUBNET, BUCKET = (AWS_TOKENS[name] for name in ("Vpc", "Subnet", "Bucket"))
LOG_GROUP = AWS_TOKENS["LogGroup"]
CONFIG: Properties = {"serverProperties": "a=b"}


def test_a_type_without_an_entry_is_refused_by_name(world: World) -> None:
    with pytest.raises(Refused, match="aws:sqs/queue:Queue: it has no entry: add an Entry"):
        world.check("aws:sqs/queue:Queue", "q", {})


def test_a_preview_makes_nothing_and_knows_no_outputs(world: World) -> None:
    id, outputs = world.aws.create(world.urn(VPC, "v"), {"cidrBlock": "10.0.0.0/16"}, preview=True)
    assert id == ""
    assert outputs["cidrBlock"] == "10.0.0.0/16"
    assert outputs["arn"] == UNKNOWN
    with world.store.transaction() as transaction:
        assert transaction.all(VPC) == []


def test_what_is_made_of_secrets_stays_secret(world: World) -> None:
    inputs: Properties = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": secret({"name": "s", "namespace": "default"}),
    }
    _, outputs = world.make("kubernetes:core/v1:Secret", "s", {**inputs, "stringData": {"a": secret("x")}})
    assert outputs["stringData"] == {"a": secret("x")}
    assert outputs["metadata"] == secret(outputs["metadata"]["value"])
    assert outputs["metadata"]["value"]["namespace"] == "default"


def test_identifiers_are_the_same_in_a_fresh_sandbox_and_new_in_a_replacement(tmp_path: Path) -> None:
    first, second = World(tmp_path / "a"), World(tmp_path / "b")
    one, _ = first.make(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    same, _ = second.make(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    replacement, _ = first.make(VPC, "v", {"cidrBlock": "10.1.0.0/16"})
    assert one == same
    assert one != replacement


def test_an_update_keeps_identity_and_moves_what_is_volatile(world: World) -> None:
    token = "aws:msk/configuration:Configuration"
    inputs = {**CONFIG, "name": "c"}
    id, made = world.make(token, "c", inputs)
    changed = world.change(token, "c", id, made, {**inputs, "serverProperties": "a=c"})
    assert (made["arn"], made["latestRevision"]) == (changed["arn"], 1)
    assert changed["latestRevision"] == 2
    previewed = world.aws.update(world.urn(token, "c"), id, inputs, made, inputs, preview=True)
    assert (previewed["arn"], previewed["latestRevision"]) == (made["arn"], UNKNOWN)


def test_a_name_is_made_up_once_and_kept(world: World) -> None:
    named = world.check(LOG_GROUP, "logs", {})
    assert named["name"].startswith("logs-")
    assert world.check(LOG_GROUP, "logs", {}, olds={"name": "logs-1234567"})["name"] == "logs-1234567"
    assert world.check(LOG_GROUP, "logs", {"name": UNKNOWN})["name"] == UNKNOWN
    assert "name" not in world.check(LOG_GROUP, "logs", {"namePrefix": "x-"})


def test_replacement_or_update_and_which_comes_first(world: World) -> None:
    urn = world.urn(LOG_GROUP, "logs")
    chosen: Properties = {"name": "mine", "retentionInDays": 7, "logGroupClass": "STANDARD"}
    outputs = {**chosen, "region": "eu-central-1", "tagsAll": {}}

    def diff(news: Properties) -> Difference:
        return world.aws.diff(urn, "mine", chosen, outputs, news)

    assert diff(chosen).changes == {}
    assert diff({**chosen, "retentionInDays": 14}).replaces == frozenset()
    replaced = diff({**chosen, "logGroupClass": "INFREQUENT_ACCESS"})
    assert replaced.replaces == {"logGroupClass"}
    assert replaced.delete_before_replace, "the successor has the same name"
    assert not diff({**chosen, "name": "other"}).delete_before_replace


def test_an_update_of_what_is_gone_is_refused_and_a_delete_of_it_is_not(world: World) -> None:
    with pytest.raises(Refused, match=r"InvalidVpcID\.NotFound"):
        world.aws.update(world.urn(VPC, "v"), "vpc-0", {}, {}, {"cidrBlock": "10.0.0.0/16"}, preview=False)
    world.delete(VPC, "v", "vpc-0")
    assert world.aws.read(world.urn(VPC, "v"), "vpc-0", {}, {})[0] == ""


def test_default_tags_are_on_everything_and_a_change_of_them_is_an_update(tmp_path: Path) -> None:
    tagged = World(tmp_path, defaultTags={"tags": {"stack": "dev", "owner": "all"}})
    inputs: Properties = {"cidrBlock": "10.0.0.0/16", "tags": {"owner": "me"}}
    id, outputs = tagged.make(VPC, "v", inputs)
    assert outputs["tagsAll"] == {"stack": "dev", "owner": "me"}
    assert tagged.aws.diff(tagged.urn(VPC, "v"), id, inputs, outputs, inputs).changes == {}
    other = World(tmp_path, defaultTags={"tags": {"stack": "prod"}})
    assert other.aws.diff(other.urn(VPC, "v"), id, inputs, outputs, inputs).changes == {"tagsAll": "update"}


def test_stacks_are_accounts_but_buckets_are_global(tmp_path: Path) -> None:
    dev, prod = World(tmp_path, stack="dev"), World(tmp_path, stack="prod")
    vpc, outputs = dev.make(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    assert outputs["ownerId"] != prod.make(VPC, "v", {"cidrBlock": "10.0.0.0/16"})[1]["ownerId"]
    with pytest.raises(Refused, match=r"InvalidVpcID\.NotFound"):
        prod.make(SUBNET, "s", {"vpcId": vpc, "cidrBlock": "10.0.0.0/24"})
    dev.make(BUCKET, "b", {"bucket": "models"})
    with pytest.raises(Refused, match="BucketAlreadyExists"):
        prod.make(BUCKET, "b", {"bucket": "models"})


def test_an_assumed_role_says_whose_account_it_is(tmp_path: Path) -> None:
    role = {"roleArn": "arn:aws:iam::123456789012:role/deployer"}
    _, outputs = World(tmp_path, assumeRoles=[role]).make(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    assert outputs["ownerId"] == "123456789012"
