"""Azure: the cluster, its kubeconfig, and its refusals."""

from __future__ import annotations

import base64
import re

import pytest
import yaml
from cryptography import x509

from catalogue.wire import Properties
from tests.sandbox.azure import GUID, Azure
from tests.sandbox.world import KUBECONFIG

CREDENTIALS = "containerservice:listManagedClusterUserCredentials"


def test_the_kubeconfig_is_that_of_the_cluster(azure: Azure) -> None:
    cluster = azure.aks()
    assert re.fullmatch(r"rasa-[0-9a-f]{8}\.hcp\.westeurope\.azmk8s\.io", cluster["fqdn"])
    assert cluster["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    answer = azure.call(CREDENTIALS, resourceName="rasa", format="exec")
    assert answer == azure.call(CREDENTIALS, resourceName="rasa", format="exec")
    document = yaml.safe_load(base64.b64decode(answer["kubeconfigs"][0]["value"]))
    named = document["clusters"][0]["cluster"]
    assert named["server"] == f"https://{cluster['fqdn']}:443"
    authority = x509.load_pem_x509_certificate(base64.b64decode(named["certificate-authority-data"]))
    authority.verify_directly_issued_by(authority)
    assert document["users"][0]["user"]["exec"]["command"] == "kubelogin"


def test_a_private_cluster_has_no_name_on_the_internet(azure: Azure) -> None:
    cluster = azure.aks(apiServerAccessProfile={"enablePrivateCluster": True})
    assert cluster["fqdn"] is None
    assert re.fullmatch(rf"rasa-[0-9a-f]{{8}}\.{GUID}\.privatelink\.westeurope\.azmk8s\.io", cluster["privateFQDN"])
    answer = azure.call(CREDENTIALS, resourceName="rasa")
    assert cluster["privateFQDN"] in base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"granted": False}, "may not join"),
        ({"networkProfile": {"outboundType": "userAssignedNATGateway"}}, "has no NAT gateway"),
        ({"kubernetesVersion": "1.20"}, "K8sVersionNotSupported"),
        ({"disableLocalAccounts": True, "aadProfile": None}, "DisableLocalAccountsNotAllowed"),
        ({"apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/0"]}}, "not an authorized IP range"),
        ({"networkProfile": {"serviceCidr": "172.20.0.0/16", "dnsServiceIP": "10.0.0.10"}}, "DNSServiceIP"),
        (
            {"securityProfile": {"workloadIdentity": {"enabled": True}}, "oidcIssuerProfile": None},
            "OIDCIssuerNotEnabled",
        ),
    ],
)
def test_what_aks_refuses(more: Properties, error: str, azure: Azure) -> None:
    azure.refuses(error, "aks", **more)


def test_nodes_behind_nat_must_reach_the_api(azure: Azure) -> None:
    address = azure.make("network.PublicIPAddress")
    nat = azure.make("network.NatGateway", sku={"name": "Standard"}, publicIpAddresses=[{"id": address.id}])
    subnet = azure.subnet("nat", "10.0.32.0/20", natGateway={"id": nat.id})
    office = ["203.0.113.0/24"]
    access = {"authorizedIPRanges": office}
    azure.refuses("may not reach the API server", "aks", subnet=subnet, apiServerAccessProfile=access)
    azure.make(
        "containerservice.ManagedCluster",
        resourceName="rasa",
        dnsPrefix="rasa",
        agentPoolProfiles=[{"name": "system", "mode": "System", "count": 1, "vnetSubnetID": subnet.id}],
        apiServerAccessProfile={"authorizedIPRanges": [*office, f"{address['ipAddress']}/32"]},
    )


def test_nobody_acts_in_a_cluster_without_a_role(azure: Azure) -> None:
    cluster = azure.aks()
    azure.configure("kubernetes", kubeconfig=KUBECONFIG.replace("cluster.example", f"{cluster['fqdn']}:443"))
    azure.refuses("Azure Kubernetes Service RBAC Cluster Admin", "namespace")
    azure.grant("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", cluster.id, azure.facts("azure-native")["deployer"])
    azure.namespace()
