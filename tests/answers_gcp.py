"""What Google Cloud and Confluent add to a resource, in their formats. See `tests/answers.py`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from components.trust import azure_roots

PROJECT: Final = "acme-test"
NUMBER: Final = "123456789012"
REGION: Final = "europe-west1"
STORAGE_AGENT: Final = f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"

# Two authorities of a service's own. Any two certificates will do.
CERTIFICATES: Final = re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", azure_roots(), re.DOTALL)[:2]
# Inputs that the cloud adds to, so that nothing of them is known before it has.
COMPLETED: Final[Mapping[str, str]] = {
    "gcp:container/cluster:Cluster": "controlPlaneEndpointsConfig",
    "confluentcloud:index/gateway:Gateway": "gcpIngressPrivateServiceConnectGateway",
    "confluentcloud:index/accessPoint:AccessPoint": "gcpIngressPrivateServiceConnectEndpoint",
}

Inputs = Mapping[str, Any]
# Makes id and outputs of a resource from its logical name and its inputs.
Answer = Callable[[str, Inputs], tuple[str, dict[str, Any]]]


def answer_to_call(token: str) -> dict[str, Any] | None:
    """The result of an invoke; None for one that no double answers."""
    return _CALLS.get(token)


def outputs_of(type_: str, name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    """Id and further outputs of a new resource."""
    if type_ in _ANSWERS:
        return _ANSWERS[type_](name, inputs)
    own = physical(name, inputs)
    return own, {"name": own}


def digest(name: str, length: int) -> str:
    """Hexadecimal digits that look random and are always the same for a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:length]


def physical(name: str, inputs: Inputs) -> str:
    """The given physical name, or one as Pulumi makes it."""
    given = inputs.get("name")
    return given if isinstance(given, str) else f"{name}-{digest(name, 7)}"


def _named(path: str) -> Answer:
    """Resources whose id is a path that ends in their name."""

    def answer(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        own = physical(name, inputs)
        return f"projects/{PROJECT}/{path}/{own}", {"name": own}

    return answer


def _account(_name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    email = f"{inputs['accountId']}@{PROJECT}.iam.gserviceaccount.com"
    return f"projects/{PROJECT}/serviceAccounts/{email}", {"email": email, "member": f"serviceAccount:{email}"}


def _identity(_name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    email = f"service-{NUMBER}@{inputs['service'].partition('.')[0]}.iam.gserviceaccount.com"
    return f"projects/{PROJECT}/services/{inputs['service']}", {"email": email, "member": f"serviceAccount:{email}"}


def _key(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return f"{inputs['keyRing']}/cryptoKeys/{physical(name, inputs)}", {}


def _secret(_name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    own = inputs["secretId"]
    return f"projects/{PROJECT}/secrets/{own}", {"name": f"projects/{NUMBER}/secrets/{own}"}


def _cluster(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    own = physical(name, inputs)
    config = inputs["controlPlaneEndpointsConfig"]
    by_name = {**config["dnsEndpointConfig"], "endpoint": f"gke-{digest(name, 28)}-{NUMBER}.{REGION}.gke.goog"}
    return f"projects/{PROJECT}/locations/{inputs['location']}/clusters/{own}", {
        "name": own,
        "endpoint": "34.76.0.10",
        "masterAuth": {
            "clientCertificateConfig": {"issueClientCertificate": False},
            "clusterCaCertificate": "LS0tLS1CRUdJTi1DRVJUSUZJQ0FURS0tLS0t",
        },
        "controlPlaneEndpointsConfig": {**config, "dnsEndpointConfig": by_name},
    }


def _database(_name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {"privateIpAddress": "10.0.240.3"}


def _redis(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return f"projects/{PROJECT}/locations/{REGION}/instances/{inputs['name']}", {
        "host": "10.0.240.20",
        "port": 6378,
        "authString": f"generated-password-of-{name}",
        "serverCaCerts": [{"cert": cert} for cert in CERTIFICATES],
    }


def _kafka(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    id_ = f"lkc-{digest(name, 6)}"
    host = f"{id_}-ap123abc.{REGION}.gcp.accesspoint.glb.confluent.cloud"
    environment = inputs["environment"]["id"]
    return id_, {
        "apiVersion": "cmk/v2",
        "kind": "Cluster",
        "rbacCrn": f"crn://confluent.cloud/organization=1111aaaa/environment={environment}/cloud-cluster={id_}",
        "bootstrapEndpoint": f"SASL_SSL://pkc-12345.{REGION}.gcp.confluent.cloud:9092",
        "restEndpoint": f"https://pkc-12345.{REGION}.gcp.confluent.cloud:443",
        "endpoints": [
            {"accessPointId": "PUBLIC", "bootstrapEndpoint": "elsewhere:9092"},
            {"accessPointId": "ap-123abc", "bootstrapEndpoint": f"{host}:9092", "restEndpoint": f"https://{host}:443"},
        ],
    }


def _gateway(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    attachment = f"projects/plattg/regions/{REGION}/serviceAttachments/attachment"
    given = inputs["gcpIngressPrivateServiceConnectGateway"]
    return f"gw{digest(name, 6)}", {
        "gcpIngressPrivateServiceConnectGateway": {**given, "privateServiceConnectServiceAttachment": attachment}
    }


def _access_point(_name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    given = inputs["gcpIngressPrivateServiceConnectEndpoint"]
    domain = f"ap123abc.{REGION}.gcp.accesspoint.confluent.cloud"
    return "ap-123abc", {"gcpIngressPrivateServiceConnectEndpoint": {**given, "dnsDomain": domain}}


def _user(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return f"sa-{digest(name, 6)}", {"apiVersion": "iam/v2", "kind": "ServiceAccount"}


def _api_key(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return digest(name, 16).upper(), {"secret": f"generated-password-of-{name}"}


_ANSWERS: Mapping[str, Answer] = {
    "gcp:compute/network:Network": _named("global/networks"),
    "gcp:compute/subnetwork:Subnetwork": _named(f"regions/{REGION}/subnetworks"),
    "gcp:compute/address:Address": lambda name, inputs: (
        _named(f"regions/{REGION}/addresses")(name, inputs)[0],
        {"address": "10.0.16.2"},
    ),
    "gcp:compute/forwardingRule:ForwardingRule": lambda name, inputs: (
        _named(f"regions/{REGION}/forwardingRules")(name, inputs)[0],
        {"pscConnectionId": "123456789012345678"},
    ),
    "gcp:kms/keyRing:KeyRing": _named(f"locations/{REGION}/keyRings"),
    "gcp:kms/cryptoKey:CryptoKey": _key,
    "gcp:projects/serviceIdentity:ServiceIdentity": _identity,
    "gcp:secretmanager/secret:Secret": _secret,
    "gcp:serviceaccount/account:Account": _account,
    "gcp:container/cluster:Cluster": _cluster,
    "gcp:sql/databaseInstance:DatabaseInstance": _database,
    "gcp:redis/instance:Instance": _redis,
    "confluentcloud:index/kafkaCluster:KafkaCluster": _kafka,
    "confluentcloud:index/gateway:Gateway": _gateway,
    "confluentcloud:index/accessPoint:AccessPoint": _access_point,
    "confluentcloud:index/serviceAccount:ServiceAccount": _user,
    "confluentcloud:index/apiKey:ApiKey": _api_key,
}
_CALLS: Mapping[str, dict[str, Any]] = {
    "gcp:organizations/getProject:getProject": {
        "id": f"projects/{PROJECT}",
        "projectId": PROJECT,
        "number": NUMBER,
        "name": PROJECT,
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
        "id": STORAGE_AGENT,
        "emailAddress": STORAGE_AGENT,
        "member": f"serviceAccount:{STORAGE_AGENT}",
        "project": PROJECT,
    },
    "gcp:sql/getCaCerts:getCaCerts": {
        "id": "certs",
        "activeVersion": "1",
        "instance": "db",
        "project": PROJECT,
        "certs": [{"cert": cert} for cert in CERTIFICATES],
    },
}
