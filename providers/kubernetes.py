"""The Kubernetes provider: one instance, for the platform's cluster."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import ClusterConnection


def kubernetes_provider(cluster: ClusterConnection) -> kubernetes.Provider:
    """A provider that signs in by the kubeconfig's exec plug-in.

    `cluster_identifier` keeps a changed kubeconfig from replacing the provider and with it every object in the cluster.
    """
    return kubernetes.Provider(
        "kubernetes",
        kubeconfig=cluster.kubeconfig,
        cluster_identifier=cluster.identifier,
        enable_server_side_apply=True,
        # Secrets and ConfigMaps have fixed names: without this option a changed one would be deleted first.
        enable_secret_mutable=True,
        enable_config_map_mutable=True,
        # Do not pass this through the kubeconfig: new nodes would change it and replace every object in the cluster.
        opts=pulumi.ResourceOptions(depends_on=list(cluster.ready)),
    )
