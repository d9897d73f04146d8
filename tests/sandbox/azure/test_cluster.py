"""Azure: the cluster, what it tells, and what it refuses."""

from __future__ import annotations

import base64
import json
import re

import pytest
import yaml
from cryptography import x509

from catalogue.entry import Refused
from catalogue.kubernetes import KUBERNETES
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from tests.sandbox.azure.world import GUID, AzureWorld
from tests.sandbox.clouds import manifest


def test_the_kubeconfig_is_that_of_the_cluster(world: AzureWorld) -> None:
    _, outputs = world.aks()
    assert re.fullmatch(r"rasa-[0-9a-f]{8}\.hcp\.westeurope\.azmk8s\.io", outputs["fqdn"])
    assert outputs["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    answers = [
        world.call("containerservice:listManagedClusterUserCredentials", {"resourceName": "rasa", "format": "exec"})
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    document = yaml.safe_load(base64.b64decode(answers[0]["kubeconfigs"][0]["value"]))
    cluster = document["clusters"][0]["cluster"]
    assert cluster["server"] == f"https://{outputs['fqdn']}:443"
    authority = x509.load_pem_x509_certificate(base64.b64decode(cluster["certificate-authority-data"]))
    authority.verify_directly_issued_by(authority)
    assert document["users"][0]["user"]["exec"]["command"] == "kubelogin"


def test_a_private_cluster_has_no_name_on_the_internet(world: AzureWorld) -> None:
    _, outputs = world.aks(apiServerAccessProfile={"enablePrivateCluster": True})
    assert outputs["fqdn"] is None
    assert re.fullmatch(rf"rasa-[0-9a-f]{{8}}\.{GUID}\.privatelink\.westeurope\.azmk8s\.io", outputs["privateFQDN"])
    answer = world.call("containerservice:listManagedClusterUserCredentials", {"resourceName": "rasa"})
    assert outputs["privateFQDN"] in base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()


def test_a_cluster_needs_its_rights_and_its_way_out(world: AzureWorld) -> None:
    with pytest.raises(Refused, match="may not join"):
        world.aks(granted=False)


@pytest.mark.parametrize(
    ("more", "error"),
    [
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
def test_what_aks_refuses(more: Properties, error: str, world: AzureWorld) -> None:
    with pytest.raises(Refused, match=error):
        world.aks(**more)


def test_nodes_behind_nat_must_reach_the_api(world: AzureWorld) -> None:
    address, ip = world.make_azure(
        "network:PublicIPAddress", "ip", {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}}
    )
    nat, _ = world.make_azure(
        "network:NatGateway", "nat", {"sku": {"name": "Standard"}, "publicIpAddresses": [{"id": address}]}
    )
    world.vnet()
    subnet = world.subnet("nat", "10.0.32.0/20", natGateway={"id": nat})
    pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2ds_v5", "count": 1, "vnetSubnetID": subnet}
    inputs: Properties = {"resourceName": "rasa", "dnsPrefix": "rasa", "agentPoolProfiles": [pool]}
    office = ["203.0.113.0/24"]
    with pytest.raises(Refused, match="may not reach the API server"):
        world.make_azure(
            "containerservice:ManagedCluster",
            "aks",
            {**inputs, "apiServerAccessProfile": {"authorizedIPRanges": office}},
        )
    allowed = {"authorizedIPRanges": [*office, f"{ip['ipAddress']}/32"]}
    world.make_azure("containerservice:ManagedCluster", "aks", {**inputs, "apiServerAccessProfile": allowed})


def test_nobody_acts_in_a_cluster_without_a_role(world: AzureWorld) -> None:
    id, outputs = world.aks()
    kubeconfig = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"https://{outputs['fqdn']}:443"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": {"command": "kubelogin"}}}],
    }
    config = {"kubeconfig": json.dumps(kubeconfig)}
    world.kubernetes = Cloud(KUBERNETES, KUBERNETES.configure(config, "dev"), world.store)
    namespace = manifest("v1", "Namespace", name="rasa")
    with pytest.raises(Refused, match="Azure Kubernetes Service RBAC Cluster Admin"):
        world.make("kubernetes:core/v1:Namespace", "rasa", namespace)
    world.grant("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", id, world.azure.where.facts["deployer"])
    world.make("kubernetes:core/v1:Namespace", "rasa", namespace)
