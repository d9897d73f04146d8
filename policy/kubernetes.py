"""Rules on the cluster: restricted pods in restricted namespaces, with only the rights that they use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from policy import kinds
from policy.checks import absent, equals, every, false, given, includes, of_chart, true, value, without
from policy.resource import Resource, items_of, mapping_of
from policy.rule import Check, Companion, Rule

# The path of the pod in each resource type.
PODS: Final[Mapping[str, str]] = {
    kinds.JOB: "spec.template.spec",
    kinds.CRON_JOB: "spec.jobTemplate.spec.template.spec",
}
VAULT_CONTEXT: Final = "values.server.statefulSet.securityContext"


def _pods(check: Check) -> dict[str, Check]:
    """Applies a check of a pod to every resource type that contains one."""

    def below(path: str) -> Check:
        def of_pod(resource: Resource) -> Iterator[str]:
            yield from check(Resource(type="", name="", urn="", props=mapping_of(resource.at(path))))

        return of_pod

    return {type_: below(path) for type_, path in PODS.items()}


def _containers(check: Check) -> Check:
    """Applies a check of a container to every container of a pod."""

    def of_pod(pod: Resource) -> Iterator[str]:
        for key in ("initContainers", "containers"):
            for container in items_of(pod.at(key)):
                yield from check(Resource(type="", name="", urn="", props=mapping_of(container)))

    return of_pod


def _without_privileges(container: Resource) -> Iterator[str]:
    yield from false("securityContext.allowPrivilegeEscalation")(container)
    yield from value("securityContext.privileged", equals(None, False))(container)
    yield from value("securityContext.capabilities.drop", includes("ALL"))(container)
    yield from value("securityContext.capabilities.add", absent())(container)


def _off_the_host(pod: Resource) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        yield from value(key, equals(None, False))(pod)
    yield from value("volumes[*].hostPath", absent())(pod)


def _denies_all(policy: Resource) -> Iterator[str]:
    yield from value("spec.podSelector", absent())(policy)
    yield from value("spec.policyTypes", includes("Ingress", "Egress"))(policy)
    yield from value("spec.ingress", absent())(policy)
    yield from value("spec.egress", absent())(policy)


def _names_its_secrets(role: Resource) -> Iterator[str]:
    for found in items_of(role.at("rules")):
        one = mapping_of(found)
        verbs = [verb for verb in items_of(one.get("verbs")) if verb != "create"]  # a new Secret has no name yet
        if "secrets" in items_of(one.get("resources")) and verbs and not one.get("resourceNames"):
            yield f"it allows {', '.join(map(str, verbs))} on every Secret of the namespace"


def _and_charts(pods: dict[str, Check], rasa: Check, vault: Check) -> dict[str, Check]:
    """Adds the equivalent checks for the pods of the charts, which are configured by values."""
    return {**pods, kinds.RELEASE: every(of_chart("rasa", rasa), of_chart("vault", vault))}


RULES: Final = (
    Rule(
        name="restricted-namespace",
        description="A namespace accepts only pods of the restricted pod security standard.",
        remedy="Label it pod-security.kubernetes.io/enforce: restricted.",
        on={kinds.NAMESPACE: value(("metadata", "labels", "pod-security.kubernetes.io/enforce"), equals("restricted"))},
    ),
    Rule(
        name="deny-by-default",
        description="A namespace has a network policy that denies all traffic that no other policy allows.",
        remedy="Add a policy for all pods with the types Ingress and Egress and no rules.",
        companions={kinds.NAMESPACE: Companion(type=kinds.NETWORK_POLICY, by="metadata", that=_denies_all)},
    ),
    Rule(
        name="no-root",
        description="No container runs as root.",
        remedy="Set runAsNonRoot: true.",
        on=_and_charts(
            _pods(true("securityContext.runAsNonRoot")),
            true("values.rasa.podSecurityContext.runAsNonRoot"),
            true(f"{VAULT_CONTEXT}.pod.runAsNonRoot"),
        ),
    ),
    Rule(
        name="no-privileges",
        description="No container can gain privileges or has capabilities.",
        remedy="Set allowPrivilegeEscalation: false, drop ALL capabilities and add none.",
        on=_and_charts(
            _pods(_containers(_without_privileges)),
            false("values.rasa.containerSecurityContext.allowPrivilegeEscalation"),
            false(f"{VAULT_CONTEXT}.container.allowPrivilegeEscalation"),
        ),
    ),
    Rule(
        name="system-calls-filtered",
        description="The container runtime filters system calls.",
        remedy="Set seccompProfile.type: RuntimeDefault.",
        on=_and_charts(
            _pods(value("securityContext.seccompProfile.type", equals("RuntimeDefault"))),
            value("values.rasa.podSecurityContext.seccompProfile.type", equals("RuntimeDefault")),
            value(f"{VAULT_CONTEXT}.pod.seccompProfile.type", equals("RuntimeDefault")),
        ),
    ),
    Rule(
        name="off-the-host",
        description="No pod has access to its node's network, processes or disk.",
        remedy="Use Kubernetes volumes and services.",
        on=_pods(_off_the_host),
    ),
    Rule(
        name="memory-limited",
        description="Every container has a memory limit.",
        remedy="Set resources.limits.memory.",
        on=_and_charts(
            _pods(_containers(value("resources.limits.memory", given()))),
            value("values.rasa.resources.limits.memory", given()),
            value("values.server.resources.limits.memory", given()),
        ),
    ),
    Rule(
        name="no-token-by-default",
        description="A pod gets the token of its service account only if it asks for it.",
        remedy="Set automountServiceAccountToken: false; a pod that needs a token can mount it.",
        on={kinds.SERVICE_ACCOUNT: false("automountServiceAccountToken")},
    ),
    Rule(
        name="no-wildcard-in-rbac",
        description="A role names its API groups, resources and verbs.",
        remedy="List the groups, resources and verbs that are used.",
        on={
            kinds.RBAC_ROLE: lambda role: [
                sentence
                for key in ("apiGroups", "resources", "verbs")
                for sentence in value(f"rules[*].{key}", without("*"))(role)
            ]
        },
    ),
    Rule(
        name="named-secrets",
        description="A role can read only the Secrets that it names, not all Secrets of the namespace.",
        remedy="List the Secrets in resourceNames.",
        on={kinds.RBAC_ROLE: _names_its_secrets},
    ),
)
