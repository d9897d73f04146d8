"""Event queue: Azure Event Hubs through its Kafka endpoint, an event hub for every topic.

Clients sign in with a connection string as password. Rasa's may only send to its own topic. That of analytics is for
the whole namespace, because analytics reads one topic, writes another and accepts only one string. Clients create
their own consumer groups. Standard can neither get more partitions nor become Premium: that is a new namespace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.private_link import PrivateEndpoint, Zone
from components.azure.safety import lock, log
from components.azure.site import DataTier, Site
from components.connections import KafkaConnection, PasswordAuth
from components.naming import unique
from components.passwords import of_generation
from components.trust import azure_roots
from settings import Assistant
from settings.event_queue import CreateEventHubs

PORT: Final = 9093
USER: Final = "$ConnectionString"  # literally
GROWTH: Final = 4  # Standard adds throughput units automatically, up to this many times the first number


class EventHubsEventQueue(pulumi.ComponentResource):
    """A namespace of event hubs. `connections` by the assistant's name.

    `generation` is that of the authorization rules.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateEventHubs,
        generation: int,
        site: Site,
        tier: DataTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:EventHubsEventQueue", name, {}, opts)
        self._generation, self._settings, self._site, self._tier = generation, settings, site, tier
        self._namespace = self._make_namespace(name)
        # Azure changes one part of a namespace at a time.
        self._last: pulumi.Resource = self._namespace
        closed = azure.eventhub.NamespaceNetworkRuleSet(
            f"{name}-closed",
            namespace_name=self._namespace.name,
            resource_group_name=site.resource_group,
            default_action="Deny",
            public_network_access="Disabled",
            trusted_service_access_enabled=True,
            opts=self._next(),
        )
        self._last = closed
        endpoint = PrivateEndpoint(
            f"{name}-endpoint",
            service_id=self._namespace.id,
            zone=Zone.EVENT_HUBS,
            site=site,
            tier=tier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        lock(f"{name}-lock", self._namespace.id, site=site, parent=self)
        log(f"{name}-log", self._namespace.id, site=site, parent=self)
        self.bootstrap = pulumi.Output.format("{0}.servicebus.windows.net:{1}", self._namespace.name, PORT)
        analytics = self._analytics(name) if any(assistant.analytics for assistant in assistants) else None
        self.connections: Mapping[str, KafkaConnection] = {
            assistant.name: self._connection(name, assistant, analytics, endpoint.ready) for assistant in assistants
        }
        self.register_outputs({"bootstrap": self.bootstrap})

    def _make_namespace(self, name: str) -> azure.eventhub.Namespace:
        settings, site = self._settings, self._site
        is_standard = settings.size == "Standard"
        key = None if is_standard else site.storage_key
        return azure.eventhub.Namespace(
            f"{name}-namespace",
            namespace_name=unique(names.event_hubs_namespace, name, self),
            resource_group_name=site.resource_group,
            sku={"name": settings.size, "tier": settings.size, "capacity": settings.units},
            is_auto_inflate_enabled=is_standard,
            maximum_throughput_units=min(GROWTH * settings.units, 40) if is_standard else None,
            minimum_tls_version="1.2",
            # The Kafka endpoint takes tokens of Entra too, but Rasa cannot get any.
            disable_local_auth=False,
            public_network_access="Disabled",
            identity=(
                {
                    "type": azure.eventhub.ManagedServiceIdentityType.USER_ASSIGNED,
                    "user_assigned_identities": [key.identity_id],
                }
                if key
                else None
            ),
            encryption=(
                {
                    "key_source": azure.eventhub.KeySource.MICROSOFT_KEY_VAULT,
                    "key_vault_properties": [
                        {
                            "key_name": key.name,
                            "key_vault_uri": key.vault_uri,
                            "identity": {"user_assigned_identity": key.identity_id},
                        }
                    ],
                    "require_infrastructure_encryption": True,
                }
                if key
                else None
            ),
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                hooks=site.patience,
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m", delete="60m"),
            ),
        )

    def _connection(
        self, name: str, assistant: Assistant, analytics: PasswordAuth | None, ready: Sequence[pulumi.Resource]
    ) -> KafkaConnection:
        topics = [assistant.events_topic, *([assistant.dead_letter_topic] if assistant.analytics else [])]
        hubs = {topic: self._hub(name, topic) for topic in topics}
        producer = self._send(name, hubs[assistant.events_topic], assistant)
        return KafkaConnection(
            bootstrap=self.bootstrap,
            mechanism="PLAIN",
            producer=producer,
            consumer=analytics if assistant.analytics and analytics is not None else producer,
            events_topic=assistant.events_topic,
            dead_letter_topic=assistant.dead_letter_topic,
            consumer_group=assistant.consumer_group,
            ca_pem=azure_roots(),
            ports=(PORT,),
            networks=self._tier.endpoint_networks,
            ready=(*hubs.values(), *ready),
        )

    def _hub(self, name: str, topic: str) -> azure.eventhub.EventHub:
        settings, site = self._settings, self._site
        hub = azure.eventhub.EventHub(
            f"{name}-{topic}",
            event_hub_name=topic,
            namespace_name=self._namespace.name,
            resource_group_name=site.resource_group,
            partition_count=settings.partitions,
            retention_description={"cleanup_policy": "Delete", "retention_time_in_hours": settings.retention_hours},
            opts=self._next(protect=site.protect),
        )
        self._last = hub
        return hub

    def _send(self, name: str, hub: azure.eventhub.EventHub, assistant: Assistant) -> PasswordAuth:
        """Returns the credentials of Rasa, which may write the assistant's events and nothing else."""
        generation = self._generation
        rule = azure.eventhub.EventHubAuthorizationRule(
            of_generation(f"{name}-{assistant.name}-send", generation),
            authorization_rule_name=of_generation("send", generation),
            event_hub_name=hub.name,
            namespace_name=self._namespace.name,
            resource_group_name=self._site.resource_group,
            rights=["Send"],
            opts=self._next(),
        )
        self._last = rule
        keys = azure.eventhub.list_event_hub_keys_output(
            authorization_rule_name=rule.name,
            event_hub_name=hub.name,
            namespace_name=self._namespace.name,
            resource_group_name=self._site.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        # Azure's answer is not marked as secret.
        return PasswordAuth(username=USER, password=pulumi.Output.secret(keys.primary_connection_string))

    def _analytics(self, name: str) -> PasswordAuth:
        """Returns the credentials of all analytics, which reads events and writes what it cannot process."""
        generation = self._generation
        rule = azure.eventhub.NamespaceAuthorizationRule(
            of_generation(f"{name}-analytics", generation),
            authorization_rule_name=of_generation("analytics", generation),
            namespace_name=self._namespace.name,
            resource_group_name=self._site.resource_group,
            rights=["Listen", "Send"],
            opts=self._next(),
        )
        self._last = rule
        keys = azure.eventhub.list_namespace_keys_output(
            authorization_rule_name=rule.name,
            namespace_name=self._namespace.name,
            resource_group_name=self._site.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return PasswordAuth(username=USER, password=pulumi.Output.secret(keys.primary_connection_string))

    def _next(self, *, protect: bool = False) -> pulumi.ResourceOptions:
        """Returns the options of the next part of the namespace, which waits for the previous one."""
        return pulumi.ResourceOptions(parent=self, protect=protect, depends_on=[self._last])
