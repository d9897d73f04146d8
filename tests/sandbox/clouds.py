"""Clouds for tests: configured provider instances over a store in a temporary directory, and the engine's steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalogue.aws import AWS
from catalogue.entry import Refused
from catalogue.kubernetes import KUBERNETES
from catalogue.random import RANDOM
from catalogue.tls import TLS
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from sandbox.store import Store

AWS_TOKENS = {
    entry.token.rsplit(":", 1)[1]: entry.token
    for entry in AWS.entries.values()
    if not entry.token.startswith(("aws:rds", "aws:elasticache"))
}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
KUBECONFIG = json.dumps(
    {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": "https://cluster.example"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": {"command": "aws"}}}],
    }
)


class World:
    """One stack's clouds. `make` is the engine's check and create; problems of the check are a `Refused` too."""

    def __init__(self, directory: Path, stack: str = "dev", region: str = "eu-central-1", **aws_config: Any) -> None:
        self.stack = stack
        self.store = Store(directory / "cloud.sqlite")
        self.aws = Cloud(AWS, AWS.configure({"region": region, **aws_config}, stack), self.store)
        self.kubernetes = Cloud(KUBERNETES, KUBERNETES.configure({"kubeconfig": KUBECONFIG}, stack), self.store)
        self.random = Cloud(RANDOM, RANDOM.configure({}, stack), self.store)
        self.tls = Cloud(TLS, TLS.configure({}, stack), self.store)

    def cloud(self, token: str) -> Cloud:
        return {"aws": self.aws, "kubernetes": self.kubernetes, "random": self.random, "tls": self.tls}[
            token.split(":")[0]
        ]

    def urn(self, token: str, name: str) -> str:
        return f"urn:pulumi:{self.stack}::rasa::{token}::{name}"

    def check(self, token: str, name: str, inputs: Properties, olds: Properties | None = None) -> Properties:
        checked, problems = self.cloud(token).check(self.urn(token, name), olds or {}, inputs, bytes(16))
        if problems:
            raise Refused("; ".join(f"{path}: {why}" for path, why in problems))
        return checked

    def make(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        return self.cloud(token).create(self.urn(token, name), self.check(token, name, inputs), preview=False)

    def change(self, token: str, name: str, id: str, olds: Properties, news: Properties) -> Properties:
        checked = self.check(token, name, news, olds)
        return self.cloud(token).update(self.urn(token, name), id, olds, olds, checked, preview=False)

    def delete(self, token: str, name: str, id: str) -> None:
        self.cloud(token).delete(self.urn(token, name), id)

    def network(self) -> tuple[str, list[str]]:
        """Makes a VPC with a subnet in each of three zones; returns their ids."""
        vpc, _ = self.make(AWS_TOKENS["Vpc"], "vpc", {"cidrBlock": "10.0.0.0/16"})
        subnets = [
            self.make(
                AWS_TOKENS["Subnet"],
                f"subnet-{zone}",
                {"vpcId": vpc, "cidrBlock": f"10.0.{index}.0/24", "availabilityZone": f"eu-central-1{zone}"},
            )[0]
            for index, zone in enumerate("abc")
        ]
        return vpc, subnets

    def namespace(self, name: str = "rasa", **labels: str) -> None:
        self.make("kubernetes:core/v1:Namespace", name, manifest("v1", "Namespace", name=name, labels=labels))


def manifest(
    api_version: str, kind: str, *, name: str, namespace: str = "", labels: dict[str, str] | None = None, **rest: Any
) -> Properties:
    """A Kubernetes object as the SDK sends it."""
    metadata: Properties = {"name": name, "labels": labels or {}, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}
