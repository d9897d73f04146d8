"""The firewall of a data service: a security group that only the cluster's pods can reach, on the service's ports."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi
import pulumi_aws as aws

from components.aws.site import ClientGroup, ClientRanges, DataTier


class Firewall(pulumi.ComponentResource):
    """A security group. Each rule is a separate resource, so the group, and the service in it, wait for no client.

    Clients may reach the `ports`. With `members_talk`, members of the group (brokers) may reach one another, but
    nothing outside. `rules` must exist before a client can connect.
    """

    def __init__(
        self,
        name: str,
        *,
        tier: DataTier,
        ports: tuple[int, ...],
        members_talk: bool = False,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:Firewall", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="Clients of the cluster only",
            vpc_id=tier.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
            opts=child,
        )
        rules = [
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-clients-{part}",
                description="Pods of the cluster",
                security_group_id=group.id,
                referenced_security_group_id=group_id,
                cidr_ipv4=network,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=child,
            )
            for port in ports
            for part, group_id, network in _sources(port, tier.clients)
        ]
        if members_talk:
            for direction, rule in (("in", aws.vpc.SecurityGroupIngressRule), ("out", aws.vpc.SecurityGroupEgressRule)):
                rule(
                    f"{name}-members-{direction}",
                    description="Members of the group",
                    security_group_id=group.id,
                    referenced_security_group_id=group.id,
                    ip_protocol="-1",
                    opts=child,
                )
        self.group_id = group.id
        self.rules: tuple[pulumi.Resource, ...] = tuple(rules)
        self.register_outputs({"groupId": self.group_id})


def _sources(
    port: int, clients: ClientGroup | ClientRanges
) -> Iterator[tuple[str, pulumi.Output[str] | None, str | None]]:
    """Returns the end of the name and the source for each rule. AWS allows one source: a group or a range."""
    match clients:
        case ClientGroup(group_id=group_id):
            yield str(port), group_id, None
        case ClientRanges(networks=networks):
            for network in networks:
                yield f"{port}-{network.replace('/', '-')}", None, network
