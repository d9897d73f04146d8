"""The arguments of the pure functions of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.artifacts import image_of
from components.connections import AssistantConnections, AssistantDatabases, CertificateAuth, VaultConnection
from components.kubernetes.pod import Value, Values
from components.rasa import names
from settings import Assistant, PodSecurity, Profile
from settings.assistant import numbers
from settings.company import NO_COMPANY, Company
from settings.servers import ActionServer, Duckling


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """One assistant and all its connections."""

    assistant: Assistant
    profile: Profile
    pod_security: PodSecurity
    databases: AssistantDatabases
    connections: AssistantConnections
    vault: VaultConnection | None
    company: Company = NO_COMPANY
    pull_secrets: Sequence[Mapping[str, pulumi.Input[str]]] = ()

    @property
    def image(self) -> str:
        """Returns Rasa Pro's image."""
        return image_of(self.assistant, self.company.registries)

    @property
    def action_server(self) -> ActionServer | None:
        """Returns the action server that is released with Rasa; None if there is none, or it runs elsewhere."""
        server = self.assistant.action_server
        return None if server is None or server.image is None else server

    @property
    def duckling(self) -> Duckling | None:
        """Returns Duckling if it is released with Rasa; None if there is none, or it runs elsewhere."""
        duckling = self.assistant.duckling
        return None if duckling is None or duckling.url is not None else duckling

    @property
    def model(self) -> str | None:
        """Returns the object key of the model; None if it is in the image."""
        storage = self.connections.model_storage
        return None if storage is None else f"{storage.prefix}{self.assistant.model or names.UPLOADED_MODEL}"

    @property
    def has_model(self) -> bool:
        """Returns whether there is a model to run: named in the stack file, or in the image."""
        return self.connections.model_storage is None or self.assistant.model is not None

    @property
    def tunnelled(self) -> bool:
        """Returns whether pods reach Redis through a sidecar."""
        return self.connections.lock_store is not None and self.connections.lock_store.tunnel

    @property
    def secret_files(self) -> Mapping[str, Values]:
        """Returns the files of the Secret that pods with access to Kafka mount, besides Rasa's: by directory."""
        kafka = self.connections.event_queue
        if kafka is None or not isinstance(kafka.producer, CertificateAuth):
            return {}
        items: list[Value] = [{"key": name, "path": name} for name in (names.KAFKA_CERTIFICATE, names.KAFKA_KEY)]
        return {names.KAFKA_CLIENT_DIRECTORY: {"secretName": names.SECRET, "items": items}}

    def since(self, version: str) -> bool:
        """Returns whether the assistant's Rasa Pro is that version (major.minor) or a later one."""
        return numbers(self.assistant.rasa_version) >= numbers(version)
