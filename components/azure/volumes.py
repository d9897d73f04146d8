"""Disks for pods: how the cluster creates them, encrypted with the platform's key if there is one.

They are in the cluster's own resource group and are deleted with the cluster, even if Kubernetes retains them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_azure_native as azure

from components.azure.roles import Role, grant
from components.azure.site import Site, StorageKey
from components.connections import VolumeClass


class Disks(pulumi.ComponentResource):
    """Ends in `connection`. Disks are locally redundant: Vault, which needs more, keeps a copy in every zone.

    `principal_id` is the identity of the cluster, which creates the disks. The cluster waits for `ready`, so that it
    and its disks are deleted before the disk encryption set.
    """

    def __init__(
        self, name: str, *, principal_id: pulumi.Output[str], site: Site, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:azure:Disks", name, {}, opts)
        parameters: Mapping[str, pulumi.Input[str]] = {"skuName": "Premium_LRS" if site.is_prod else "StandardSSD_LRS"}
        self.ready: tuple[pulumi.Resource, ...] = ()
        if site.storage_key is not None:
            encryption = self._encryption(name, site, site.storage_key)
            granted = grant(
                f"{name}-read", Role.READER, scope=encryption.id, principal_id=principal_id, site=site, parent=self
            )
            parameters = {**parameters, "diskEncryptionSetID": encryption.id}
            self.ready = (granted,)
        self.connection = VolumeClass(provisioner="disk.csi.azure.com", parameters=parameters, ready=self.ready)
        self.register_outputs({})

    def _encryption(self, name: str, site: Site, key: StorageKey) -> azure.compute.DiskEncryptionSet:
        return azure.compute.DiskEncryptionSet(
            f"{name}-encryption",
            resource_group_name=site.resource_group,
            encryption_type=azure.compute.DiskEncryptionSetType.ENCRYPTION_AT_REST_WITH_CUSTOMER_KEY,
            identity={
                "type": azure.compute.DiskEncryptionSetIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [key.identity_id],
            },
            active_key={"key_url": key.url},
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, hooks=site.patience),
        )
