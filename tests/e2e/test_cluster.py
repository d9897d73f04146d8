"""Every object of Kubernetes that the program makes is taken by a real API server, and the pods of its Jobs run."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from settings import Cloud
from tests.e2e.cluster import Cluster, Refused
from tests.e2e.manifests import clear, manifests
from tests.processes import wait_until
from tests.program.stacks import recording
from tools.stacks import PROD, SHIPPED

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e cluster")]

STACKS = (*SHIPPED, *(f"{stack} with two assistants" for stack in PROD.values()), "prod with cloud identities")
RESTRICTED = "pod-security.kubernetes.io/enforce"
JOBS = "/apis/batch/v1/namespaces"


@contextmanager
def applied(server: Cluster, stack: str) -> Iterator[list[dict[str, Any]]]:
    """The objects of a stack, there for a while."""
    found = recording(stack)
    try:
        yield [server.apply(each) for each in manifests(found)]
    finally:
        clear(server, found)


def jobs(server: Cluster, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Jobs among the objects, as they are now."""
    named = (each["metadata"] for each in objects if each["kind"] == "Job")
    return [server.get(f"{JOBS}/{each['namespace']}/jobs/{each['name']}") for each in named]


def succeeded(job: dict[str, Any]) -> bool:
    return job.get("status", {}).get("succeeded") == 1


@pytest.mark.parametrize("stack", STACKS)
def test_every_object_is_taken_and_every_job_runs(api_server: Cluster, stack: str) -> None:
    before = len(api_server.warnings)
    with applied(api_server, stack) as objects:
        kinds = {each["kind"] for each in objects}
        assert {"Namespace", "NetworkPolicy", "Secret", "ConfigMap", "ServiceAccount", "Job"} <= kinds
        enforced = [each["metadata"]["labels"][RESTRICTED] for each in objects if each["kind"] == "Namespace"]
        assert set(enforced) == {"restricted"}
        assert api_server.warnings[before:] == []
        wait_until(lambda: all(map(succeeded, jobs(api_server, objects))), f"the Jobs of {stack} are done", 60)


def insecure(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The smoke test's Job of a stack, but that its container may gain privileges."""
    (job,) = (copy.deepcopy(each) for each in objects if each["metadata"].get("name", "").startswith("rasa-smoke-test"))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    container["securityContext"]["allowPrivilegeEscalation"] = True
    return {**job, "metadata": {"name": "insecure", "namespace": job["metadata"]["namespace"]}}


def test_a_pod_that_may_gain_privileges_is_refused(api_server: Cluster) -> None:
    before = len(api_server.warnings)
    with applied(api_server, "dev"):
        job = insecure([each for each in manifests(recording("dev")) if each["kind"] == "Job"])
        namespace = job["metadata"]["namespace"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": job["metadata"], "spec": job["spec"]["template"]["spec"]}
        with pytest.raises(Refused, match="violates PodSecurity") as refused:
            api_server.create(pod)
        assert refused.value.status == 403
        # A Job is only warned of, and then never gets a pod.
        api_server.apply(job)
        assert "allowPrivilegeEscalation" in api_server.warnings[before]
        events = f"/api/v1/namespaces/{namespace}/events"

        def failed() -> bool:
            said = (each["message"] for each in api_server.get(events)["items"] if each["reason"] == "FailedCreate")
            return any("violates PodSecurity" in message for message in said)

        wait_until(failed, "the Job's pod is refused", 30)
        assert [each for each in api_server.pods(namespace) if each["metadata"]["name"].startswith("insecure")] == []


def test_an_unknown_field_is_refused(api_server: Cluster) -> None:
    namespace = next(each for each in manifests(recording("dev")) if each["kind"] == "Namespace")
    with pytest.raises(Refused, match="field not declared in schema"):
        api_server.apply({**namespace, "spec": {"finalisers": []}})


def test_a_budget_lets_one_pod_go_at_a_time(api_server: Cluster) -> None:
    """The selector of the budget finds pods with the labels that the chart gives them."""
    stack = PROD[Cloud.AWS]
    with applied(api_server, stack) as objects:
        job = next(each for each in objects if each["kind"] == "Job" and each["metadata"]["namespace"] == "rasa")
        spec = job["spec"]["template"]["spec"]
        labels = {"app.kubernetes.io/name": "rasa", "app.kubernetes.io/instance": "rasa"}
        deployment = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "rasa", "namespace": "rasa"},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {**spec, "restartPolicy": "Always"}},
            },
        }
        api_server.apply(deployment)
        path = "/apis/policy/v1/namespaces/rasa/poddisruptionbudgets/rasa"

        def counted() -> bool:
            status = api_server.get(path).get("status", {})
            return (status.get("currentHealthy"), status.get("disruptionsAllowed")) == (2, 1)

        wait_until(counted, "the budget knows both pods", 30)
