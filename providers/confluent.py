"""The Confluent Cloud provider: one instance, if the event queue is created there."""

from __future__ import annotations

import pulumi
import pulumi_confluentcloud as confluent

from settings import GcpSettings
from settings.event_queue import CreateConfluent


def confluent_providers(settings: GcpSettings) -> list[pulumi.ProviderResource]:
    """A provider that signs in with the Cloud API key of `rasa:secrets`. The list is empty without an event queue."""
    match settings.event_queue:
        case CreateConfluent(api_key=key, api_secret=secret):
            return [
                confluent.Provider(
                    "confluentcloud", cloud_api_key=settings.secret(key), cloud_api_secret=settings.secret(secret)
                )
            ]
        case _:
            return []
