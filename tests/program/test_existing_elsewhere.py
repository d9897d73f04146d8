"""The same promise on Azure and GCP: of a layer that exists already nothing is managed, and all else is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest

from sandbox.recorder import Recording, run_program
from settings import Cloud
from tests.settings.existing import LAYERS, existing
from tools.stacks import changed

# What the program manages of a layer when it creates it.
MANAGED: Final[Mapping[Cloud, Mapping[str, str]]] = {
    Cloud.AZURE: {
        "network": r"azure-native:network:(VirtualNetwork|Subnet|NatGateway|PublicIPAddress)",
        "encryption": r"rasa:azure:EncryptionKey",
        "cluster": r"azure-native:containerservice:.*",
        "trackerStore": r"azure-native:dbforpostgresql:.*|rasa:kubernetes:(DatabaseServer|AssistantDatabase)",
        "lockStore": r"azure-native:redisenterprise:.*",
        "eventQueue": r"azure-native:eventhub:.*",
        "modelStorage": r"azure-native:storage:.*",
        "secretsManager": r"rasa:azure:KeyVaultSeal",
    },
    Cloud.GCP: {
        "network": r"gcp:compute/(network|subnetwork|router|routerNat):.*|gcp:servicenetworking/.*",
        "encryption": r"rasa:gcp:EncryptionKey",
        "cluster": r"gcp:container/.*",
        "trackerStore": r"gcp:sql/.*|rasa:kubernetes:(DatabaseServer|AssistantDatabase)",
        "lockStore": r"gcp:redis/.*",
        "eventQueue": r"confluentcloud:.*",
        "modelStorage": r"gcp:storage/.*",
        "secretsManager": r"rasa:gcp:CloudKmsVaultSeal|gcp:secretmanager/.*",
    },
}
# A cluster stands in a network that it does not make.
CASES: Final[dict[str, tuple[str, ...]]] = {
    "nothing": (),
    **{layer: ((layer,) if layer != "cluster" else ("network", "cluster")) for layer in LAYERS},
    "everything": LAYERS,
}
OPENSHIFT: Final[dict[str, Any]] = {"cluster.podSecurity": "openshift"}


@cache
def recording(cloud: Cloud, case: str, profile: str) -> Recording:
    """What the program registers."""
    changes = OPENSHIFT if case == "everything" else {}
    return run_program(changed(existing(cloud, *CASES[case]), profile=profile, **changes), stack=profile)


@pytest.mark.parametrize("profile", ["dev", "prod"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("cloud", MANAGED)
def test_exactly_what_does_not_exist_is_managed(cloud: Cloud, case: str, profile: str):
    types = {one.type for one in recording(cloud, case, profile).resources.values()}
    made = {layer for layer, pattern in MANAGED[cloud].items() if any(re.fullmatch(pattern, each) for each in types)}
    wanted = set(LAYERS) - set(CASES[case])
    # Keys of one's own are for prod.
    assert made - {"encryption"} == wanted - {"encryption"}
    assert ("encryption" in made) == ("encryption" in wanted and profile == "prod")


@pytest.mark.parametrize("cloud", MANAGED)
def test_where_everything_exists_nothing_is_managed_on_the_cloud(cloud: Cloud):
    packages = {one.package for one in recording(cloud, "everything", "prod").resources.values()}
    assert packages == {"pulumi", "rasa", "kubernetes", "random"}


@pytest.mark.parametrize("cloud", MANAGED)
def test_pods_are_wired_to_what_exists(cloud: Cloud):
    made = recording(cloud, "everything", "prod")
    endpoints = made.outputs["endpoints"]["rasa"]
    assert endpoints["tracker_store"]["url"] == "db.acme.example.com"
    assert endpoints["lock_store"]["host"] == "redis.acme.example.com"
    assert endpoints["event_broker"]["url"].startswith("kafka1.acme.example.com:9092")
    assert not [one.name for one in made.resources.values() if "runAsUser" in str(one.inputs)]
