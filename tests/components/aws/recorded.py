"""The AWS platform alone, and what the tests here ask about it."""

from __future__ import annotations

import json
from typing import Any

from sandbox.recorder import Registration
from tests.components import built
from tests.components.built import is_secret, known, sources

__all__ = ["Built", "build", "is_secret", "known", "sources"]

# Types, without `aws:`.
RDS, MSK, CACHE = "rds/instance:Instance", "msk/cluster:Cluster", "elasticache/replicationGroup:ReplicationGroup"
EKS, NODES, NAT = "eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/natGateway:NatGateway"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BUCKET = "s3/bucket:Bucket"


class Built(built.Built):
    """A platform on AWS."""

    def arn(self, resource: Registration) -> str:
        """The ARN of a resource."""
        return resource.outputs["arn"]

    def statements(self, name: str = "") -> list[dict[str, Any]]:
        """Statements of the role policies whose name contains this."""
        return [
            statement
            for policy in self.all("iam/rolePolicy:RolePolicy")
            if name in policy.name
            for statement in json.loads(policy.inputs["policy"])["Statement"]
        ]


def build(stack_file: dict[str, Any], *, stack: str = "dev") -> Built:
    """The platform of a stack file, as the program makes it."""
    return Built("aws", *built.record(stack_file, stack=stack))
