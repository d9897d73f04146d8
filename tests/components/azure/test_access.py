"""Who may do what: the cluster's administrators, the pods' identities, the firewalls."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml

from components.azure.cluster import SERVER_APP, kubeconfig
from sandbox.existing import dummy_kubeconfig
from tests.components.azure.recorded import (
    ACCOUNT,
    ADDRESS,
    AKS,
    CREDENTIAL,
    ENDPOINT,
    IDENTITY,
    NAMESPACE,
    POOL,
    POSTGRES,
    REDIS,
    ROLE,
    SUBNET,
    Built,
    build,
)
from tests.components.built import known, sources
from tests.settings.stack_files import AZURE
from tools.stacks import changed

CLUSTER_ADMIN, CLUSTER_USER = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
VAULTS = {"vault:vault", "vault:vault-init"}
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
VNET = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/net/providers/Microsoft.Network/"
    "virtualNetworks/hub"
)
EXISTING_NETWORK: dict[str, Any] = {
    "kind": "existing",
    "vnetId": VNET,
    "clusterSubnet": {"id": f"{VNET}/subnets/nodes", "cidr": "10.8.0.0/22"},
    "databaseSubnet": {"id": f"{VNET}/subnets/postgres", "cidr": "10.8.4.0/28"},
    "endpointSubnet": {"id": f"{VNET}/subnets/endpoints", "cidr": "10.8.5.0/27"},
}


@pytest.fixture(scope="module")
def guest() -> Built:
    """In a network of somebody else, with one of its DNS zones, and a private API."""
    zone = f"{VNET.split('/providers/')[0]}/providers/Microsoft.Network/privateDnsZones/privatelink.redis.azure.net"
    network = {**EXISTING_NETWORK, "dnsZones": {"redis": zone}}
    return build(changed(AZURE, network=network, **{"cluster.apiAccess": "private"}))


def test_only_entra_decides_who_signs_in(dev: Built) -> None:
    cluster = dev.one(AKS).inputs
    assert cluster["disableLocalAccounts"] is True
    assert cluster["aadProfile"] == {"managed": True, "enableAzureRBAC": True, "adminGroupObjectIDs": []}


def test_the_deployer_gets_the_rights_that_nobody_has_by_making_a_cluster(dev: Built) -> None:
    for role in (CLUSTER_ADMIN, CLUSTER_USER):
        (granted,) = dev.grants(role)
        assert granted.inputs["principalId"] == dev.answer("getClientConfig")["objectId"]
        assert dev.source(granted, "scope") == "rasa-dev-cluster-control-plane"


def test_whoever_uses_the_cluster_waits_for_nodes_and_rights(dev: Built) -> None:
    assert dev.types(dev.platform.cluster.ready) == {f"azure-native:{kind}" for kind in (POOL, ROLE)}
    # New nodes must not make the kubeconfig, and with it every object in the cluster, look changed.
    assert f"azure-native:{POOL}" not in dev.types(sources(dev.platform.cluster.kubeconfig))


def test_groups_of_entra_are_administrators() -> None:
    group = "11111111-2222-3333-4444-555555555555"
    built = build(changed(AZURE, **{"cluster.admins": [group]}))
    assert built.one(AKS).inputs["aadProfile"]["adminGroupObjectIDs"] == [group]


def test_the_api_is_open_to_the_named_ranges_and_the_nodes(dev: Built) -> None:
    access = dev.one(AKS).inputs["apiServerAccessProfile"]
    nodes = f"{dev.one(ADDRESS).outputs['ipAddress']}/32"
    assert access == {"authorizedIPRanges": ["203.0.113.0/24", nodes], "disableRunCommand": True}


def test_the_api_can_be_open_to_everyone() -> None:
    built = build(changed(AZURE, **{"cluster.apiAccess": ["0.0.0.0/0"]}))
    assert built.one(AKS).inputs["apiServerAccessProfile"]["authorizedIPRanges"] == []


def test_a_private_api(guest: Built) -> None:
    access = guest.one(AKS).inputs["apiServerAccessProfile"]
    assert access["enablePrivateCluster"] is True
    assert "authorizedIPRanges" not in access


def test_the_cluster_may_change_its_network_only(dev: Built, guest: Built) -> None:
    (own,) = dev.grants(NETWORK_CONTRIBUTOR)
    assert dev.source(own, "scope") == "rasa-dev-network-vnet"
    (given,) = guest.grants(NETWORK_CONTRIBUTOR)
    assert given.inputs["scope"] == f"{VNET}/subnets/nodes"


def test_new_principals_are_named_with_their_type(prod: Built) -> None:
    for granted in prod.all(ROLE):
        by_deployer = granted.inputs["principalId"] == prod.answer("getClientConfig")["objectId"]
        assert granted.inputs.get("principalType") == (None if by_deployer else "ServicePrincipal")


def test_only_pods_that_download_models_have_an_identity(keyless: Built, dev: Built) -> None:
    assert keyless.identified == {"sales:rasa", "support:rasa", *VAULTS}
    assert {tuple(each.inputs["audiences"]) for each in keyless.all(CREDENTIAL)} == {("api://AzureADTokenExchange",)}
    # One credential for an identity: Entra makes no two at once.
    assert len({each.inputs["resourceName"] for each in keyless.all(CREDENTIAL)}) == 4
    rasa = keyless.platform.assistants["sales"].rasa
    assert rasa.pod_labels == {"azure.workload.identity/use": "true"}
    assert set(rasa.service_account_annotations) == {"azure.workload.identity/client-id"}
    assert keyless.platform.assistants["sales"].analytics.ready == ()
    assert dev.identified == VAULTS
    assert len(dev.all(IDENTITY)) == 3  # the cluster's own, too


def test_the_cluster_vouches_for_the_pods(prod: Built) -> None:
    assert {prod.source(each, "issuer") for each in prod.all(CREDENTIAL)} == {"rasa-prod-cluster-control-plane"}
    cluster = prod.one(AKS).inputs
    assert cluster["oidcIssuerProfile"] == {"enabled": True}
    assert cluster["securityProfile"]["workloadIdentity"] == {"enabled": True}


def test_only_the_nodes_reach_the_data_services(prod: Built) -> None:
    firewalls = {each.name: each.inputs["securityRules"] for each in prod.all("network:NetworkSecurityGroup")}
    assert set(firewalls) == {"rasa-prod-network-database-firewall", "rasa-prod-network-endpoints-firewall"}
    for rules in firewalls.values():
        *allowed, last = sorted(rules, key=lambda rule: rule["priority"])
        assert (last["access"], last["sourceAddressPrefix"], last["protocol"]) == ("Deny", "*", "*")
        for rule in allowed:
            assert rule["sourceAddressPrefix"] in ("10.0.0.0/20", "10.0.240.0/24")
            assert "*" not in rule["destinationPortRanges"]
    assert prod.one(SUBNET, "-endpoints").inputs["privateEndpointNetworkPolicies"] == "Enabled"


def test_no_data_service_is_public_in_prod(prod: Built) -> None:
    for kind in (REDIS, NAMESPACE, ACCOUNT):
        assert prod.one(kind).inputs["publicNetworkAccess"] == "Disabled"
    assert prod.one(POSTGRES).inputs["network"]["publicNetworkAccess"] == "Disabled"
    assert prod.one(ACCOUNT).inputs["networkRuleSet"]["ipRules"] == []
    assert prod.one("eventhub:NamespaceNetworkRuleSet").inputs["defaultAction"] == "Deny"


def test_blobs_are_for_nobody_without_a_right(dev: Built) -> None:
    account = dev.one(ACCOUNT).inputs
    assert (account["allowBlobPublicAccess"], account["allowCrossTenantReplication"]) == (False, False)
    assert (account["enableHttpsTrafficOnly"], account["minimumTlsVersion"]) == (True, "TLS1_2")
    assert (account["isLocalUserEnabled"], account["isSftpEnabled"]) == (False, False)
    assert account["networkRuleSet"]["ipRules"] == [{"iPAddressOrRange": "203.0.113.0/24", "action": "Allow"}]


def test_in_a_network_of_somebody_else_only_endpoints_and_missing_zones_are_made(guest: Built) -> None:
    assert guest.all(SUBNET) == guest.all("network:VirtualNetwork") == guest.all("network:NetworkSecurityGroup") == []
    zones = {each.inputs["privateZoneName"] for each in guest.all("privatedns:PrivateZone")}
    assert not [zone for zone in zones if "redis" in zone]
    assert len(zones) == 4
    assert {each.inputs["subnet"]["id"] for each in guest.all(ENDPOINT)} == {f"{VNET}/subnets/endpoints"}
    assert guest.one(POSTGRES).inputs["network"]["delegatedSubnetResourceId"] == f"{VNET}/subnets/postgres"
    assert guest.one(AKS).inputs["networkProfile"]["outboundType"] == "loadBalancer"
    assert guest.postgres.networks == ("10.8.4.0/28",)
    assert guest.platform.cluster.networks == ("10.8.0.0/22", "10.8.5.0/27")


def test_with_a_cluster_of_somebody_else_pods_get_an_identity_through_its_issuer() -> None:
    issuer = "https://oidc.example.com/rasa"
    cluster = {
        "kind": "existing",
        "kubeconfig": "kube",
        "context": "rasa",
        "networks": ["10.50.0.0/16"],
        "identity": {"kind": "workloadIdentity", "issuer": issuer},
    }
    chosen = {"cluster": cluster, "network": EXISTING_NETWORK, "modelStorage.auth": "initDownload"}
    built = build(changed(AZURE, **chosen, **{"secrets.kube": dummy_kubeconfig({"rasa:cluster": cluster})}))
    assert built.all(AKS) == built.all(POOL) == []
    assert {each.inputs["issuer"] for each in built.all(CREDENTIAL)} == {issuer}
    assert built.identified == {"rasa:rasa", *VAULTS}
    assert len(built.all(ROLE)) == 3


def test_a_kubeconfig_signs_in_by_kubelogin(dev: Built) -> None:
    (answered,) = dev.answer("listManagedClusterUserCredentials")["kubeconfigs"]
    content = json.loads(kubeconfig(answered["value"]))
    sign_in = content["users"][0]["user"]
    assert list(sign_in) == ["exec"]
    assert sign_in["exec"]["command"] == "kubelogin"
    assert sign_in["exec"]["args"][:5] == ["get-token", "--login", "azurecli", "--server-id", SERVER_APP]
    assert "devicecode" not in sign_in["exec"]["args"]
    assert content["clusters"] == yaml.safe_load(base64.b64decode(answered["value"]))["clusters"]
    assert json.loads(known(dev.platform.cluster.kubeconfig)) == content
