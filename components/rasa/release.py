"""The Helm release of Rasa's chart. `values` has its contents; what it needs exists before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.artifacts import CHART, CHART_REPOSITORY, CHART_VERSION, chart_of
from components.kubernetes.pod import Values
from components.rasa import names
from settings import Registries

# Each pod in turn pulls the image and loads the model.
_TIMEOUT_SECONDS: Final = 1200


def release(
    name: str,
    namespace: pulumi.Input[str],
    values: Values,
    *,
    registries: Registries,
    after: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
) -> kubernetes.helm.v3.Release:
    """Installs the chart, or upgrades it, waits until all pods are ready, and rolls a failure back.

    `after` is everything that the pods use by name: Secrets, accounts, policies, and the smoke test.
    """
    chart = chart_of(CHART, CHART_REPOSITORY, registries)
    return kubernetes.helm.v3.Release(
        name,
        name=names.RELEASE,
        namespace=namespace,
        chart=chart.chart,
        repository_opts=chart.repository_opts,
        version=CHART_VERSION,
        values=values,
        atomic=True,
        timeout=_TIMEOUT_SECONDS,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
