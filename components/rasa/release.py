"""The Helm release of Rasa's chart. What is in it is decided by `values`; what it needs exists before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.artifacts import CHART, CHART_VERSION
from components.kubernetes.pod import Values
from components.rasa.wiring import RELEASE

# The image and the model are fetched and loaded, pod after pod.
_TIMEOUT_SECONDS: Final = 1200


def release(
    name: str,
    namespace: pulumi.Input[str],
    values: Values,
    *,
    after: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
) -> kubernetes.helm.v3.Release:
    """Install the chart, or upgrade it, and wait until all pods are ready; undo what fails.

    `after` is everything that the pods use by name: Secrets, accounts, policies, and the smoke test.
    """
    return kubernetes.helm.v3.Release(
        name,
        name=RELEASE,
        namespace=namespace,
        chart=CHART,
        version=CHART_VERSION,
        values=values,
        atomic=True,
        timeout=_TIMEOUT_SECONDS,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
