"""The program: settings -> platform -> Kubernetes provider -> one Rasa release per assistant -> outputs."""

import gc

import pulumi

from components.connections import ExistingDatabases, PostgresConnection
from components.kubernetes.database import DatabaseServer
from components.kubernetes.vault.server import vault_addresses, vault_of
from components.platform import create_platform
from components.rasa.assistant import RasaAssistant
from providers.kubernetes import kubernetes_provider
from providers.random import random_provider
from providers.tls import tls_provider
from settings import load
from settings.changes import OUTPUT, check_changes, record

# The program ends within minutes, and searching all SDK objects for garbage took a third of its time.
gc.disable()
settings = load()
check_changes(settings)
if settings.protect:
    # The engine refuses by itself, but cannot name the page with the procedure.
    pulumi.log.info("Data is protected: a change that would replace or delete it is refused; see docs/replace.md.")
random = random_provider()
platform, account = create_platform(f"rasa-{pulumi.get_stack()}", settings, random)
in_cluster = pulumi.ResourceOptions(providers=[kubernetes_provider(platform.cluster), random, tls_provider()])

match platform.tracker_store:
    case PostgresConnection() as connection:
        tracker_store = DatabaseServer(
            "database",
            connection=connection,
            pod_security=platform.cluster.pod_security,
            company=settings.company,
            opts=in_cluster,
        )
    case ExistingDatabases() as tracker_store:
        pass
vault = vault_of(settings, platform.vault_seal, platform.cluster, in_cluster)
assistants = {
    assistant.name: RasaAssistant(
        assistant.name,
        assistant=assistant,
        profile=settings.profile,
        rotation=settings.rotation,
        secrets={key: settings.secret(key) for key in settings.secrets},
        connections=platform.assistants[assistant.name],
        cluster=platform.cluster,
        tracker_store=tracker_store,
        vault=vault,
        company=settings.company,
        opts=in_cluster,
    )
    for assistant in settings.assistants
}

pulumi.export("endpoints", {name: assistant.endpoints for name, assistant in assistants.items()})
pulumi.export("values", {name: assistant.values for name, assistant in assistants.items()})
pulumi.export("namespaces", {name: assistant.namespace for name, assistant in assistants.items()})
pulumi.export("services", {**platform.services, **vault_addresses(vault)})
pulumi.export("next", {name: assistant.next_step for name, assistant in assistants.items()})
pulumi.export("kubeconfig", pulumi.Output.secret(platform.cluster.kubeconfig))
# What the next `up` compares its settings with.
pulumi.export(OUTPUT, record(settings, account))
