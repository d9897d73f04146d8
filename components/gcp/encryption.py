"""The key for all data of the platform, and its users.

Only Google's own identities of the services use it. Clients that read data through a service need no right to the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp.keys import may_encrypt, service_agent, symmetric_key
from components.gcp.site import Agent, Site, StorageKey

MONTH: Final = f"{30 * 24 * 3600}s"


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key, rotated every quarter. Ends in `storage_key`."""

    def __init__(self, name: str, site: Site, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:gcp:EncryptionKey", name, {}, opts)
        key = symmetric_key(name, "data", MONTH, site, parent=self)
        self.storage_key = StorageKey(
            id=key.id,
            grants={
                agent: may_encrypt(f"{name}-{agent.name.lower()}", key.id, member, parent=self)
                for agent, member in self._agents(name, site).items()
            },
        )
        self.register_outputs({"keyId": key.id})

    def _agents(self, name: str, site: Site) -> Mapping[Agent, pulumi.Output[str]]:
        """Returns the members. The first request for them creates those of Cloud SQL and Memorystore."""
        storage = gcp.storage.get_project_service_account_output(
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(site.apis))
        )
        return {
            Agent.COMPUTE: pulumi.Output.format(
                "serviceAccount:service-{0}@compute-system.iam.gserviceaccount.com", site.number
            ),
            Agent.KUBERNETES: pulumi.Output.format(
                "serviceAccount:service-{0}@container-engine-robot.iam.gserviceaccount.com", site.number
            ),
            Agent.STORAGE: storage.member,
            **{
                agent: service_agent(f"{name}-{agent.name.lower()}", agent.value, site, parent=self)
                for agent in (Agent.REDIS, Agent.SQL)
            },
        }
