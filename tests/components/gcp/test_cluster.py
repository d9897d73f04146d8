"""The cluster: who reaches it, what its nodes may do, what its pods are kept from."""

from __future__ import annotations

import json

import pytest

from settings import Cloud
from tests.components.gcp.conftest import PROD
from tests.components.gcp.recorded import GKE, NODES, Built, build, known
from tests.settings.existing import EXISTING
from tests.settings.stack_files import GCP
from tools.stacks import changed

NETWORK = EXISTING[Cloud.GCP]["network"]


def test_with_ranges_the_api_has_an_address_behind_a_firewall(dev: Built) -> None:
    cluster = dev.one(GKE).inputs
    networks = cluster["masterAuthorizedNetworksConfig"]
    assert networks["cidrBlocks"] == [{"cidrBlock": "203.0.113.0/24"}]
    assert networks["gcpPublicCidrsAccessEnabled"] is False
    endpoints = cluster["controlPlaneEndpointsConfig"]
    assert endpoints == {"dnsEndpointConfig": {"allowExternalTraffic": False}, "ipEndpointsConfig": {"enabled": True}}
    content = json.loads(known(dev.platform.cluster.kubeconfig))
    assert content["clusters"][0]["cluster"]["server"] == f"https://{dev.one(GKE).outputs['endpoint']}"
    assert content["clusters"][0]["cluster"]["certificate-authority-data"]


def test_for_everyone_the_api_has_a_name_only_and_a_public_certificate() -> None:
    built = build(changed(GCP, **{"cluster.apiAccess": ["0.0.0.0/0"]}))
    cluster = built.one(GKE).inputs
    assert "masterAuthorizedNetworksConfig" not in cluster
    endpoints = cluster["controlPlaneEndpointsConfig"]
    assert endpoints == {"dnsEndpointConfig": {"allowExternalTraffic": True}, "ipEndpointsConfig": {"enabled": False}}
    (entry,) = json.loads(known(built.platform.cluster.kubeconfig))["clusters"]
    assert entry["cluster"]["server"].endswith(".europe-west1.gke.goog")
    assert "certificate-authority-data" not in entry["cluster"]


def test_private_means_from_inside_only() -> None:
    built = build(changed(PROD, network=NETWORK, **{"cluster.apiAccess": "private"}), stack="prod")
    cluster = built.one(GKE).inputs
    assert cluster["privateClusterConfig"] == {"enablePrivateNodes": True, "enablePrivateEndpoint": True}
    assert cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"] == {"allowExternalTraffic": False}
    ranges = {each["cidrBlock"] for each in cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"]}
    assert ranges == {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_nodes_have_no_public_address_and_an_identity_of_their_own(
    profile: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(profile)
    cluster, pool = built.one(GKE).inputs, built.one(NODES).inputs
    assert cluster["privateClusterConfig"]["enablePrivateNodes"] is True
    assert pool["networkConfig"] == {"enablePrivateNodes": True}
    account = pool["nodeConfig"]["serviceAccount"]
    assert account == f"rasa-{profile}-cluster-nodes@{built.one(GKE).outputs['project']}.iam.gserviceaccount.com"
    # The nodes that a cluster begins with have it too: the default one may be switched off.
    assert cluster["nodeConfig"]["serviceAccount"] == account
    roles = {each.inputs["role"] for each in built.all("projects/iAMMember:IAMMember")}
    assert roles == {"roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"}
    assert pool["nodeConfig"]["shieldedInstanceConfig"]["enableSecureBoot"] is True


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_pods_get_their_own_identity_and_network_policies_are_obeyed(
    profile: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(profile)
    cluster, pool = built.one(GKE).inputs, built.one(NODES).inputs
    assert cluster["workloadIdentityConfig"] == {"workloadPool": f"{built.one(GKE).outputs['project']}.svc.id.goog"}
    assert pool["nodeConfig"]["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
    assert cluster["datapathProvider"] == "ADVANCED_DATAPATH"
    assert cluster["networkingMode"] == "VPC_NATIVE"


def test_the_first_nodes_go_at_once(dev: Built) -> None:
    cluster = dev.one(GKE).inputs
    assert (cluster["removeDefaultNodePool"], cluster["initialNodeCount"]) == (True, 1)


def test_nodes_are_counted_over_all_zones(prod: Built) -> None:
    scaling = prod.one(NODES).inputs["autoscaling"]
    assert (scaling["totalMinNodeCount"], scaling["totalMaxNodeCount"]) == (3, 9)
    assert prod.one(GKE).inputs["nodeLocations"] == [f"europe-west1-{zone}" for zone in "bcd"]


def test_load_balancers_of_google_reach_the_pods(dev: Built) -> None:
    assert dev.platform.cluster.networks == ("10.0.0.0/20", "130.211.0.0/22", "35.191.0.0/16")


def test_the_pool_can_be_replaced_beside_the_old_one(dev: Built) -> None:
    pool = dev.one(NODES).inputs
    assert "name" not in pool
    assert pool["namePrefix"] == "nodes-"
