"""Who may do what on Azure: the cluster's administrators, the pods' identities, the firewalls."""

from __future__ import annotations

import base64
import json

import pytest
import yaml

from components.azure.cluster import SERVER_APP
from components.azure.roles import Role
from policy import kinds as k
from sandbox.recording import Registration
from settings import Cloud
from tests.components.built import Built, build, known, world
from tests.components.rights import rights
from tests.settings.existing import EXISTING, NETWORKING, existing
from tests.settings.stack_files import AZURE
from tools.stacks import changed

NETWORK = EXISTING[Cloud.AZURE]["network"]
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"


@pytest.fixture(scope="module")
def guest() -> Built:
    """In an existing network, with one of its DNS zones, and a private API."""
    zone = f"{NETWORKING}/privateDnsZones/privatelink.redis.azure.net"
    changes = {"network.dnsZones": {"redis": zone}, "cluster.apiAccess": "private"}
    return build(changed(existing(Cloud.AZURE, "network"), **changes))


def grant(built: Built, role: Role) -> Registration:
    (found,) = (each for each in built.all(k.ROLE_ASSIGNMENT) if each.inputs["roleDefinitionId"].endswith(role))
    return found


def test_only_entra_decides_who_signs_in(dev: Built) -> None:
    group = "11111111-2222-3333-4444-555555555555"
    for built, groups in ((dev, []), (build(changed(AZURE, **{"cluster.admins": [group]})), [group])):
        assert built.inputs(k.AKS)["disableLocalAccounts"] is True
        profile = {"managed": True, "enableAzureRBAC": True, "adminGroupObjectIDs": groups}
        assert built.inputs(k.AKS)["aadProfile"] == profile


def test_the_deployer_gets_the_rights_that_creating_a_cluster_does_not_give(dev: Built) -> None:
    for role in (Role.KUBERNETES_CLUSTER_ADMIN, Role.KUBERNETES_CLUSTER_USER):
        assert grant(dev, role).inputs["principalId"] == dev.answer("getClientConfig")["objectId"]
        assert dev.source(grant(dev, role), "scope") == "rasa-dev-cluster-control-plane"
    assert dev.types(dev.platform.cluster.ready) == {k.AKS_NODES, k.ROLE_ASSIGNMENT}


def test_the_api_is_open_to_the_named_ranges_and_the_nodes(dev: Built, guest: Built) -> None:
    nodes = f"{dev.one('azure-native:network:PublicIPAddress').outputs['ipAddress']}/32"
    assert dev.inputs(k.AKS)["apiServerAccessProfile"] == {
        "authorizedIPRanges": ["203.0.113.0/24", nodes],
        "disableRunCommand": True,
    }
    everyone = build(changed(AZURE, **{"cluster.apiAccess": ["0.0.0.0/0"]}))
    assert everyone.inputs(k.AKS)["apiServerAccessProfile"]["authorizedIPRanges"] == []
    private = guest.inputs(k.AKS)["apiServerAccessProfile"]
    assert private["enablePrivateCluster"] is True
    assert "authorizedIPRanges" not in private


def test_the_cluster_may_change_its_network_only(dev: Built, guest: Built) -> None:
    assert dev.source(grant(dev, Role.NETWORK_CONTRIBUTOR), "scope") == "rasa-dev-network-vnet"
    assert grant(guest, Role.NETWORK_CONTRIBUTOR).inputs["scope"] == NETWORK["clusterSubnet"]["id"]


def test_new_principals_are_named_with_their_type(prod: Built) -> None:
    for granted in prod.all(k.ROLE_ASSIGNMENT):
        by_deployer = granted.inputs["principalId"] == prod.answer("getClientConfig")["objectId"]
        assert granted.inputs.get("principalType") == (None if by_deployer else "ServicePrincipal")


def test_only_pods_that_download_models_have_an_identity(dev: Built) -> None:
    def subjects(built: Built) -> set[str]:
        return {each.inputs["subject"].removeprefix("system:serviceaccount:") for each in built.all(k.FEDERATED)}

    keyless, vault = world(Cloud.AZURE, "keyless"), {"vault:vault", "vault:vault-init"}
    assert subjects(keyless) == {"sales:rasa", "support:rasa", *vault}
    assert {tuple(each.inputs["audiences"]) for each in keyless.all(k.FEDERATED)} == {("api://AzureADTokenExchange",)}
    # Each identity has one credential, because Entra does not create two at once.
    assert len({each.inputs["resourceName"] for each in keyless.all(k.FEDERATED)}) == 4
    rasa = keyless.platform.assistants["sales"].rasa
    assert rasa.pod_labels == {"azure.workload.identity/use": "true"}
    assert set(rasa.service_account_annotations) == {"azure.workload.identity/client-id"}
    assert keyless.platform.assistants["sales"].analytics.ready == ()
    assert subjects(dev) == vault
    assert dev.names(IDENTITY) == {"cluster-identity", "vault-server-identity", "vault-init-identity"}


def test_the_cluster_vouches_for_the_pods(prod: Built) -> None:
    assert {prod.source(each, "issuer") for each in prod.all(k.FEDERATED)} == {"rasa-prod-cluster-control-plane"}
    assert prod.inputs(k.AKS)["oidcIssuerProfile"] == {"enabled": True}


def test_an_existing_cluster_vouches_for_the_pods_by_its_issuer() -> None:
    changes = {"modelStorage.auth": "initDownload"}
    built = build(changed(existing(Cloud.AZURE, "network", "cluster"), **changes))
    issuer = EXISTING[Cloud.AZURE]["cluster"]["identity"]["issuer"]
    assert {each.inputs["issuer"] for each in built.all(k.FEDERATED)} == {issuer}
    assert {right.who for right in rights(built)} == {"rasa:rasa", "vault:vault", "vault:vault-init"}


def test_only_the_nodes_reach_the_data_services(prod: Built) -> None:
    assert prod.names(k.FIREWALL) == {"network-database-firewall", "network-endpoints-firewall"}
    for firewall in prod.all(k.FIREWALL):
        *allowed, last = sorted(firewall.inputs["securityRules"], key=lambda rule: rule["priority"])
        assert (last["access"], last["sourceAddressPrefix"], last["protocol"]) == ("Deny", "*", "*")
        for rule in allowed:
            assert rule["sourceAddressPrefix"] in ("10.0.0.0/20", "10.0.240.0/24")
            assert "*" not in rule["destinationPortRanges"]
    assert prod.inputs(k.AZURE_SUBNET, "-endpoints")["privateEndpointNetworkPolicies"] == "Enabled"


def test_blobs_are_for_nobody_without_a_right(dev: Built, prod: Built) -> None:
    account = dev.inputs(k.BLOB_ACCOUNT)
    assert account["allowCrossTenantReplication"] is False
    assert (account["isLocalUserEnabled"], account["isSftpEnabled"]) == (False, False)
    assert account["networkRuleSet"]["ipRules"] == [{"iPAddressOrRange": "203.0.113.0/24", "action": "Allow"}]
    assert prod.inputs(k.BLOB_ACCOUNT)["networkRuleSet"]["ipRules"] == []


def test_in_an_existing_network_only_endpoints_and_missing_zones_are_made(guest: Built) -> None:
    assert guest.all(k.AZURE_SUBNET) == guest.all(k.VNET) == guest.all(k.FIREWALL) == []
    zones = {each.inputs["privateZoneName"] for each in guest.all("azure-native:privatedns:PrivateZone")}
    assert len(zones) == 4
    assert not [zone for zone in zones if "redis" in zone]
    endpoints = guest.all("azure-native:network:PrivateEndpoint")
    assert {each.inputs["subnet"]["id"] for each in endpoints} == {NETWORK["endpointSubnet"]["id"]}
    assert guest.inputs(k.AZURE_POSTGRES)["network"]["delegatedSubnetResourceId"] == NETWORK["databaseSubnet"]["id"]
    assert guest.inputs(k.AKS)["networkProfile"]["outboundType"] == "loadBalancer"
    ranges = (NETWORK["clusterSubnet"]["cidr"], NETWORK["endpointSubnet"]["cidr"])
    assert (guest.postgres.networks, guest.platform.cluster.networks) == ((NETWORK["databaseSubnet"]["cidr"],), ranges)


def test_a_kubeconfig_signs_in_as_whoever_is_signed_in_to_azure(dev: Built) -> None:
    (answered,) = dev.answer("listManagedClusterUserCredentials")["kubeconfigs"]
    content = json.loads(known(dev.platform.cluster.kubeconfig))
    args = content["users"][0]["user"]["exec"]["args"]
    assert args[:5] == ["get-token", "--login", "azurecli", "--server-id", SERVER_APP]
    assert "devicecode" not in args
    assert content["clusters"] == yaml.safe_load(base64.b64decode(answered["value"]))["clusters"]
