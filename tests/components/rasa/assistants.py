"""Assistants on a platform that does not exist, recorded."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random

from components.connections import AssistantConnections
from components.kubernetes.database import DatabaseServer, DatabaseServerSpec
from components.rasa.assistant import AssistantSpec, RasaAssistant
from settings import Assistant, PodSecurity, Profile
from tests.components.rasa import wirings
from tests.recorder import Recording, run_program

LICENSE = "the-licence"
OPENAI = "the-openai-key"


def record(
    *assistants: Assistant,
    connections: AssistantConnections | None = None,
    iam: bool = False,
    profile: Profile = Profile.PROD,
    preview: bool = False,
) -> Recording:
    """Everything that assistants register, on connections with everything unless others are given."""

    def program() -> None:
        providers: list[pulumi.ProviderResource] = [
            kubernetes.Provider("kubernetes", kubeconfig="{}"),
            pulumi_random.Provider("random"),
        ]
        opts = pulumi.ResourceOptions(providers=providers)
        database = DatabaseServer(
            "database",
            DatabaseServerSpec(connection=wirings.postgres(iam=iam), pod_security=PodSecurity.RESTRICTED),
            opts=opts,
        )
        for assistant in assistants:
            made = RasaAssistant(
                assistant.name,
                AssistantSpec(
                    settings=assistant,
                    profile=profile,
                    secrets={
                        "license": wirings.secret(LICENSE),
                        "openaiApiKey": wirings.secret(OPENAI),
                        "unused": wirings.secret("unused"),
                    },
                    connections=connections or wirings.connections(assistant.name, iam=iam),
                    cluster=wirings.cluster(),
                    tracker_store=database,
                ),
                opts=opts,
            )
            pulumi.export(assistant.name, {"values": made.values, "endpoints": made.endpoints, "next": made.next_step})

    return run_program({}, program=program, preview=preview)
