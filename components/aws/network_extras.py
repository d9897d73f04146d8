"""Additions to the network in prod: private endpoints of AWS services, and a log of all connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.logs import log_group
from components.aws.roles import new_role
from components.aws.site import Site

# The services that nodes, pods and controllers call; S3 has a free gateway endpoint.
SERVICES: Final = (
    "autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "kms", "logs",
    "secretsmanager", "sts",
)  # fmt: skip


class PrivateEndpoints(pulumi.ComponentResource):
    """Interface endpoints with the services' usual names: calls to AWS stay inside the network.

    `clients` is the range (CIDR) that may use the endpoints.
    """

    def __init__(
        self,
        name: str,
        *,
        region: str,
        vpc_id: pulumi.Output[str],
        subnet_ids: Sequence[pulumi.Output[str]],
        clients: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:PrivateEndpoints", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="HTTPS from the network",
            vpc_id=vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https",
            description="The network",
            security_group_id=group.id,
            cidr_ipv4=clients,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        for service in SERVICES:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{region}.{service}",
                subnet_ids=list(subnet_ids),
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{name}-{service}"},
                opts=child,
            )
        self.register_outputs({})


class FlowLogs(pulumi.ComponentResource):
    """Every connection of the network, accepted or not, in CloudWatch."""

    def __init__(self, name: str, *, site: Site, vpc_id: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:aws:FlowLogs", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = log_group(f"{name}-logs", names.delivered_log_group(name, "all"), site=site, parent=self)
        trust = iam_policy.trust("vpc-flow-logs.amazonaws.com", site.account)
        role = new_role(f"{name}-role", name=name, trust=trust, site=site, opts=child)
        rights = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=iam_policy.permissions(
                [
                    iam_policy.Allow(
                        actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        resources=[pulumi.Output.format("{0}:*", group.arn)],
                    ),
                    iam_policy.Allow(
                        # As in "IAM role for publishing flow logs to CloudWatch Logs" in the VPC guide.
                        actions=["logs:DescribeLogGroups"],
                        resources=["*"],
                    ),
                ]
            ),
            opts=child,
        )
        aws.ec2.FlowLog(
            f"{name}-log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            # AWS tries to write at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[rights]),
        )
        self.register_outputs({})
