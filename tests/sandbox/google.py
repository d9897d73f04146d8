"""Google Cloud for tests: what most resources need, created in one call each."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from catalogue.wire import Properties
from tests.sandbox.world import Made, World

APIS = (
    "cloudkms", "compute", "container", "dns", "iam", "redis", "secretmanager", "servicenetworking", "sqladmin",
    "storage",
)  # fmt: skip


class Google(World):
    """A project whose APIs are on."""

    def __init__(self, directory: Path, apis: tuple[str, ...] = APIS, **config: Any) -> None:
        super().__init__(directory, gcp=config)
        for api in apis:
            self.make("projects.Service", service=f"{api}.googleapis.com", disableOnDestroy=False)

    @property
    def project(self) -> str:
        return self.facts("gcp")["project"]

    @property
    def number(self) -> str:
        return self.facts("gcp")["number"]

    @cached_property
    def vpc(self) -> Made:
        """A network, created at the first use."""
        return self.make("compute.Network", "vpc", autoCreateSubnetworks=False)

    @cached_property
    def lent(self) -> str:
        """The name of a range that the network lends to Google, over a connection; created at the first use."""
        return self.connect()[0]["name"]

    def subnetwork(self, cidr: str = "10.0.0.0/20") -> Made:
        """Makes a subnetwork with ranges for pods and services."""
        ranges = [{"rangeName": "pods", "ipCidrRange": "10.64.0.0/14"}]
        ranges += [{"rangeName": "services", "ipCidrRange": "172.20.0.0/20"}]
        return self.make("compute.Subnetwork", network=self.vpc.id, ipCidrRange=cidr, secondaryIpRanges=ranges)

    def connect(self, **more: Any) -> tuple[Made, Made]:
        """Lends a range to Google and connects the network."""
        network, range_ = self.vpc.id, {"purpose": "VPC_PEERING", "addressType": "INTERNAL", "prefixLength": 20}
        lent = self.make("compute.GlobalAddress", network=network, address="10.0.240.0", **range_)
        ranges, service = [lent["name"]], "servicenetworking.googleapis.com"
        return lent, self.make(
            "servicenetworking.Connection", network=network, service=service, reservedPeeringRanges=ranges, **more
        )

    def key(self, **more: Any) -> str:
        """Makes a key that nobody may use."""
        ring = self.make("kms.KeyRing", name="ring", location="europe-west1")
        return self.make("kms.CryptoKey", name="data", keyRing=ring.id, **more).id

    def may_encrypt(self, key: str, agent: str) -> None:
        """Gives the right to use a key to the identity of a service."""
        member = f"serviceAccount:service-{self.number}@{agent}.iam.gserviceaccount.com"
        role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
        self.make("kms.CryptoKeyIAMMember", cryptoKeyId=key, role=role, member=member)

    def principal(self, namespace: str = "rasa", account: str = "rasa") -> str:
        """A service account of a cluster as a member."""
        pool = f"projects/{self.number}/locations/global/workloadIdentityPools/{self.project}.svc.id.goog"
        return f"principal://iam.googleapis.com/{pool}/subject/ns/{namespace}/sa/{account}"

    def node_account(self) -> str:
        """Makes a service account with the role of nodes, and returns its e-mail address."""
        email = self.make("serviceaccount.Account", accountId="rasa-nodes")["email"]
        role, member = "roles/container.defaultNodeServiceAccount", f"serviceAccount:{email}"
        self.make("projects.IAMMember", project=self.project, role=role, member=member)
        return email

    def gke(self, **more: Any) -> Made:
        """Makes a cluster in the network."""
        inputs: Properties = {
            "name": "rasa",
            "location": "europe-west1-b",
            "network": self.vpc.id,
            "subnetwork": self.subnetwork().id,
            "ipAllocationPolicy": {"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
            "initialNodeCount": 1,
            "deletionProtection": False,
            "nodeConfig": {"serviceAccount": self.node_account()},
            "workloadIdentityConfig": {"workloadPool": f"{self.project}.svc.id.goog"},
        }
        return self.make("container.Cluster", **{**inputs, **more})

    def sql(self, *, lent: str = "", settings: Properties | None = None, **more: Any) -> Made:
        """Makes a small database."""
        address = {"ipv4Enabled": False, "privateNetwork": self.vpc.id, "allocatedIpRange": lent or self.lent}
        small = {"tier": "db-g1-small", "edition": "ENTERPRISE", "ipConfiguration": address, **(settings or {})}
        inputs = {"name": "db", "databaseVersion": "POSTGRES_17", "deletionProtection": False, "settings": small}
        return self.make("sql.DatabaseInstance", **{**inputs, **more})

    def redis(self, *, lent: str = "", **more: Any) -> Made:
        """Makes a small Redis with TLS and a password."""
        inputs: Properties = {
            "name": "locks",
            "memorySizeGb": 1,
            "authorizedNetwork": self.vpc.id,
            "reservedIpRange": lent or self.lent,
            "connectMode": "PRIVATE_SERVICE_ACCESS",
            "authEnabled": True,
            "transitEncryptionMode": "SERVER_AUTHENTICATION",
            "deletionProtection": False,
        }
        return self.make("redis.Instance", **{**inputs, **more})
