"""Builds the AWS platform alone, under the shared recorder, and answers what the tests here ask about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi

from components.aws.platform import AwsPlatform
from components.connections import PostgresConnection
from components.platform import Platform
from providers.aws import aws_provider
from providers.random import random_provider
from settings import AwsSettings, parse
from tests.answers import outputs_of
from tests.recorder import Recording, Registration, run_program

T = TypeVar("T")

# Types, without `aws:`.
RDS, MSK, CACHE = "rds/instance:Instance", "msk/cluster:Cluster", "elasticache/replicationGroup:ReplicationGroup"
EKS, NODES, NAT = "eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/natGateway:NatGateway"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BUCKET = "s3/bucket:Bucket"


@dataclass(frozen=True)
class Built:
    """The platform of a stack file, all its resources, and by URN what changes of them are ignored."""

    platform: Platform
    recording: Recording
    ignored: dict[str, list[str]]

    @property
    def postgres(self) -> PostgresConnection:
        """The PostgreSQL server that the platform made."""
        assert isinstance(self.platform.tracker_store, PostgresConnection)
        return self.platform.tracker_store

    def all(self, kind: str) -> list[Registration]:
        """The resources of a type, such as `rds/instance:Instance`."""
        return self.recording.of_type(f"aws:{kind}")

    def one(self, kind: str, name: str = "") -> Registration:
        """The one resource of a type whose name ends so."""
        (found,) = (resource for resource in self.all(kind) if resource.name.endswith(name))
        return found

    def waits_for(self, resource: Registration) -> set[str]:
        """Types of everything that the resource waits for, directly or not."""
        return {self.recording.resources[urn].type for urn in self.recording.reached_from(resource.urn)}

    def source(self, resource: Registration, key: str) -> str:
        """The name of the one resource that an input comes from."""
        (urn,) = resource.property_dependencies[key]
        return self.recording.resources[urn].name

    def arn(self, kind: str) -> str:
        """The ARN of the one resource of a type."""
        resource = self.one(kind)
        return outputs_of(resource.type, resource.name, resource.inputs)[1]["arn"]

    def types(self, resources: tuple[pulumi.Resource, ...] | set[pulumi.Resource]) -> set[str]:
        """The types of resources of the program."""
        return {self.recording.resources[known(resource.urn)].type for resource in resources}

    def statements(self, name: str = "") -> list[dict[str, Any]]:
        """Statements of the role policies whose name contains this."""
        return [
            statement
            for policy in self.all("iam/rolePolicy:RolePolicy")
            if name in policy.name
            for statement in json.loads(policy.inputs["policy"])["Statement"]
        ]


def build(stack_file: dict[str, Any], *, stack: str = "dev") -> Built:
    """The platform of a stack file, as the program makes it."""
    settings, _ = parse(stack_file)
    assert isinstance(settings, AwsSettings)
    made: list[AwsPlatform] = []
    ignored: dict[str, list[str]] = {}

    def remember(args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.opts.ignore_changes, list) and args.opts.ignore_changes:
            ignored[f"{args.type_}::{args.name}"] = args.opts.ignore_changes

    def program() -> None:
        pulumi.runtime.register_stack_transformation(remember)
        providers: list[pulumi.ProviderResource] = [aws_provider(settings), random_provider()]
        made.append(AwsPlatform(f"rasa-{stack}", settings, opts=pulumi.ResourceOptions(providers=providers)))

    recording = run_program(stack_file, stack=stack, program=program)
    return Built(platform=made[0], recording=recording, ignored=ignored)


def known(output: pulumi.Output[T]) -> T:
    """The value of an output after the program has run."""
    return _done(output.future())


def is_secret(output: pulumi.Output[Any]) -> bool:
    """Whether the engine would hide it."""
    return _done(output.is_secret())


def sources(output: pulumi.Output[Any]) -> set[pulumi.Resource]:
    """The resources that whoever takes the output as an input waits for."""
    return _done(output.resources())


def _done(awaitable: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await awaitable

    loop = asyncio.new_event_loop()  # not `asyncio.run`: it would leave the next program without a loop
    try:
        return loop.run_until_complete(wait())
    finally:
        loop.close()
