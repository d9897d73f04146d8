"""Model storage: Blob Storage; each assistant has its own container, and reads nothing else.

Rasa itself signs in to Blob Storage only with the account's key (`auth: key`), which opens the whole account. Without a
key (`auth: initDownload`) a script downloads the model as the pod's identity before Rasa starts. A person or a pipeline
uploads models with its own identity. Old versions of a model are kept for a while, so that a replaced or deleted one
can be restored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Never

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.identity import RoleGrant
from components.azure.internet import OPEN, on_the_internet
from components.azure.private_link import PrivateEndpoint, Zone
from components.azure.roles import Role
from components.azure.safety import lock, log
from components.azure.site import DataTier, Site
from components.cloud import Access, GrantedElsewhere, ModelStorage, NoIdentityNeeded, Rights, Service
from components.connections import DownloadedModel, ModelStorageConnection
from components.naming import unique
from settings import Assistant, AzureSettings
from settings.model_storage import CreateBlobStorage, ExistingContainer, ModelAuth

DOWNLOAD: Final = Path(__file__).parent / "scripts" / "download_model.py"


class BlobModelStorage(pulumi.ComponentResource):
    """A private, encrypted, versioned account. `connections` by the assistant's name.

    `uploaders` are the ranges on the internet from which models may be uploaded in dev. In prod only clients in the
    network reach the account. `generation`: odd numbers use the account's first key, even numbers the second.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateBlobStorage,
        generation: int,
        uploaders: Sequence[str],
        site: Site,
        tier: DataTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:BlobModelStorage", name, {}, opts)
        self._settings, self._generation = settings, generation
        self._site, self._uploaders = site, uploaders
        self._account = self._make_account(name)
        endpoint = PrivateEndpoint(
            f"{name}-endpoint",
            service_id=self._account.id,
            zone=Zone.BLOB,
            site=site,
            tier=tier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._keep_versions(name, settings.old_version_days)
        lock(f"{name}-lock", self._account.id, site=site, parent=self)
        blobs = pulumi.Output.concat(self._account.id, "/blobServices/default")
        log(f"{name}-log", blobs, site=site, parent=self)

        self.address = _address(self._account.name)
        self._containers = {assistant.name: self._container(name, assistant) for assistant in assistants}
        self.connections: Mapping[str, ModelStorageConnection | DownloadedModel] = {
            assistant.name: self._connection(assistant, endpoint.ready) for assistant in assistants
        }
        self.register_outputs({"account": self._account.name})

    def access(self, assistant: Assistant) -> Access[RoleGrant]:
        """Returns the access of an assistant's pods: they read its container, or use the account's key."""
        match self._settings.auth:
            case ModelAuth.KEY:
                return NoIdentityNeeded()
            case ModelAuth.INIT_DOWNLOAD:
                container = self._containers[assistant.name].id
                return Rights((RoleGrant(key="models", role=Role.STORAGE_BLOB_DATA_READER, scope=container),))

    def _make_account(self, name: str) -> azure.storage.StorageAccount:
        site, key = self._site, self._site.storage_key
        return azure.storage.StorageAccount(
            f"{name}-account",
            account_name=unique(names.storage_account, name, self),
            resource_group_name=site.resource_group,
            kind="StorageV2",
            sku={"name": "Standard_ZRS" if site.is_prod else "Standard_LRS"},
            access_tier=azure.storage.AccessTier.HOT,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            allow_shared_key_access=self._settings.auth is ModelAuth.KEY,
            default_to_o_auth_authentication=True,
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            is_local_user_enabled=False,
            is_sftp_enabled=False,
            public_network_access="Disabled" if site.is_prod else "Enabled",
            network_rule_set=firewall([] if site.is_prod else self._uploaders),
            identity={"type": "UserAssigned", "user_assigned_identities": [key.identity_id]} if key else None,
            encryption=(
                {
                    "key_source": "Microsoft.Keyvault",
                    "key_vault_properties": {"key_name": key.name, "key_vault_uri": key.vault_uri},
                    "encryption_identity": {"encryption_user_assigned_identity": key.identity_id},
                    "require_infrastructure_encryption": True,
                }
                if key
                else None
            ),
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect, hooks=site.patience),
        )

    def _keep_versions(self, name: str, days: int) -> None:
        group = self._site.resource_group
        retention = azure.storage.DeleteRetentionPolicyArgs(enabled=True, days=min(days, 365))
        versions = azure.storage.BlobServiceProperties(
            f"{name}-versions",
            account_name=self._account.name,
            blob_services_name="default",
            resource_group_name=group,
            is_versioning_enabled=True,
            delete_retention_policy=retention,
            container_delete_retention_policy=retention,
            opts=pulumi.ResourceOptions(parent=self),
        )
        azure.storage.ManagementPolicy(
            f"{name}-lifecycle",
            account_name=self._account.name,
            management_policy_name="default",
            resource_group_name=group,
            policy={
                "rules": [
                    {
                        "name": "old-versions",
                        "type": "Lifecycle",
                        "enabled": True,
                        "definition": {
                            "filters": {"blob_types": ["blockBlob"]},
                            "actions": {"version": {"delete": {"days_after_creation_greater_than": days}}},
                        },
                    }
                ]
            },
            # A rule for old versions needs versioning.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
        )

    def _container(self, name: str, assistant: Assistant) -> azure.storage.BlobContainer:
        return azure.storage.BlobContainer(
            f"{name}-{assistant.name}",
            container_name=names.container(assistant.name),
            account_name=self._account.name,
            resource_group_name=self._site.resource_group,
            public_access=azure.storage.PublicAccess.NONE,
            opts=pulumi.ResourceOptions(parent=self, protect=self._site.protect),
        )

    def _connection(
        self, assistant: Assistant, ready: Sequence[pulumi.Resource]
    ) -> ModelStorageConnection | DownloadedModel:
        container = self._containers[assistant.name]
        key = self._key() if self._settings.auth is ModelAuth.KEY else None
        return container_connection(
            self._account.name,
            container.name,
            assistant,
            key=key,
            from_inside=self._site.is_prod,
            ready=(container, *ready),
        )

    def _key(self) -> pulumi.Output[str]:
        """Returns one of the account's two keys. Azure's answer is not marked as secret."""
        keys = azure.storage.list_storage_account_keys_output(
            account_name=self._account.name,
            resource_group_name=self._site.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        index = (self._generation - 1) % 2
        return pulumi.Output.secret(keys.apply(lambda answer: answer.keys[index].value))


def existing_container(given: ExistingContainer, settings: AzureSettings) -> ModelStorage[Never]:
    """Describes an existing container. Its owner gives the pods' identity the right to read it."""
    by_key = given.auth is ModelAuth.KEY
    key = settings.secret(given.account_key) if given.account_key and by_key else None
    return Service(
        address=_address(given.account),
        connection={
            assistant.name: container_connection(given.account, given.container, assistant, key=key)
            for assistant in settings.assistants
        },
        rasa=lambda _: NoIdentityNeeded() if by_key else GrantedElsewhere(),
    )


def _address(account: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("https://{0}.blob.core.windows.net", account)


def container_connection(
    account: pulumi.Input[str],
    container: pulumi.Input[str],
    assistant: Assistant,
    *,
    key: pulumi.Output[str] | None,
    from_inside: bool = False,
    ready: tuple[pulumi.Resource, ...] = (),
) -> ModelStorageConnection | DownloadedModel:
    """Returns an assistant's access to a container: with the account's key by Rasa itself, or by a script without one.

    `from_inside`: uploads are possible only from inside the network.
    """
    environment: Mapping[str, pulumi.Input[str]] = {"AZURE_ACCOUNT_NAME": account, "AZURE_CONTAINER": container}
    upload = pulumi.Output.format(
        "az storage blob upload --auth-mode login --account-name {0} --container-name {1} "
        "--name {2}model.tar.gz --file model.tar.gz --overwrite{3}",
        account,
        container,
        assistant.model_prefix,
        "  # from inside the network" if from_inside else "",
    )
    if key is None:
        return DownloadedModel(
            script=DOWNLOAD, prefix=assistant.model_prefix, environment=environment, upload_command=upload, ready=ready
        )
    return ModelStorageConnection(
        remote_storage="azure",
        prefix=assistant.model_prefix,
        environment=environment,
        secret_environment={"AZURE_ACCOUNT_KEY": key},
        upload_command=upload,
        ready=ready,
    )


def firewall(ranges: Sequence[str]) -> azure.storage.NetworkRuleSetArgs:
    """Returns the clients on the internet. Storage accepts single addresses only without their /32."""
    if OPEN in ranges:
        return azure.storage.NetworkRuleSetArgs(default_action=azure.storage.DefaultAction.ALLOW)
    addresses = [
        address
        for network in on_the_internet(ranges)
        for address in ([str(network)] if network.prefixlen <= 30 else [str(each) for each in network])
    ]
    return azure.storage.NetworkRuleSetArgs(
        default_action=azure.storage.DefaultAction.DENY,
        bypass="AzureServices",
        ip_rules=[
            azure.storage.IPRuleArgs(i_p_address_or_range=address, action=azure.storage.Action.ALLOW)
            for address in addresses
        ],
    )
