"""Builds the AWS platform under mocks and keeps every registration, options included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws
import pulumi_random
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks, test

from components.aws.platform import AwsPlatform
from components.platform import Platform
from settings import parse

T = TypeVar("T")
ACCOUNT = "111122223333"
MSK_ARN = f"arn:aws:kafka:eu-central-1:{ACCOUNT}:cluster/rasa-dev-event-queue/0e7b3e2c-7c0c-4f3c-9d0b-3f6c1a2b4d5e-9"
CLUSTER_GROUP = "sg-0c1a57e4000000000"

# What the cloud adds to the inputs, by the type's last word.
COMPUTED: dict[str, dict[str, Any]] = {
    "Cluster": {
        "arn": MSK_ARN,
        "endpoint": "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "bootstrapBrokersSaslScram": "b-1.example:9096,b-2.example:9096",
        "bootstrapBrokersSaslIam": "b-1.example:9098,b-2.example:9098",
    },
    "Instance": {"address": "db.example", "resourceId": "db-ABCDEFGHIJKL"},
    "ReplicationGroup": {"primaryEndpointAddress": "master.example"},
    "RandomId": {"hex": "a1b2c3"},
    "RandomPassword": {"result": "Generated0Password"},
    "LaunchTemplate": {"latestVersion": 1},
}


class Fake(Mocks):
    """Answers each resource with its inputs and what the cloud would add; knows one invoke."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rsplit(":", 1)[-1]
        outputs = {"arn": f"arn:aws:mock:eu-central-1:{ACCOUNT}:{args.name}", "name": args.name, **args.inputs}
        if args.typ.startswith("aws:eks/cluster"):
            network = {**args.inputs["vpcConfig"], "clusterSecurityGroupId": CLUSTER_GROUP}
            return args.inputs["name"], {**outputs, **COMPUTED[kind], "arn": outputs["arn"], "vpcConfig": network}
        return f"{args.name}-id", {**outputs, **COMPUTED.get(kind, {})}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert args.token == "aws:index/getCallerIdentity:getCallerIdentity", args.token
        return {"accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/test", "id": ACCOUNT, "userId": "AIDA"}, []


@dataclass(frozen=True)
class Resource:
    """One registration: inputs as the engine gets them, secrets opened."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any] = field(repr=False)
    dependencies: frozenset[str] = field(repr=False)
    protect: bool
    provider: str = field(repr=False)
    ignored: tuple[str, ...] = field(repr=False)

    def json(self, key: str) -> Any:
        """An input that is JSON text."""
        return json.loads(self.inputs[key])


class Recorder(MockMonitor):
    """Refuses what the engine would refuse: two resources of one URN."""

    def __init__(self) -> None:
        super().__init__(Fake())
        self.registered: dict[str, Resource] = {}

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        assert urn not in self.registered, f"two resources with the URN {urn}"
        self.registered[urn] = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            inputs=_opened(MessageToDict(request.object)),
            dependencies=frozenset(request.dependencies).union(
                *(each.urns for each in request.propertyDependencies.values())
            ),
            protect=request.protect,
            provider=request.provider,
            ignored=tuple(request.ignoreChanges),
        )
        return super().RegisterResource(request)


@dataclass(frozen=True)
class Built:
    """The platform of a stack file, and all its resources."""

    platform: Platform
    resources: tuple[Resource, ...]

    def all(self, kind: str) -> list[Resource]:
        """The resources of a type, such as `rds/instance:Instance`."""
        return [resource for resource in self.resources if resource.type == f"aws:{kind}"]

    def one(self, kind: str, name: str = "") -> Resource:
        """The one resource of a type whose name ends so."""
        (found,) = (resource for resource in self.all(kind) if resource.name.endswith(name))
        return found

    def named(self, resource: pulumi.Resource) -> Resource:
        """The registration of a resource of the program."""
        urn = known(resource.urn)
        return next(each for each in self.resources if each.urn == urn)

    def reached(self, start: Resource) -> set[str]:
        """Types of everything that the resource waits for, directly or not."""
        by_urn = {resource.urn: resource for resource in self.resources}
        todo, seen = [start.urn], set[str]()
        while todo:
            for urn in by_urn[todo.pop()].dependencies - seen:
                seen.add(urn)
                todo.append(urn)
        return {by_urn[urn].type for urn in seen}

    def statements(self, name: str) -> list[dict[str, Any]]:
        """Statements of the role policies whose name contains this."""
        return [
            statement
            for policy in self.all("iam/rolePolicy:RolePolicy")
            if name in policy.name
            for statement in policy.json("policy")["Statement"]
        ]


def build(stack_file: dict[str, Any], *, stack: str = "dev", preview: bool = False) -> Built:
    """The platform of a stack file, as the program makes it."""
    settings, _ = parse(stack_file)
    recorder = Recorder()
    set_mocks(recorder.mocks, project="rasa", stack=stack, preview=preview, monitor=recorder)
    made: list[AwsPlatform] = []

    @test
    def run() -> None:
        providers: list[pulumi.ProviderResource] = [
            aws.Provider("aws", region=settings.region),
            pulumi_random.Provider("random"),
        ]
        made.append(AwsPlatform(f"rasa-{stack}", settings, opts=pulumi.ResourceOptions(providers=providers)))

    run()
    resources = (each for each in recorder.registered.values() if each.type != "pulumi:pulumi:Stack")
    return Built(platform=made[0], resources=tuple(resources))


def known(output: pulumi.Output[T]) -> T:
    """The value of an output after the program has run."""
    return asyncio.new_event_loop().run_until_complete(_await(output.future()))


def is_secret(output: pulumi.Output[Any]) -> bool:
    """Whether the engine would hide it."""
    return asyncio.new_event_loop().run_until_complete(_await(output.is_secret()))


def sources(output: pulumi.Output[Any]) -> set[pulumi.Resource]:
    """The resources that whoever takes the output as an input waits for."""
    return asyncio.new_event_loop().run_until_complete(_await(output.resources()))


async def _await(awaitable: Any) -> Any:
    return await awaitable


def _opened(value: Any) -> Any:
    """Secrets unwrapped, so that tests can look inside."""
    if isinstance(value, dict):
        if rpc._special_sig_key in value:
            return _opened(value.get("value"))
        return {key: _opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item) for item in value]
    return value


def texts(value: Any) -> Iterator[str]:
    """Every string in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
