"""Assistants on a platform that does not exist, recorded."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random
import pulumi_tls

from components.artifacts import image_of
from components.connections import AssistantConnections
from components.kubernetes.database import DatabaseServer
from components.kubernetes.vault.server import VaultServer
from components.rasa.assistant import RasaAssistant
from sandbox.existing import dummy_kubeconfig
from sandbox.recorder import run_program
from sandbox.recording import Recording
from settings import Assistant, PodSecurity, Profile
from settings.company import NO_COMPANY, Company
from settings.secrets_manager import CreateVault, ExistingVault
from settings.stack import Rotation
from tests.components.rasa import wirings

KUBECONFIG = dummy_kubeconfig({"rasa:cluster": {"context": "rasa"}})
LICENSE = "the-licence"
OPENAI = "the-openai-key"
VAULT_TOKEN = "the-vault-token"
DB_PASSWORD = "the-password-in-vault"
FIRST = Rotation()


def record(
    *assistants: Assistant,
    connections: AssistantConnections | None = None,
    iam: bool = False,
    secrets_manager: CreateVault | ExistingVault | None = None,
    profile: Profile = Profile.PROD,
    rotation: Rotation = FIRST,
    preview: bool = False,
    company: Company = NO_COMPANY,
) -> Recording:
    """Everything that assistants register, on connections with everything unless others are given."""

    def program() -> None:
        providers: list[pulumi.ProviderResource] = [
            kubernetes.Provider("kubernetes", kubeconfig=KUBECONFIG, context="rasa"),
            pulumi_random.Provider("random"),
            pulumi_tls.Provider("tls"),
        ]
        opts = pulumi.ResourceOptions(providers=providers)
        database = DatabaseServer(
            "database",
            connection=wirings.postgres(iam=iam),
            pod_security=PodSecurity.RESTRICTED,
            company=company,
            opts=opts,
        )
        vault = _vault(secrets_manager, assistants, profile, company, opts) if secrets_manager else None
        for assistant in assistants:
            made = RasaAssistant(
                assistant.name,
                assistant=assistant,
                profile=profile,
                rotation=rotation,
                secrets={
                    "license": wirings.secret(LICENSE),
                    "openaiApiKey": wirings.secret(OPENAI),
                    "unused": wirings.secret("unused"),
                    "vaultToken": wirings.secret(VAULT_TOKEN),
                    "dbPassword": wirings.secret(DB_PASSWORD),
                },
                connections=connections or wirings.connections(assistant.name, iam=iam),
                cluster=wirings.cluster(),
                tracker_store=database,
                vault=vault,
                company=company,
                opts=opts,
            )
            pulumi.export(assistant.name, {"values": made.values, "endpoints": made.endpoints, "next": made.next_step})

    return run_program({}, program=program, preview=preview)


def _vault(
    chosen: CreateVault | ExistingVault,
    assistants: tuple[Assistant, ...],
    profile: Profile,
    company: Company,
    opts: pulumi.ResourceOptions,
) -> VaultServer | ExistingVault:
    if isinstance(chosen, ExistingVault):
        return chosen
    return VaultServer(
        "vault",
        settings=chosen,
        profile=profile,
        protect=profile is Profile.PROD,
        seal=wirings.seal(init=chosen.init == "job"),
        cluster=wirings.cluster(),
        clients=tuple(assistant.namespace for assistant in assistants),
        image=image_of(assistants[0], company.registries),
        company=company,
        opts=opts,
    )
