"""Google Cloud and Confluent for tests: what most resources stand on, made in one call each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalogue.confluentcloud import CONFLUENTCLOUD
from catalogue.gcp import GCP
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from tests.sandbox.clouds import World

T = {
    entry.token.rsplit(":", 1)[1]: entry.token
    for entry in GCP.entries.values()
    if not entry.token.startswith("gcp:redis")
}
REDIS = "gcp:redis/instance:Instance"
C = {entry.token.rsplit(":", 1)[1]: entry.token for entry in CONFLUENTCLOUD.entries.values()}
APIS = (
    "cloudkms", "compute", "container", "dns", "iam", "redis", "secretmanager", "servicenetworking", "sqladmin",
    "storage",
)  # fmt: skip


class Google(World):
    """A project whose APIs are on, and an organisation at Confluent."""

    def __init__(self, directory: Path, apis: tuple[str, ...] = APIS, **config: Any) -> None:
        super().__init__(directory)
        self.gcp = Cloud(GCP, GCP.configure({"region": "europe-west1", **config}, self.stack), self.store)
        where = CONFLUENTCLOUD.configure({"cloudApiKey": "key", "cloudApiSecret": "secret"}, self.stack)
        self.confluent = Cloud(CONFLUENTCLOUD, where, self.store)
        for api in apis:
            inputs = {"service": f"{api}.googleapis.com", "disableOnDestroy": False}
            self.make(T["Service"], api, inputs)

    def cloud(self, token: str) -> Cloud:
        match token.partition(":")[0]:
            case "gcp":
                return self.gcp
            case "confluentcloud":
                return self.confluent
            case _:
                return super().cloud(token)

    @property
    def project(self) -> str:
        return self.gcp.where.facts["project"]

    @property
    def number(self) -> str:
        return self.gcp.where.facts["number"]

    def vpc(self) -> str:
        """Makes a network, and returns its id."""
        return self.make(T["Network"], "vpc", {"autoCreateSubnetworks": False})[0]

    def subnetwork(self, network: str, cidr: str = "10.0.0.0/20") -> str:
        """Makes a subnetwork with ranges for pods and services."""
        inputs: Properties = {
            "network": network,
            "ipCidrRange": cidr,
            "secondaryIpRanges": [
                {"rangeName": "pods", "ipCidrRange": "10.64.0.0/14"},
                {"rangeName": "services", "ipCidrRange": "172.20.0.0/20"},
            ],
        }
        return self.make(T["Subnetwork"], "subnet", inputs)[0]

    def connection(self, network: str, **more: Any) -> str:
        """Lends a range to Google and connects the network; returns the range's name."""
        lent: Properties = {
            "purpose": "VPC_PEERING",
            "addressType": "INTERNAL",
            "address": "10.0.240.0",
            "prefixLength": 20,
            "network": network,
        }
        name = self.make(T["GlobalAddress"], "lent", lent)[1]["name"]
        inputs = {"network": network, "service": "servicenetworking.googleapis.com", "reservedPeeringRanges": [name]}
        self.make(T["Connection"], "connection", {**inputs, **more})
        return name

    def key(self, **more: Any) -> str:
        """Makes a key that nobody may use."""
        ring, _ = self.make(T["KeyRing"], "ring", {"name": "ring", "location": "europe-west1"})
        return self.make(T["CryptoKey"], "key", {"name": "data", "keyRing": ring, **more})[0]

    def may_encrypt(self, key: str, agent: str) -> None:
        """Gives the right to use a key to the identity of a service."""
        member = f"serviceAccount:service-{self.number}@{agent}.iam.gserviceaccount.com"
        role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
        self.make(T["CryptoKeyIAMMember"], "right", {"cryptoKeyId": key, "role": role, "member": member})

    def principal(self, namespace: str = "rasa", account: str = "rasa") -> str:
        """A service account of a cluster as a member."""
        pool = f"projects/{self.number}/locations/global/workloadIdentityPools/{self.project}.svc.id.goog"
        return f"principal://iam.googleapis.com/{pool}/subject/ns/{namespace}/sa/{account}"

    def node_account(self) -> str:
        """Makes a service account with the role of nodes, and returns its e-mail address."""
        email = self.make(T["Account"], "nodes", {"accountId": "rasa-nodes"})[1]["email"]
        role = "roles/container.defaultNodeServiceAccount"
        member = {"project": self.project, "role": role, "member": f"serviceAccount:{email}"}
        self.make(T["IAMMember"], "role", member)
        return email

    def gke(self, **more: Any) -> tuple[str, Properties]:
        """Makes a cluster with a network of its own."""
        network = self.vpc()
        inputs: Properties = {
            "name": "rasa",
            "location": "europe-west1-b",
            "network": network,
            "subnetwork": self.subnetwork(network),
            "ipAllocationPolicy": {"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
            "initialNodeCount": 1,
            "deletionProtection": False,
            "nodeConfig": {"serviceAccount": self.node_account()},
            "workloadIdentityConfig": {"workloadPool": f"{self.project}.svc.id.goog"},
            **more,
        }
        return self.make(T["Cluster"], "gke", inputs)


def sql(network: str, lent: str, **more: Any) -> Properties:
    """Inputs of a small database."""
    settings: Properties = {
        "tier": "db-g1-small",
        "edition": "ENTERPRISE",
        "ipConfiguration": {"ipv4Enabled": False, "privateNetwork": network, "allocatedIpRange": lent},
    }
    settings |= more.pop("settings", {})
    return {"name": "db", "databaseVersion": "POSTGRES_17", "deletionProtection": False, "settings": settings, **more}


def redis(network: str, lent: str, **more: Any) -> Properties:
    """Inputs of a small Redis with TLS and a password."""
    return {
        "name": "locks",
        "memorySizeGb": 1,
        "authorizedNetwork": network,
        "reservedIpRange": lent,
        "connectMode": "PRIVATE_SERVICE_ACCESS",
        "authEnabled": True,
        "transitEncryptionMode": "SERVER_AUTHENTICATION",
        "deletionProtection": False,
        **more,
    }
