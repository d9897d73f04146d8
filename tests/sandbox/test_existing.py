"""What the stack file says exists is believed, and nothing else."""

from __future__ import annotations

from pathlib import Path

from sandbox.existing import existing
from sandbox.store import NOBODYS, Store

SUBNET = "aws:ec2/subnet:Subnet"
CONFIG = {
    "rasa:region": "eu-central-1",
    "rasa:network": {
        "kind": "existing",
        "vpcId": "vpc-1",
        "dataSubnets": {"subnet-1": "10.0.0.0/24", "subnet-2": "10.0.1.0/24"},
    },
    "rasa:encryption": {"kind": "create"},
    "rasa:trackerStore": {"kind": "existing", "host": "db.example.com"},
}


def test_subnets_stand_each_in_a_zone_of_their_own() -> None:
    found = existing(CONFIG)
    assert found["subnet-1"]["availabilityZone"] != found["subnet-2"]["availabilityZone"]
    assert found["subnet-1"]["vpcId"] == "vpc-1"
    assert "db.example.com" not in found


def test_only_what_is_named_is_found_and_nobody_made_it(tmp_path: Path) -> None:
    with Store(tmp_path / "cloud.sqlite", existing(CONFIG)).transaction() as transaction:
        found = transaction.find(SUBNET, "eu-central-1", "id", "subnet-1")
        assert found is not None
        assert found.key == NOBODYS
        assert transaction.find(SUBNET, "eu-central-1", "id", "subnet-3") is None
        assert transaction.all(SUBNET) == []


def test_a_created_layer_names_nothing_that_exists() -> None:
    assert existing({"rasa:network": {"kind": "create", "cidr": "10.0.0.0/16"}}) == {}
