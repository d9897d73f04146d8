"""The cluster on Google Cloud: who reaches it, what its nodes may do, what its pods are kept from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy import kinds as k
from settings import Cloud
from tests.components.built import PROD, Built, build, known
from tests.components.rights import rights
from tests.settings.existing import EXISTING
from tests.settings.stack_files import GCP
from tools.stacks import changed


def endpoint_of(built: Built) -> dict[str, Any]:
    """The cluster in the kubeconfig."""
    (entry,) = json.loads(known(built.platform.cluster.kubeconfig))["clusters"]
    return entry["cluster"]


def test_with_ranges_the_api_has_an_address_behind_a_firewall(dev: Built) -> None:
    cluster = dev.inputs(k.GKE)
    networks = cluster["masterAuthorizedNetworksConfig"]
    assert networks["cidrBlocks"] == [{"cidrBlock": "203.0.113.0/24"}]
    assert networks["gcpPublicCidrsAccessEnabled"] is False
    endpoints = cluster["controlPlaneEndpointsConfig"]
    assert endpoints == {"dnsEndpointConfig": {"allowExternalTraffic": False}, "ipEndpointsConfig": {"enabled": True}}
    assert endpoint_of(dev)["server"] == f"https://{dev.one(k.GKE).outputs['endpoint']}"
    assert endpoint_of(dev)["certificate-authority-data"]


def test_for_everyone_the_api_has_a_name_only_and_a_public_certificate() -> None:
    built = build(changed(GCP, **{"cluster.apiAccess": ["0.0.0.0/0"]}))
    cluster = built.inputs(k.GKE)
    assert "masterAuthorizedNetworksConfig" not in cluster
    endpoints = cluster["controlPlaneEndpointsConfig"]
    assert endpoints == {"dnsEndpointConfig": {"allowExternalTraffic": True}, "ipEndpointsConfig": {"enabled": False}}
    assert endpoint_of(built)["server"].endswith(".europe-west1.gke.goog")
    assert "certificate-authority-data" not in endpoint_of(built)


def test_private_means_from_inside_only() -> None:
    private = {"network": EXISTING[Cloud.GCP]["network"], "cluster.apiAccess": "private"}
    cluster = build(changed(GCP, **PROD, **private)).inputs(k.GKE)
    assert cluster["privateClusterConfig"] == {"enablePrivateNodes": True, "enablePrivateEndpoint": True}
    assert cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"] == {"allowExternalTraffic": False}
    ranges = {each["cidrBlock"] for each in cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"]}
    assert ranges == {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_nodes_have_an_identity_of_their_own(built: Built, profile: str) -> None:
    cluster, pool = built.inputs(k.GKE), built.inputs(k.GKE_NODES)
    project = built.one(k.GKE).outputs["project"]
    account = f"rasa-{profile}-cluster-nodes@{project}.iam.gserviceaccount.com"
    # The nodes that a cluster begins with have it too: the default one may be switched off.
    assert cluster["nodeConfig"]["serviceAccount"] == pool["nodeConfig"]["serviceAccount"] == account
    assert {right.action for right in rights(built, f"serviceAccount:{account}")} == {
        "roles/container.defaultNodeServiceAccount",
        "roles/artifactregistry.reader",
    }
    assert cluster["workloadIdentityConfig"] == {"workloadPool": f"{project}.svc.id.goog"}
    assert cluster["networkingMode"] == "VPC_NATIVE"


def test_the_first_nodes_go_at_once_and_a_pool_can_be_replaced_beside_the_old_one(dev: Built) -> None:
    cluster, pool = dev.inputs(k.GKE), dev.inputs(k.GKE_NODES)
    assert (cluster["removeDefaultNodePool"], cluster["initialNodeCount"]) == (True, 1)
    assert "name" not in pool
    assert pool["namePrefix"] == "nodes-"


def test_nodes_are_counted_over_all_zones(prod: Built) -> None:
    scaling = prod.inputs(k.GKE_NODES)["autoscaling"]
    assert (scaling["totalMinNodeCount"], scaling["totalMaxNodeCount"]) == (3, 9)
    assert prod.inputs(k.GKE)["nodeLocations"] == [f"europe-west1-{zone}" for zone in "bcd"]


def test_load_balancers_of_google_reach_the_pods(dev: Built) -> None:
    assert dev.platform.cluster.networks == ("10.0.0.0/20", "130.211.0.0/22", "35.191.0.0/16")
