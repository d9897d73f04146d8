"""A namespace in which everything is denied by default.

It creates the Namespace with the Pod Security Standard `restricted` (pods for OpenShift meet it, too), a policy that
denies all traffic, and one that lets every pod query the name service. The creator of a pod adds a policy for all other
traffic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes.network import Egress, Ingress, Selector, pods_named, to_dns
from settings import PodSecurity
from settings.company import NO_COMPANY, Company

PULL_SECRET: Final = "rasa-registries"
_MODES: Final = ("enforce", "warn", "audit")
_MORE_LABELS: Final[Mapping[PodSecurity, Mapping[str, str]]] = {
    PodSecurity.RESTRICTED: {},
    # OpenShift would set the labels above according to the rights of service accounts, and so weaken them.
    PodSecurity.OPENSHIFT: {"security.openshift.io/scc.podSecurityLabelSync": "false"},
}


class RestrictedNamespace(pulumi.ComponentResource):
    """A closed namespace. `name` is an output of the Namespace, so that its users wait for it.

    `protect` keeps it from deletion. `pull_secrets` names the Secret with the login for private
    registries, which every pod refers to.
    """

    def __init__(
        self,
        name: str,
        namespace: str,
        pod_security: PodSecurity,
        *,
        protect: bool = False,
        company: Company = NO_COMPANY,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:RestrictedNamespace", name, None, opts)
        self.pod_security = pod_security
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in _MODES}
        versions = {f"pod-security.kubernetes.io/{mode}-version": "latest" for mode in _MODES}
        resource = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=namespace, labels={**labels, **versions, **_MORE_LABELS[pod_security]}
            ),
            # Deleting it deletes the volume claims in it.
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.name: pulumi.Output[str] = resource.metadata.name
        self.pull_secrets: list[Mapping[str, pulumi.Input[str]]] = []
        if company.pull_login is not None:
            secret = kubernetes.core.v1.Secret(
                f"{name}-registries",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(name=PULL_SECRET, namespace=self.name),
                type="kubernetes.io/dockerconfigjson",
                string_data={".dockerconfigjson": company.pull_login},
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.pull_secrets = [{"name": secret.metadata.name}]
        self.policies = (
            self.policy(f"{name}-deny", "default-deny"),
            self.policy(f"{name}-dns", "allow-dns", egress=to_dns(pod_security)),
        )
        self.register_outputs({"name": self.name})

    def policy(
        self,
        name: str,
        policy: str,
        *pods: str,
        egress: Sequence[Egress] | None = None,
        ingress: Sequence[Ingress] | None = None,
        parent: pulumi.Resource | None = None,
    ) -> kubernetes.networking.v1.NetworkPolicy:
        """Creates a network policy with the name `policy` for the pods of these names, or for all pods.

        A policy without any rule denies both directions.
        """
        types = [kind for kind, rules in (("Ingress", ingress), ("Egress", egress)) if rules is not None]
        return kubernetes.networking.v1.NetworkPolicy(
            name,
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=policy, namespace=self.name),
            spec=kubernetes.networking.v1.NetworkPolicySpecArgs(
                pod_selector=pods_named(*pods) if pods else Selector(),
                policy_types=types or ["Ingress", "Egress"],
                egress=egress,
                ingress=ingress,
            ),
            opts=pulumi.ResourceOptions(parent=parent or self),
        )
