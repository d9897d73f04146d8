"""A user of Kafka in Confluent Cloud: a service account, its roles and a key to sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_confluentcloud as confluent

from components.connections import PasswordAuth
from components.gcp import names
from components.passwords import of_generation


@dataclass(frozen=True, kw_only=True)
class KafkaRole:
    """A role on a resource name (CRN) of a cluster, or of a part of it."""

    name: str
    crn: pulumi.Output[str]


class KafkaUser(pulumi.ComponentResource):
    """`auth` has the client's credentials; `principal` is the user in access rules; `ready` are its roles.

    `private`: the machine that runs the program cannot reach the brokers, so it does not wait for them.
    `generation` is that of the key; the user stays.
    """

    def __init__(
        self,
        name: str,
        *,
        description: str,
        generation: int,
        cluster: confluent.KafkaCluster,
        environment_id: pulumi.Output[str],
        private: bool,
        roles: Sequence[KafkaRole] = (),
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:KafkaUser", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = confluent.ServiceAccount(
            f"{name}-account", display_name=names.display(name), description=description, opts=child
        )
        self.principal = pulumi.Output.format("User:{0}", account.id)
        self.ready: tuple[pulumi.Resource, ...] = tuple(
            confluent.RoleBinding(
                f"{name}-role-{index}", principal=self.principal, role_name=role.name, crn_pattern=role.crn, opts=child
            )
            for index, role in enumerate(roles)
        )
        key = confluent.ApiKey(
            of_generation(f"{name}-key", generation),
            display_name=names.display(name),
            description=description,
            owner={"id": account.id, "api_version": account.api_version, "kind": account.kind},
            managed_resource={
                "id": cluster.id,
                "api_version": cluster.api_version,
                "kind": cluster.kind,
                "environment": {"id": environment_id},
            },
            disable_wait_for_ready=private,
            # Confluent tests a new key at once, which needs the roles.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self.ready)),
        )
        self.auth = PasswordAuth(username=key.id, password=pulumi.Output.secret(key.secret))
        self.register_outputs({"principal": self.principal})
