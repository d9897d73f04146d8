"""The nodes of the cluster and the add-ons around them.

One managed node group. It starts with `minNodes` nodes; an autoscaler of nodes may grow it to `maxNodes`. There is no
autoscaler yet: until then, set the group's desired size for more nodes, which `up` does not revert. Add-ons get the
version that EKS recommends for the cluster's version when they are created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy
from components.aws.roles import new_role, service_role
from components.aws.site import Site
from components.connections import VolumeClass
from settings.cluster import CreateEks, architecture

NODE_POLICIES: Final[Mapping[str, str]] = {
    "worker": "AmazonEKSWorkerNodePolicy",
    "pull": "AmazonEC2ContainerRegistryPullOnly",
    "cni": "AmazonEKS_CNI_Policy",
    "ssm": "AmazonSSMManagedInstanceCore",  # a shell on a node without SSH or an open port
}
# A node is ready only with these. The agent gives pods their roles.
BEFORE_NODES: Final[Mapping[str, str | None]] = {
    "vpc-cni": json.dumps({"enableNetworkPolicy": "true"}),
    "kube-proxy": None,
    "eks-pod-identity-agent": None,
}
# These are pods themselves. Autoscaling of Rasa reads metrics-server.
AFTER_NODES: Final = ("coredns", "metrics-server")
EBS_DRIVER: Final = "aws-ebs-csi-driver"
# For volumes with the tag that the driver gives to every volume it creates. AWS's policy for one cluster needs a second
# tag, which volumes from before v1.58.0 of the driver lack (kubernetes-sigs/aws-ebs-csi-driver#2918).
EBS_POLICY: Final = "AmazonEBSCSIDriverPolicyV2"
DISK_ACCOUNT: Final = "ebs-csi-controller-sa"
DISK_GB: Final = {True: 100, False: 50}  # True: prod; images of Rasa are large


class NodePool(pulumi.ComponentResource):
    """Nodes and add-ons. With `ready`, pods can be scheduled, resolve names, use disks and get their roles.

    `egress` are the routes to the internet, without which a node cannot join. `volumes` is the class of the cluster's
    disks: EKS has no default storage class. `grow` is whether the stack file asks for more nodes than at the
    last `up`.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateEks,
        grow: bool,
        site: Site,
        cluster_name: pulumi.Output[str],
        subnet_ids: Sequence[pulumi.Output[str]],
        egress: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:NodePool", name, {}, opts)
        self._site, self._settings, self._cluster_name, self._subnet_ids, self._egress = (
            site,
            settings,
            cluster_name,
            subnet_ids,
            egress,
        )
        before = [self._addon(name, addon, settings=settings) for addon, settings in BEFORE_NODES.items()]
        nodes = self._nodes(name, before, grow)
        after = [self._addon(name, addon, on=[nodes]) for addon in AFTER_NODES]
        role = service_role(f"{name}-disks", "pods.eks.amazonaws.com", EBS_POLICY, site=site, parent=self)
        rights = self._disk_rights(name, role)
        after.append(self._addon(name, EBS_DRIVER, on=[nodes, *rights], disk_role=role))
        self.volumes = VolumeClass(provisioner="ebs.csi.aws.com", parameters=self._disk_parameters(), ready=rights)
        self.ready: tuple[pulumi.Resource, ...] = (nodes, *before, *after)
        self.register_outputs({})

    def _nodes(self, name: str, before: Sequence[pulumi.Resource], grow: bool) -> aws.eks.NodeGroup:
        settings, site = self._settings, self._site
        child = pulumi.ResourceOptions(parent=self)
        role = new_role(f"{name}-role", name=name, trust=iam_policy.trust("ec2.amazonaws.com"), site=site, opts=child)
        rights = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{key}", role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{managed}", opts=child
            )
            for key, managed in NODE_POLICIES.items()
        ]
        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            # One hop: a pod cannot ask the node's metadata service for the node's role.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_type": "gp3",
                        "volume_size": DISK_GB[site.is_prod],
                        "encrypted": "true",
                        "kms_key_id": site.storage_key,
                    },
                }
            ],
            # EC2 creates these for the node group, without the provider's tags.
            tag_specifications=[
                {"resource_type": kind, "tags": site.tags} for kind in ("instance", "volume", "network-interface")
            ],
            update_default_version=True,
            opts=child,
        )
        return aws.eks.NodeGroup(
            f"{name}-group",
            cluster_name=self._cluster_name,
            node_role_arn=role.arn,
            subnet_ids=list(self._subnet_ids),
            version=settings.version,
            ami_type=f"AL2023_{architecture(settings.node_sizes[0])}_STANDARD",
            capacity_type="ON_DEMAND" if site.is_prod else "SPOT",
            instance_types=list(settings.node_sizes),
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={
                "min_size": settings.min_nodes,
                "max_size": settings.max_nodes,
                "desired_size": self._desired(f"{name}-group") if grow else settings.min_nodes,
            },
            update_config={"max_unavailable_percentage": 33},
            node_repair_config={"enabled": True},
            opts=pulumi.ResourceOptions(
                parent=self,
                # A node joins through the internet (`egress`), with its role's rights and the add-ons' pods.
                depends_on=[*rights, *before, *self._egress],
                # An autoscaler or a person sets the number of nodes.
                ignore_changes=[] if grow else ["scalingConfig.desiredSize"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )

    def _desired(self, group: str) -> pulumi.Output[int]:
        """The present number of nodes, or the new minimum: EKS refuses less."""
        least, opts = self._settings.min_nodes, pulumi.InvokeOutputOptions(parent=self)
        names = aws.eks.get_node_groups_output(cluster_name=self._cluster_name, opts=opts).names
        found = aws.eks.get_node_group_output(
            cluster_name=self._cluster_name,
            node_group_name=names.apply(lambda all_: next(one for one in all_ if one.startswith(group))),
            opts=opts,
        )
        return found.scaling_configs.apply(lambda configs: max(configs[0].desired_size, least))

    def _addon(
        self,
        name: str,
        addon: str,
        *,
        settings: str | None = None,
        on: Sequence[pulumi.Resource] = (),
        disk_role: pulumi.Output[str] | None = None,
    ) -> aws.eks.Addon:
        """Creates an add-on: its settings (JSON), what its pods need besides, and the role of a disk driver, if any."""
        return aws.eks.Addon(
            f"{name}-{addon}",
            cluster_name=self._cluster_name,
            addon_name=addon,
            configuration_values=settings,
            pod_identity_associations=[{"role_arn": disk_role, "service_account": DISK_ACCOUNT}] if disk_role else None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            # Its pods need a node, which no property of an add-on names.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(on)),
        )

    def _disk_parameters(self) -> dict[str, pulumi.Input[str]]:
        key = self._site.storage_key
        return {"type": "gp3", "encrypted": "true", **({} if key is None else {"kmsKeyId": key})}

    def _disk_rights(self, name: str, role_arn: pulumi.Output[str]) -> tuple[pulumi.Resource, ...]:
        """Returns the rights of the driver's role on the platform's key, which AWS's own policy does not have."""
        site = self._site
        if site.storage_key is None:
            return ()
        return (
            aws.iam.RolePolicy(
                f"{name}-disks-key",
                role=role_arn.apply(lambda arn: arn.rpartition("/")[2]),
                policy=iam_policy.permissions(disk_encryption(site.storage_key, site.region)),
                opts=pulumi.ResourceOptions(parent=self),
            ),
        )


def disk_encryption(key: pulumi.Output[str], region: str) -> tuple[iam_policy.Allow, ...]:
    """Returns a driver's rights on a key: create an encrypted disk, and let EC2 read it while a node uses it."""
    via_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{region}.amazonaws.com"}}
    return (
        iam_policy.Allow(
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=[key],
            conditions=via_ec2,
        ),
        iam_policy.Allow(
            actions=["kms:CreateGrant"],
            resources=[key],
            conditions={**via_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )
