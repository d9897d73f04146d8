"""The secrets and certificates of a Rasa pod: the Secret `rasa-secrets` and the ConfigMap `rasa-cloud-ca`.

It creates both, the API token, and the JWT secret unless there is a public key. The Secret holds exactly the keys that
are used. The connections have the passwords of the services.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.connections import CertificateAuth, ModelStorageConnection, PasswordAuth
from components.kubernetes.pod import POSTGRES_CA, digest
from components.kubernetes.vault.names import TOKEN_KEY
from components.passwords import generated_password
from components.rasa import names, redis_tunnel
from components.rasa.analytics import analytics_url
from components.rasa.files import texts
from components.rasa.model_download import SCRIPT, download
from components.rasa.outgoing import bundle, proxy_secrets
from components.rasa.wiring import Wiring

_LICENSE = "license"


class RasaSecrets(pulumi.ComponentResource):
    """`values` are the contents of the Secret. `revision` changes with each of them and reveals none of them.

    `given` are the values of `rasa:secrets` by key. `generation` is that of the API token and the JWT secret. `after`
    are the resources that make the services accept the credentials: a pod must not find an invalid credential here.
    """

    def __init__(
        self,
        name: str,
        *,
        wiring: Wiring,
        generation: int,
        after: Sequence[pulumi.Resource],
        namespace: pulumi.Input[str],
        given: Mapping[str, pulumi.Output[str]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:core:Secrets", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        auth_token = generated_password(f"{name}-auth-token", self, generation)
        public = wiring.assistant.jwt
        jwt_secret = (
            generated_password(f"{name}-jwt-secret", self, generation, length=64)
            if public is None
            else pulumi.Output.from_input(public.public_key)
        )
        generated = {"RASA_PRO_LICENSE": given[_LICENSE], "AUTH_TOKEN": auth_token, "JWT_SECRET": jwt_secret}
        self.values: Mapping[str, pulumi.Output[str]] = {
            names.AUTH_TOKEN_KEY: auth_token,
            names.JWT_SECRET_KEY: jwt_secret,
            **service_secrets(wiring, given),
            **texts(wiring, given, generated),
        }
        secret = kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=names.SECRET, namespace=namespace),
            string_data=self.values,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        authorities = certificate_authorities(wiring)
        ca = kubernetes.core.v1.ConfigMap(
            f"{name}-ca",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=names.CA_CONFIG_MAP, namespace=namespace),
            data=authorities,
            opts=child,
        )
        # Running pods keep the old values. Helm values must not have a digest of secrets, so they have a random number,
        # which is drawn again if the digest changes.
        vault = wiring.vault
        token = {} if vault is None or vault.token is None else {TOKEN_KEY: vault.token}
        # Rasa reads these itself, but keeps what it has read as long as the database accepts it.
        in_vault = {} if vault is None or vault.credentials is None else {vault.path: vault.credentials.password}
        read = {**self.values, **authorities, **token, **in_vault}
        revision = random.RandomId(f"{name}-revision", byte_length=4, keepers={"sha256": digest(read)}, opts=child)
        self.revision: pulumi.Output[str] = revision.hex
        self.ready: tuple[pulumi.Resource, ...] = (secret, ca)
        self.register_outputs({"revision": self.revision})


def service_secrets(wiring: Wiring, given: Mapping[str, pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
    """Returns the keys for licence, services and the assistant's own variables; only those that something reads."""
    assistant, connections, databases = wiring.assistant, wiring.connections, wiring.databases
    secrets = {variable: given[key] for variable, key in assistant.secret_env.items()}
    if (server := wiring.action_server) is not None:
        secrets |= {names.action_server_key(variable): given[key] for variable, key in server.secret_env.items()}
    secrets[names.LICENSE_KEY] = given[_LICENSE]
    secrets |= proxy_secrets(wiring)
    if isinstance(connections.model_storage, ModelStorageConnection):
        secrets |= connections.model_storage.secret_environment
    if isinstance(databases.rasa.auth, PasswordAuth):
        secrets[names.DB_USERNAME_KEY] = pulumi.Output.from_input(databases.rasa.auth.username)
        secrets[names.DB_PASSWORD_KEY] = databases.rasa.auth.password
    if connections.lock_store is not None and isinstance(connections.lock_store.auth, PasswordAuth):
        secrets[names.REDIS_PASSWORD_KEY] = connections.lock_store.auth.password
    kafka = connections.event_queue
    if kafka is not None and isinstance(kafka.producer, PasswordAuth):
        secrets[names.KAFKA_USERNAME_KEY] = pulumi.Output.from_input(kafka.producer.username)
        secrets[names.KAFKA_PASSWORD_KEY] = kafka.producer.password
    if kafka is not None and isinstance(kafka.producer, CertificateAuth):
        secrets[names.KAFKA_CERTIFICATE] = kafka.producer.certificate
        secrets[names.KAFKA_KEY] = kafka.producer.key
    if databases.analytics is not None and isinstance(databases.analytics.auth, PasswordAuth):
        secrets[names.ANALYTICS_DB_URL_KEY] = analytics_url(databases.analytics, databases.analytics.auth)
    if assistant.analytics and kafka is not None and isinstance(kafka.consumer, PasswordAuth):
        secrets[names.ANALYTICS_KAFKA_USERNAME_KEY] = pulumi.Output.from_input(kafka.consumer.username)
        secrets[names.ANALYTICS_KAFKA_PASSWORD_KEY] = kafka.consumer.password
    return secrets


def certificate_authorities(wiring: Wiring) -> dict[str, pulumi.Input[str]]:
    """Returns the files of the ConfigMap: the roots of each service with TLS, and the files of sidecars and scripts."""
    connections = wiring.connections
    files = {POSTGRES_CA: wiring.databases.rasa.ca_pem}
    if connections.lock_store is not None and connections.lock_store.ca_pem is not None:
        files[names.REDIS_CA] = connections.lock_store.ca_pem
        if connections.lock_store.tunnel:
            files[redis_tunnel.CONFIGURATION] = redis_tunnel.configuration(connections.lock_store)
    if connections.event_queue is not None:
        files[names.KAFKA_CA] = connections.event_queue.ca_pem
    if wiring.vault is not None:
        files[names.VAULT_CA] = wiring.vault.ca_pem
    if wiring.company.ca is not None:
        files[names.OUTGOING_CA] = bundle(wiring.company.ca)
    if (model := download(wiring)) is not None:
        files[SCRIPT] = model.script.read_text(encoding="utf-8")
    return files
