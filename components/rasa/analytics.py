"""Values of Rasa Pro Services (`rasaProServices`): analytics, with its own database, which reads the events topic.

Pure. It does not create the database, the topics or the Secret.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import pulumi

from components.artifacts import ANALYTICS_IMAGE, image_values, mirrored
from components.connections import (
    CertificateAuth,
    CredentialsInVault,
    DatabaseConnection,
    KafkaConnection,
    KafkaIamAuth,
    PasswordAuth,
    PostgresIamAuth,
)
from components.kubernetes import pod
from components.rasa import names
from components.rasa.wiring import Wiring
from settings import Profile
from settings.assistant import ANALYTICS_SERVICE_ACCOUNT

_RESOURCES: Final[dict[Profile, pod.Values]] = {
    Profile.DEV: {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
    Profile.PROD: {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "4Gi"}},
}


def analytics_values(wiring: Wiring, secrets_revision: pulumi.Input[str]) -> pod.Values:
    """Returns `rasaProServices`. The chart has it on, so off has to be explicit."""
    kafka, database = wiring.connections.event_queue, wiring.databases.analytics
    if kafka is None or database is None:
        return {"enabled": False}
    volumes, mounts = pod.secret_volumes(wiring.secret_files)
    values: pod.Values = {
        "enabled": True,
        "image": image_values(mirrored(ANALYTICS_IMAGE, wiring.company.registries)),
        "serviceAccount": {"create": False, "name": ANALYTICS_SERVICE_ACCOUNT},
        "podAnnotations": {"checksum/secrets": secrets_revision},
        "podSecurityContext": {"enabled": True, **pod.pod_security_values(wiring.pod_security)},
        "containerSecurityContext": {"enabled": True, **pod.CONTAINER_SECURITY},
        "resources": _RESOURCES[wiring.profile],
        "database": _database(database),
        "kafka": _kafka(kafka),
        "additionalEnv": pod.environment_values(_sign_in(kafka)),
        "volumes": [{"name": "cloud-ca", "configMap": {"name": names.CA_CONFIG_MAP}}, *volumes],
        "volumeMounts": [{"name": "cloud-ca", "mountPath": pod.CA_DIRECTORY, "readOnly": True}, *mounts],
    }
    region = _iam_region(database, kafka)
    if region is None:
        return values
    return {**values, "useCloudProviderIam": {"enabled": True, "provider": "aws", "region": region}}


def analytics_url(database: DatabaseConnection, auth: PasswordAuth) -> pulumi.Output[str]:
    """Returns the connection URL that analytics needs; as secret as the password in it."""
    return pulumi.Output.concat(
        "postgresql://",
        pulumi.Output.from_input(auth.username).apply(_encoded),
        ":",
        auth.password.apply(_encoded),
        "@",
        database.host,
        f":{database.port}/{_encoded(database.database)}?sslmode={database.ssl_mode}",
        f"&sslrootcert={pod.CA_DIRECTORY}/{pod.POSTGRES_CA}",
    )


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _database(database: DatabaseConnection) -> pod.Values:
    match database.auth:
        case CredentialsInVault():
            raise ValueError("analytics reads nothing in Vault: its login needs a password")
        case PasswordAuth():
            return {"urlExistingSecretName": names.SECRET, "urlExistingSecretKey": names.ANALYTICS_DB_URL_KEY}
        case PostgresIamAuth(username=username):
            return {
                "enableAwsRdsIam": True,
                "hostname": database.host,
                # The chart refuses a number here.
                "port": str(database.port),
                "databaseName": database.database,
                "username": username,
                "sslMode": database.ssl_mode,
                "sslCaLocation": f"{pod.CA_DIRECTORY}/{pod.POSTGRES_CA}",
            }


def _kafka(kafka: KafkaConnection) -> pod.Values:
    values: pod.Values = {
        "brokerAddress": kafka.bootstrap,
        "topic": kafka.events_topic,
        "dlqTopic": kafka.dead_letter_topic,
        "consumerId": kafka.consumer_group,
        "securityProtocol": "SASL_SSL",
        "sslCaLocation": f"{pod.CA_DIRECTORY}/{names.KAFKA_CA}",
    }
    match kafka.consumer:
        case PasswordAuth():
            return values
        case KafkaIamAuth():
            return {**values, "saslMechanism": kafka.mechanism, "enableAwsMskIam": True}
        case CertificateAuth():
            return {
                **values,
                "securityProtocol": "SSL",
                "sslCertFileLocation": f"{names.KAFKA_CLIENT_DIRECTORY}/{names.KAFKA_CERTIFICATE}",
                "sslKeyFileLocation": f"{names.KAFKA_CLIENT_DIRECTORY}/{names.KAFKA_KEY}",
            }


def _sign_in(kafka: KafkaConnection) -> pod.Environment:
    """Returns the variables of the sign-in. With a mechanism, the chart would put the user name into the manifest.

    A rotation changes the name and the password together, and a pod that starts meanwhile must get a matching pair.
    """
    match kafka.consumer:
        case PasswordAuth():
            return {
                "KAFKA_SASL_MECHANISM": str(kafka.mechanism),
                "KAFKA_SASL_USERNAME": pod.SecretKey(secret=names.SECRET, key=names.ANALYTICS_KAFKA_USERNAME_KEY),
                "KAFKA_SASL_PASSWORD": pod.SecretKey(secret=names.SECRET, key=names.ANALYTICS_KAFKA_PASSWORD_KEY),
            }
        case KafkaIamAuth() | CertificateAuth():
            return {}


def _iam_region(database: DatabaseConnection, kafka: KafkaConnection) -> str | None:
    for access in (database.auth, kafka.consumer):
        if isinstance(access, PostgresIamAuth | KafkaIamAuth):
            return access.region
    return None
