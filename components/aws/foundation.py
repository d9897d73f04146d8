"""What the services of the platform stand on: the account, the key and the network.

Each is made, or looked up, when the first part of the platform asks for it: where everything exists, nothing is.
"""

from __future__ import annotations

from functools import cached_property

import pulumi
import pulumi_aws as aws

from components.aws.context import ClientGroup, ClientRanges, Context, DataTier
from components.aws.encryption import EncryptionKey, EncryptionSpec, log_groups
from components.aws.network import Network, NetworkConnection, NetworkSpec, existing_network
from settings import AwsSettings, CreateEncryption, CreateNetwork, ExistingKmsKey, ExistingVpc, Profile


class Foundation:
    """Of one platform, whose component is `parent`."""

    def __init__(self, name: str, settings: AwsSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent

    @cached_property
    def account(self) -> pulumi.Output[str]:
        """Number of the account."""
        return aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=self._parent)).account_id

    @cached_property
    def key_arn(self) -> pulumi.Output[str]:
        """ARN of the key for data."""
        settings = self._settings
        match settings.encryption:
            case ExistingKmsKey(key=arn):
                return pulumi.Output.from_input(arn)
            case CreateEncryption():
                name = f"{self._name}-data"
                spec = EncryptionSpec(
                    purpose=f"Data of {name}",
                    account=self.account,
                    profile=settings.profile,
                    protect=settings.protect,
                    services=[log_groups(settings.region, self.account)],
                )
                return EncryptionKey(name, spec, opts=self._child).key_arn

    @cached_property
    def context(self) -> Context:
        """What every service that is created is told."""
        settings = self._settings
        own_key = settings.profile is Profile.PROD or isinstance(settings.encryption, ExistingKmsKey)
        return Context(
            region=settings.region,
            account=self.account,
            profile=settings.profile,
            was_prod=settings.deployed.get("profile", Profile.PROD) == Profile.PROD,
            protect=settings.protect,
            storage_key=self.key_arn if own_key else None,
        )

    @cached_property
    def network(self) -> NetworkConnection:
        """The network."""
        match self._settings.network:
            case ExistingVpc() as existing:
                return existing_network(existing)
            case CreateNetwork() as chosen:
                spec = NetworkSpec(settings=chosen, context=self.context)
                return Network(f"{self._name}-network", spec, opts=self._child).connection

    def tier(self, clients: ClientGroup | ClientRanges) -> DataTier:
        """The part of the network where data services stand."""
        return DataTier(
            vpc_id=self.network.vpc_id,
            subnet_ids=self.network.data_subnet_ids,
            networks=self.network.data_networks,
            clients=clients,
        )

    @property
    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._parent)
