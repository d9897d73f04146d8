# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:cluster`: a managed Kubernetes cluster, or your own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, ClassVar, Final, Literal

import yaml
from pydantic import BeforeValidator, Discriminator, Field, Tag

from settings.base import PROJECT, Cidr, Guid, Issuer, Networks, PodSecurity, SecretKey, Text, aws_id, matching
from settings.problems import LIST, Problem
from settings.setting import BY_KIND, Effect, Json, Model, kind_alone, kind_of, setting
from settings.stack import Layer, Stack, set_secret

PRIVATE: Final = "private"
OPEN: Final = "0.0.0.0/0"
OLDEST_MINOR: Final = 30
OFFICES: Final = "name the ranges of your offices and runners, such as 203.0.113.0/24"
AKS_SYSTEM_NODES: Final = 6  # the most nodes in the pool for the cluster's own pods
# AKS reserves these ranges for itself.
AKS_RESERVED: Final = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")

_ACCOUNT = r"arn:aws[a-z-]*:iam::\d{12}"
RoleArn = Annotated[
    str,
    matching(
        rf"{_ACCOUNT}:role/.+", "is not the ARN of a role", "write it like arn:aws:iam::111122223333:role/deployer"
    ),
]
Admin = Annotated[
    str,
    matching(
        rf"{_ACCOUNT}:(role|user)/.+",
        "is not the ARN of a role or user",
        "write it like arn:aws:iam::111122223333:role/operators",
    ),
]
IssuerArn = Annotated[
    str,
    matching(
        rf"{_ACCOUNT}:oidc-provider/.+",
        "is not the ARN of an OIDC provider of IAM",
        "write it like arn:aws:iam::111122223333:oidc-provider/oidc.example.com",
    ),
]
ApiAccess = Annotated[
    Annotated[tuple[Cidr, ...], Tag(LIST)] | Annotated[Literal["private"], Tag(PRIVATE)],
    Discriminator(lambda value: PRIVATE if value == PRIVATE else LIST),  # pyright: ignore[reportUnknownLambdaType]
]


class Cluster(Layer):
    """A Kubernetes cluster."""

    KEY: ClassVar[str] = "cluster"


class CreateCluster(Cluster):
    """A managed Kubernetes cluster."""

    in_network: ClassVar[bool] = True

    kind: Literal["create"] = kind_of("create")
    api_access: ApiAccess = setting(
        "Address ranges that may reach the Kubernetes API; must be given. "
        "`0.0.0.0/0` (everyone) is a warning in dev and refused in prod. "
        "`private`: only from inside the network, which must be an existing one.",
        Effect.IN_PLACE,
        default=(),
    )
    version: str = setting(
        "Kubernetes version, major.minor, in quotes; one step up at a time.",
        Effect.ROLLS,
        lowered=Effect.REFUSED,
        dev="1.35",
        prod="1.35",
        pattern=(r"1\.\d{2}", "is not a Kubernetes version", "'1.35'"),
    )
    service_cidr: Cidr = setting(
        "Address range of Kubernetes services; outside the network's own.",
        Effect.REPLACES,
        dev="172.20.0.0/16",
        prod="172.20.0.0/16",
    )
    node_sizes: Annotated[tuple[str, ...], Field(min_length=1)] = setting(
        "Machine types of the nodes, the preferred one first.", Effect.ROLLS, note="new nodes first, then the pods move"
    )
    min_nodes: int = setting("Fewest nodes.", Effect.IN_PLACE, dev=2, prod=3, minimum=(1, "one node"))
    max_nodes: int = setting("Most nodes.", Effect.IN_PLACE, dev=4, prod=9, minimum=(1, "one node"))

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges outside the network's own, by their key in the stack file."""
        return {"cluster.serviceCidr": self.service_cidr}

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if not self.api_access:
            yield self.wrong(
                "api_access", "is set, but somebody has to reach the Kubernetes API", OFFICES, got="nothing"
            )
        if int(self.version.split(".")[1]) < OLDEST_MINOR:
            expected = f"is older than 1.{OLDEST_MINOR}, the oldest that Rasa's chart runs on"
            yield self.wrong("version", expected, "choose a version that the cloud still supports")
        if self.max_nodes < self.min_nodes:
            fix, others = "raise maxNodes or lower minNodes", ("cluster.minNodes",)
            yield self.wrong("max_nodes", f"is below minNodes ({self.min_nodes})", fix, others=others)

    def weaknesses(self) -> Iterator[Problem]:
        if OPEN in self.api_access:
            yield self.wrong("api_access", "lets everyone reach the Kubernetes API", OFFICES, got=OPEN)

    def _several_sizes(self, service: str) -> Iterator[Problem]:
        """Yields a problem for more than one machine type, if a pool of nodes has one."""
        if len(self.node_sizes) > 1:
            expected = f"is more than one, but a pool of {service} has nodes of one size"
            yield self.wrong("node_sizes", expected, f"keep {self.node_sizes[0]}", got=", ".join(self.node_sizes))


def architecture(size: str) -> str:
    """Returns the architecture of an instance type of AWS, in the words of EKS.

    A family of Graviton has a `g` after its generation, as m7g and t4g, except the first one, a1 ("Amazon EC2 instance
    type naming conventions").
    """
    return "ARM_64" if re.match(r"([a-z-]+\d+g|a1\.)", size) else "x86_64"


class CreateEks(CreateCluster):
    """Amazon EKS with a managed group of nodes."""

    node_sizes: Annotated[tuple[str, ...], Field(min_length=1)] = setting(
        dev=["m7i.large", "m6i.large"],
        prod=["m7i.xlarge"],
        pattern=(r"[a-z][a-z0-9\-]*\.[a-z0-9\-]+", "is not an AWS instance type here", "m7i.xlarge"),
    )
    admins: tuple[Admin, ...] = setting(
        "Further principals with cluster-admin, besides the identity of the first `up` (ARNs).",
        Effect.IN_PLACE,
        default=(),
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        service = ipaddress.IPv4Network(self.service_cidr)
        if not (service.is_private and 12 <= service.prefixlen <= 24):
            expected = "is not a private range between /12 and /24, what EKS accepts"
            yield self.wrong("service_cidr", expected, "choose a range like 172.20.0.0/16")
        if len({architecture(size) for size in self.node_sizes}) > 1:
            expected, fix = "mixes Graviton and x86, but a node has one image", "keep one of the two architectures"
            yield self.wrong("node_sizes", expected, fix, got=", ".join(self.node_sizes))


class _WithPodRange(CreateCluster):
    """A cluster whose pods have their own range."""

    pod_cidr: Cidr = setting("Address range of pods; outside the network's own.", Effect.REPLACES)

    @property
    def ranges(self) -> Mapping[str, str]:
        return {**super().ranges, "cluster.podCidr": self.pod_cidr}

    def no_room(self, nodes: int) -> Iterator[Problem]:
        """Yields a problem for a range with too few /24: each of `nodes` (the most during an update) takes one."""
        prefix = 24 - max(nodes - 1, 1).bit_length()
        if ipaddress.IPv4Network(self.pod_cidr).prefixlen > prefix:
            expected = f"has no /24 for each of {nodes} nodes (maxNodes {self.max_nodes} and those of an update)"
            fix = f"choose a range of /{prefix} or larger, or lower maxNodes"
            yield self.wrong("pod_cidr", expected, fix, others=("cluster.maxNodes",))


class CreateAks(_WithPodRange):
    """Azure Kubernetes Service with one pool of nodes."""

    service_cidr: Cidr = setting(prefix=(13, 28, "what AKS accepts", "172.20.0.0/16"))
    node_sizes: Annotated[tuple[str, ...], Field(min_length=1)] = setting(
        dev=["Standard_D2ds_v5"],
        prod=["Standard_D4ds_v5"],
        pattern=(
            r"Standard_[A-Z]+\d+[a-z0-9_\-]*", "is not the size of a virtual machine of Azure", "Standard_D4ds_v5"
        ),
    )  # fmt: skip
    pod_cidr: Cidr = setting(dev="10.244.0.0/16", prod="10.244.0.0/16")
    admins: tuple[Guid, ...] = setting(
        "Entra groups with cluster-admin, besides the identity of `up` (object ids).", Effect.IN_PLACE, default=()
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        yield from self.no_room((self.max_nodes + AKS_SYSTEM_NODES) * 4 // 3 + 1)
        yield from self._several_sizes("AKS")


class CreateGke(_WithPodRange):
    """Google Kubernetes Engine with one pool of nodes."""

    service_cidr: Cidr = setting(None, Effect.REFUSED, dev="172.20.0.0/20", prod="172.20.0.0/20")
    node_sizes: Annotated[tuple[str, ...], Field(min_length=1)] = setting(
        dev=["e2-standard-4"],
        prod=["n2-standard-4"],
        pattern=(r"[a-z]\d+[a-z]?(-[a-z0-9]+)+", "is not a machine type of Compute Engine", "n2-standard-4"),
    )
    min_nodes: int = setting(dev=1)
    max_nodes: int = setting(dev=3)
    pod_cidr: Cidr = setting(None, Effect.REFUSED, dev="10.64.0.0/14", prod="10.64.0.0/14")

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        yield from self._several_sizes("GKE")


class PodIdentity(Model):
    """EKS Pod Identity, whose agent runs on the cluster."""

    kind: Literal["podIdentity"] = kind_of("podIdentity", Effect.RESTARTS_PODS)
    cluster_name: Text = setting("Name of the EKS cluster.", Effect.RESTARTS_PODS)


class Irsa(Model):
    """Roles for service accounts, by an IAM OIDC provider that trusts the cluster."""

    kind: Literal["irsa"] = kind_of("irsa", Effect.RESTARTS_PODS)
    issuer: Issuer = setting("The cluster's OIDC issuer.", Effect.RESTARTS_PODS)
    provider_arn: IssuerArn = setting("The OIDC provider of IAM.", Effect.RESTARTS_PODS)


class AzureWorkloadIdentity(Model):
    """Entra Workload ID, whose webhook runs on the cluster."""

    kind: Literal["workloadIdentity"] = kind_of("workloadIdentity", Effect.RESTARTS_PODS)
    issuer: Issuer = setting("The cluster's OIDC issuer.", Effect.RESTARTS_PODS)


class GcpWorkloadIdentity(Model):
    """Workload Identity Federation for GKE."""

    kind: Literal["workloadIdentity"] = kind_of("workloadIdentity", Effect.RESTARTS_PODS)
    workload_pool: str = setting(
        "The cluster's workload identity pool.",
        Effect.RESTARTS_PODS,
        pattern=(rf"{PROJECT}\.svc\.id\.goog", "is not a workload identity pool", "acme-prod.svc.id.goog"),
    )


class NoIdentity(Model):
    """The cluster gives its pods no identity of this cloud."""

    kind: Literal["none"] = kind_of("none", Effect.RESTARTS_PODS)


class ExistingCluster(Cluster):
    """Your own Kubernetes cluster, on this cloud or anywhere else."""

    # The cloud's name for an identity of pods, and an example of its settings.
    IDENTITY: ClassVar[tuple[str, str]]

    kind: Literal["existing"] = kind_of("existing")
    kubeconfig: SecretKey = setting("Key of `rasa:secrets` that holds the kubeconfig.", Effect.IN_PLACE)
    context: Text = setting("The context of the kubeconfig to use.", Effect.IN_PLACE)
    networks: Networks = setting("Address ranges of its nodes and pods.", Effect.IN_PLACE)
    pod_security: PodSecurity = setting(
        "Its requirements on pods: `restricted`, or `openshift` (its SCC chooses their user).",
        Effect.RESTARTS_PODS,
        default=PodSecurity.RESTRICTED,
    )
    identity: Model = setting("How pods get an identity of the cloud.", default=NoIdentity())

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from stack.unknown_secret("cluster.kubeconfig", self.kubeconfig)
        if self.kubeconfig not in stack.secrets:
            return
        # Messages name the contexts, but nothing else of a kubeconfig.
        secret = f"secrets.{self.kubeconfig}"
        known = contexts(stack.secrets[self.kubeconfig].get_secret_value())
        if not known:
            fix = f"{set_secret(self.kubeconfig)} < kubeconfig"
            yield Problem(key=secret, got="the value", expected="is not a kubeconfig with contexts", fix=fix)
        elif self.context not in known:
            near = get_close_matches(self.context, known, n=1)
            expected = f"is not a context of the kubeconfig (known: {', '.join(known)})"
            fix = f"did you mean {near[0]}?" if near else "name one of them"
            yield self.wrong("context", expected, fix, others=("cluster.kubeconfig", secret))


def contexts(kubeconfig: str) -> list[str]:
    """Returns the names of the contexts of a kubeconfig; none if the text is no kubeconfig."""
    try:
        content: Json = yaml.safe_load(kubeconfig)
    except yaml.YAMLError:
        return []
    listed = content.get("contexts") if isinstance(content, dict) else None
    items = listed if isinstance(listed, list) else []
    return [str(item["name"]) for item in items if isinstance(item, dict) and "name" in item]


class ExistingAwsCluster(ExistingCluster):
    """Your own Kubernetes cluster: EKS, OpenShift or any other."""

    IDENTITY: ClassVar[tuple[str, str]] = (
        "AWS", "{kind: podIdentity, clusterName: ...} or {kind: irsa, issuer: ..., providerArn: ...}"
    )  # fmt: skip

    identity: Annotated[PodIdentity | Irsa | NoIdentity, BY_KIND, BeforeValidator(kind_alone)] = setting(
        "How pods get an identity of AWS."
    )
    security_group_id: Annotated[str, aws_id("sg", "security group")] | None = setting(
        "Security group of its pods: only they reach the data services; by default all of `networks`.",
        Effect.IN_PLACE,
        default=None,
    )


class ExistingAzureCluster(ExistingCluster):
    """Your own Kubernetes cluster: AKS, OpenShift or any other."""

    IDENTITY: ClassVar[tuple[str, str]] = ("Entra", "{kind: workloadIdentity, issuer: ...}")

    identity: Annotated[AzureWorkloadIdentity | NoIdentity, BY_KIND, BeforeValidator(kind_alone)] = setting(
        "How pods get an identity of Entra."
    )


class ExistingGcpCluster(ExistingCluster):
    """Your own Kubernetes cluster: GKE, OpenShift or any other."""

    IDENTITY: ClassVar[tuple[str, str]] = ("Google Cloud", "{kind: workloadIdentity, workloadPool: ...}")

    identity: Annotated[GcpWorkloadIdentity | NoIdentity, BY_KIND, BeforeValidator(kind_alone)] = setting(
        "How pods get an identity of Google Cloud."
    )
