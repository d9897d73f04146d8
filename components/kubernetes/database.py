"""Databases and roles on the shared PostgreSQL server, created from inside the cluster, which can reach the server.

It creates the namespace `rasa-system`, the only one with the administrator's password, and one Job per assistant that
creates its role and database. The cloud creates the server; Rasa creates the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import (
    AssistantDatabases,
    DatabaseConnection,
    IamRoles,
    PasswordAuth,
    PasswordRoles,
    PostgresConnection,
    PostgresIamAuth,
)
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import to_networks
from components.kubernetes.pod import CA_DIRECTORY, POSTGRES_CA, Environment, SecretKey
from components.kubernetes.script_job import ScriptJob, ScriptJobArgs
from components.passwords import generated_password, of_generation
from settings import Assistant, PodSecurity
from settings.company import NO_COMPANY, Company

NAMESPACE: Final = "rasa-system"
_POD: Final = "database-roles"
_SCRIPT: Final = Path(__file__).parent / "scripts" / "database_roles.py"


class DatabaseServer(pulumi.ComponentResource):
    """The namespace `rasa-system`, with the administrator's credentials for the PostgreSQL server."""

    def __init__(
        self,
        name: str,
        *,
        connection: PostgresConnection,
        pod_security: PodSecurity,
        company: Company = NO_COMPANY,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:DatabaseServer", name, None, opts)
        self.connection = connection
        self.pod_security = pod_security
        child = pulumi.ResourceOptions(parent=self)
        space = RestrictedNamespace(f"{name}-system", NAMESPACE, pod_security, company=company, opts=child)
        self.namespace = space.name
        self.pull_secrets = space.pull_secrets
        admin = kubernetes.core.v1.Secret(
            f"{name}-admin",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=self.namespace),
            string_data={"password": connection.admin.password},
            opts=child,
        )
        self.admin_secret: pulumi.Output[str] = admin.metadata.name
        ca = kubernetes.core.v1.ConfigMap(
            f"{name}-ca",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=self.namespace),
            data={POSTGRES_CA: connection.ca_pem},
            opts=child,
        )
        self.ca_config_map: pulumi.Output[str] = ca.metadata.name
        egress = [to_networks(connection.networks, connection.port)]
        policy = space.policy(f"{name}-policy", _POD, _POD, egress=egress, parent=self)
        self.ready: tuple[pulumi.Resource, ...] = (*connection.ready, *space.policies, policy)
        self.register_outputs({"namespace": self.namespace})


class AssistantDatabase(pulumi.ComponentResource):
    """The assistant's database with its owner role, and a second pair if analytics is on. Ends in `databases`.

    `image` is an image of Rasa Pro, which contains the PostgreSQL client. `generation` counts the logins: a role has
    one password, so a new password needs a new login, which becomes the owner role as soon as it has signed in. The
    previous login stays. `password` is for Rasa's role if users choose the password and rotate it themselves; by
    default the password is generated.
    """

    def __init__(
        self,
        name: str,
        *,
        server: DatabaseServer,
        generation: int,
        assistant: Assistant,
        image: str,
        password: pulumi.Output[str] | None = None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:AssistantDatabase", name, None, opts)
        connection = server.connection
        child = pulumi.ResourceOptions(parent=self)
        names = [assistant.database]
        if assistant.analytics:
            names.append(assistant.analytics_database)
        given = {} if password is None else {assistant.database: password}
        logins = {role: role if role in given else login(role, generation) for role in names}
        passwords: Mapping[str, pulumi.Output[str]] = {}
        environment: Environment = {
            # libpq reads these by itself.
            "PGHOST": connection.host,
            "PGPORT": str(connection.port),
            "PGUSER": connection.admin.username,
            "PGPASSWORD": SecretKey(secret=server.admin_secret, key="password"),
            "PGDATABASE": "postgres",
            "PGSSLMODE": connection.ssl_mode,
            "PGSSLROOTCERT": f"{CA_DIRECTORY}/{POSTGRES_CA}",
            "PGCONNECT_TIMEOUT": "10",
            "ROLES": json.dumps(names),
        }
        match connection.roles:
            case PasswordRoles():
                generated = [role for role in names if role not in given]
                passwords = {
                    **given,
                    **{role: generated_password(f"{name}-{role}-password", self, generation) for role in generated},
                }
                secret = kubernetes.core.v1.Secret(
                    f"{name}-passwords",
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=server.namespace),
                    string_data=passwords,
                    opts=child,
                )
                environment = {
                    **environment,
                    "SIGN_IN": "password",
                    "LOGINS": json.dumps(logins),
                    **{f"PASSWORD_{role}": SecretKey(secret=secret.metadata.name, key=role) for role in names},
                }
            case IamRoles():
                environment = {**environment, "SIGN_IN": "iam"}
        job = ScriptJob(
            f"{name}-roles",
            ScriptJobArgs(
                namespace=server.namespace,
                pod_security=server.pod_security,
                pod_name=_POD,
                script=_SCRIPT,
                image=image,
                environment=environment,
                secrets={"admin": connection.admin.password, **passwords},
                config_maps={CA_DIRECTORY: server.ca_config_map},
                pull_secrets=server.pull_secrets,
                after=server.ready,
            ),
            opts=child,
        )

        def database(role: str) -> DatabaseConnection:
            return DatabaseConnection(
                host=connection.host,
                port=connection.port,
                database=role,
                auth=_sign_in(role, logins[role], connection.roles, passwords),
                ssl_mode=connection.ssl_mode,
                ca_pem=connection.ca_pem,
                networks=connection.networks,
                ready=(job.job,),
            )

        self.databases = AssistantDatabases(
            rasa=database(assistant.database),
            analytics=database(assistant.analytics_database) if assistant.analytics else None,
        )
        self.register_outputs({"databases": names})


def login(role: str, generation: int) -> str:
    """Returns the login role of a role that owns a database: for the first generation, the owner itself."""
    return of_generation(role, generation).replace("-", "_")


def _sign_in(
    role: str, login: str, roles: PasswordRoles | IamRoles, passwords: Mapping[str, pulumi.Output[str]]
) -> PasswordAuth | PostgresIamAuth:
    match roles:
        case PasswordRoles():
            return PasswordAuth(username=login, password=passwords[role])
        case IamRoles(region=region):
            return PostgresIamAuth(username=role, region=region)
