"""The Kubernetes cluster: EKS, with its log, its roles, its administrators and the add-ons that come before the nodes.

The nodes are in `nodes`. `components.kubernetes` creates storage classes, namespaces and all other objects in the
cluster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.logs import log_group
from components.aws.nodes import NodePool
from components.aws.roles import new_role
from components.aws.site import Site
from components.connections import ClusterConnection
from components.kubeconfig import written
from settings.cluster import PRIVATE, CreateEks

ALL_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
DEV_LOGS: Final = ("audit", "authenticator")
ADMIN_POLICY: Final = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
CLUSTER_POLICY: Final = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"


class EksCluster(pulumi.ComponentResource):
    """A cluster with one pool of nodes. Ends in `connection`, which waits for nodes and add-ons.

    `secrets_key` encrypts Kubernetes Secrets. `networks` are the ranges of the subnets. `egress` are the routes that
    nodes, but not the control plane, need. `role_arn` is the role that the provider assumes, or empty. `name` and
    `security_group_id` are available as soon as the control plane exists. The group is that of nodes and pods.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateEks,
        grow: bool,
        site: Site,
        secrets_key: pulumi.Output[str],
        subnet_ids: Sequence[pulumi.Output[str]],
        networks: tuple[str, ...],
        egress: Sequence[pulumi.Resource],
        role_arn: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:EksCluster", name, {}, opts)
        self._settings, self._site, self._subnet_ids, self._secrets_key = settings, site, subnet_ids, secrets_key
        cluster = self._control_plane(name)
        self._admins(name, cluster)
        pool = NodePool(
            f"{name}-nodes",
            settings=settings,
            grow=grow,
            site=site,
            cluster_name=cluster.name,
            subnet_ids=subnet_ids,
            egress=egress,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = cluster.name
        self.endpoint = cluster.endpoint
        self.security_group_id = cluster.vpc_config.cluster_security_group_id
        authority = cluster.certificate_authority.data
        self.connection = ClusterConnection(
            name=cluster.name,
            identifier=cluster.arn,
            kubeconfig=pulumi.Output.all(cluster.name, cluster.endpoint, authority).apply(
                lambda known: kubeconfig(known[0], known[1], known[2], site.region, role_arn)
            ),
            networks=networks,
            volumes=pool.volumes,
            ready=pool.ready,
        )
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def _control_plane(self, name: str) -> aws.eks.Cluster:
        settings, site = self._settings, self._site
        child = pulumi.ResourceOptions(parent=self)
        cluster_name = names.kubernetes_cluster(name)
        logs = log_group(f"{name}-logs", names.cluster_log_group(cluster_name), site=site, parent=self)
        role = new_role(f"{name}-role", name=name, trust=iam_policy.trust("eks.amazonaws.com"), site=site, opts=child)
        rights = aws.iam.RolePolicyAttachment(f"{name}-policy", role=role.name, policy_arn=CLUSTER_POLICY, opts=child)
        return aws.eks.Cluster(
            f"{name}-control-plane",
            name=cluster_name,
            version=settings.version,
            role_arn=role.arn,
            vpc_config={
                "subnet_ids": list(self._subnet_ids),
                "endpoint_private_access": True,
                "endpoint_public_access": settings.api_access != PRIVATE,
                "public_access_cidrs": None if settings.api_access == PRIVATE else list(settings.api_access),
            },
            kubernetes_network_config={"service_ipv4_cidr": settings.service_cidr},
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
            encryption_config={"resources": ["secrets"], "provider": {"key_arn": self._secrets_key}},
            enabled_cluster_log_types=list(ALL_LOGS if site.is_prod else DEV_LOGS),
            upgrade_policy={"support_type": "STANDARD"},
            zonal_shift_config={"enabled": True},
            bootstrap_self_managed_addons=False,
            deletion_protection=site.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # EKS would create the log group itself, and keep the logs forever. It checks the role's rights at
                # once, and needs them until it is deleted.
                depends_on=[logs, rights],
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )

    def _admins(self, name: str, cluster: aws.eks.Cluster) -> None:
        for principal in self._settings.admins:
            # By the principal, not by its index: deleting another principal must not replace this entry.
            admin = f"{name}-admin-{hashlib.sha256(principal.encode()).hexdigest()[:8]}"
            entry = aws.eks.AccessEntry(
                admin, cluster_name=cluster.name, principal_arn=principal, opts=pulumi.ResourceOptions(parent=self)
            )
            aws.eks.AccessPolicyAssociation(
                admin,
                cluster_name=cluster.name,
                principal_arn=entry.principal_arn,
                policy_arn=ADMIN_POLICY,
                access_scope={"type": "cluster"},
                opts=pulumi.ResourceOptions(parent=self),
            )


def kubeconfig(name: str, endpoint: str, authority: str, region: str, role_arn: str) -> str:
    """Returns a kubeconfig that signs in with the AWS CLI.

    `authority` is the cluster's certificate authority, base64. `role_arn` is assumed first, unless it is empty.
    """
    arguments = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    return written(
        name,
        {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}},
        {"command": "aws", "args": [*arguments, *(["--role-arn", role_arn] if role_arn else [])]},
    )
