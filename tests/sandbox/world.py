"""Clouds for tests: configured provider instances over a store in a temporary directory, and the engine's steps.

Types are written `ec2.Vpc`, `random.RandomId` or `core/v1.Secret`: the token without provider and file.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalogue import sdk
from catalogue.entry import Record, Refused
from catalogue.packages import PACKAGES
from catalogue.urns import name_of, type_of
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from sandbox.store import Store


def _short(token: str) -> str:
    package, module, name = token.split(":")
    service = module if package == "kubernetes" else module.partition("/")[0]
    return f"{package if service == 'index' else service}.{name}"


TOKENS = {_short(token): token for package in PACKAGES for token in package.entries}
KUBECONFIG = json.dumps(
    {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": "https://cluster.example"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": {"command": "aws"}}}],
    }
)
CONFIG: dict[str, Properties] = {
    "aws": {"region": "eu-central-1"},
    "azure-native": {"location": "westeurope"},
    "confluentcloud": {"cloudApiKey": "key", "cloudApiSecret": "secret"},
    "gcp": {"region": "europe-west1"},
    "kubernetes": {"kubeconfig": KUBECONFIG},
}
# What is enough of a service: a test names only what it is about.
ENOUGH: dict[str, Properties] = {
    "ec2.Vpc": {"cidrBlock": "10.0.0.0/16"},
    "elasticache.ReplicationGroup": {"replicationGroupId": "rasa", "description": "d", "nodeType": "cache.t4g.micro"},
    "rds.Instance": {
        "identifier": "rasa",
        "instanceClass": "db.t4g.micro",
        "engine": "postgres",
        "allocatedStorage": 20,
        "storageType": "gp3",
        "username": "rasa_admin",
        "password": "x",
        "skipFinalSnapshot": True,
    },
    "dbforpostgresql.Server": {
        "serverName": "rasa",
        "sku": {"name": "Standard_B1ms", "tier": "Burstable"},
        "storage": {"storageSizeGB": 32},
        "administratorLogin": "rasa_admin",
        "administratorLoginPassword": "Passw0rd",
        "version": "17",
    },
    "eventhub.EventHub": {"namespaceName": "rasa-dev", "eventHubName": "events"},
    "eventhub.Namespace": {"namespaceName": "rasa-dev", "sku": {"name": "Standard", "capacity": 1}},
    "network.PublicIPAddress": {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}},
    "redisenterprise.Database": {"clusterName": "rasa", "databaseName": "default", "port": 10000},
    "redisenterprise.RedisEnterprise": {
        "clusterName": "rasa",
        "sku": {"name": "Balanced_B1"},
        "publicNetworkAccess": "Disabled",
    },
    "storage.StorageAccount": {"accountName": "rasa", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}},
}


@dataclass(frozen=True)
class Made:
    """A resource of a world, and the inputs that it was created with."""

    urn: str
    id: str
    inputs: Properties
    outputs: Properties

    def __getitem__(self, key: str) -> Any:
        return self.outputs[key]


@contextmanager
def refused(words: str) -> Generator[None]:
    """Expects a refusal with these words; without words, expects none."""
    if not words:
        yield
        return
    with pytest.raises(Refused) as caught:
        yield
    assert words in str(caught.value)


class World:
    """The clouds of one stack. A problem that a check finds is a `Refused` too."""

    def __init__(self, directory: Path, stack: str = "dev", **config: Properties) -> None:
        self.stack = stack
        self.store = Store(directory / "cloud.sqlite")
        self.clouds: dict[str, Cloud] = {}
        for package in PACKAGES:
            self.configure(package.name, **config.get(package.name, {}))
        self._made = 0

    def configure(self, name: str, **config: Any) -> None:
        """Gives the world another instance of a provider, with some of its configuration changed."""
        (package,) = (package for package in PACKAGES if package.name == name)
        where = package.configure({**CONFIG.get(name, {}), **config}, self.stack)
        self.clouds[name] = Cloud(package, where, self.store)

    def cloud(self, urn: str) -> Cloud:
        return self.clouds[type_of(urn).partition(":")[0]]

    def facts(self, package: str) -> Any:
        """What the provider knows of its place: region, account, project and so on."""
        return self.clouds[package].where.facts

    def urn(self, kind: str, logical: str) -> str:
        return f"urn:pulumi:{self.stack}::rasa::{TOKENS.get(kind, kind)}::{logical}"

    def check(self, kind: str, logical: str = "x", olds: Properties | None = None, /, **inputs: Any) -> Properties:
        urn = self.urn(kind, logical)
        checked, problems = self.cloud(urn).check(urn, olds or {}, inputs, bytes(16))
        if problems:
            raise Refused("; ".join(f"{path}: {why}" for path, why in problems))
        return checked

    def make(self, kind: str, logical: str = "", /, **inputs: Any) -> Made:
        """Checks and creates a resource, with a logical name of its own if none is given."""
        self._made += 1
        name, given = logical or f"resource-{self._made}", {**ENOUGH.get(kind, {}), **inputs}
        if "resourceGroupName" in sdk.resource_shape(TOKENS[kind]).types:
            given.setdefault("resourceGroupName", "rasa")
        present = {key: value for key, value in given.items() if value is not None}  # as on the wire
        urn, checked = self.urn(kind, name), self.check(kind, name, **present)
        id, outputs = self.cloud(urn).create(urn, checked, preview=False)
        return Made(urn, id, checked, outputs)

    def refuses(self, words: str, kind: str, /, **inputs: Any) -> None:
        """Expects that a resource is refused with these words; if there are none, that it is created.

        `kind` is a type, or the name of a method that makes one.
        """
        with refused(words):
            self.make(kind, **inputs) if kind in TOKENS else getattr(self, kind)(**inputs)

    def change(self, made: Made, **changes: Any) -> Properties:
        """Changes some inputs of a resource in place; returns its outputs."""
        checked = self.check(type_of(made.urn), name_of(made.urn), made.outputs, **{**made.inputs, **changes})
        return self.cloud(made.urn).update(made.urn, made.id, made.inputs, made.outputs, checked, preview=False)

    def delete(self, *resources: Made) -> None:
        for made in resources:
            self.cloud(made.urn).delete(made.urn, made.id)

    def has(self, made: Made) -> bool:
        return self.cloud(made.urn).read(made.urn, made.id, {}, {})[0] != ""

    def all(self, kind: str) -> list[Record]:
        with self.store.transaction() as transaction:
            return transaction.all(TOKENS[kind])

    def kept(self) -> list[str]:
        """What deletes have left behind."""
        with self.store.transaction() as transaction:
            return transaction.kept(self.stack)

    def network(self) -> tuple[Made, list[Made]]:
        """Makes a VPC of AWS with a subnet in each of three zones."""
        vpc = self.make("ec2.Vpc")
        places = [(f"10.0.{index}.0/24", f"eu-central-1{zone}") for index, zone in enumerate("abc")]
        return vpc, [self.make("ec2.Subnet", vpcId=vpc.id, cidrBlock=at, availabilityZone=zone) for at, zone in places]

    def namespace(self, **labels: str) -> Made:
        return self.make("core/v1.Namespace", **manifest("v1", "Namespace", name="rasa", labels=labels))


def manifest(
    api_version: str, kind: str, *, name: str, namespace: str = "", labels: dict[str, str] | None = None, **rest: Any
) -> Properties:
    """A Kubernetes object as the SDK sends it."""
    metadata: Properties = {"name": name, "labels": labels or {}, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}
