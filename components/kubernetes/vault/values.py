"""Values of Vault's chart: integrated storage, TLS everywhere, unsealed by a key of the cloud, restricted pods.

Pure. The chart's schema is open, so the tests compare every path here with those recorded from the pinned chart. The
program creates certificates, policies and the storage class; the values only name them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pulumi

from components.artifacts import VAULT_REPOSITORY, mirrored
from components.connections import VaultSeal
from components.kubernetes.pod import CONTAINER_SECURITY, Value, Values, pod_security_values
from components.kubernetes.vault.names import ADDRESS, CERTIFICATE_SECRET, CLUSTER_PORT, PORT, RELEASE
from settings import PodSecurity, Profile
from settings.company import Company
from settings.secrets_manager import VAULT_ACCOUNT, CreateVault

_TLS: Final = "/vault/userconfig/tls"
AUDIT_FILE: Final = "/vault/audit/audit.log"
# The owner of the image's files.
_USER: Final = {"runAsUser": 100, "runAsGroup": 1000, "fsGroup": 1000}
_AUDIT_GB: Final = 20


def vault_values(
    *,
    settings: CreateVault,
    profile: Profile,
    pod_security: PodSecurity,
    seal: VaultSeal,
    storage_class: pulumi.Input[str] | None,
    certificate_until: pulumi.Input[str],
    company: Company,
    pull_secrets: Sequence[Values],
) -> Values:
    """Returns all values of the release.

    `storage_class` is None for the cluster's default class. `certificate_until` is when the certificate expires.
    """
    is_prod = profile is Profile.PROD
    return {
        "global": {
            "tlsDisable": False,
            "openshift": pod_security is PodSecurity.OPENSHIFT,
            **({"imagePullSecrets": pull_secrets} if pull_secrets else {}),
        },
        "injector": {"enabled": False},
        "csi": {"enabled": False},
        "ui": {"enabled": False},
        "server": {
            "image": {"repository": mirrored(VAULT_REPOSITORY, company.registries), "tag": settings.version},
            # Nodes are restarted by hand, the active one last.
            "updateStrategyType": "OnDelete",
            "logFormat": "json",
            # A pod whose annotation is older than its StatefulSet's uses the old certificate.
            "annotations": {"rasa/certificate-until": certificate_until},
            "extraLabels": dict(seal.server.pod_labels),
            "extraEnvironmentVars": {"VAULT_CACERT": f"{_TLS}/ca.crt"},
            "volumes": [{"name": "tls", "secret": {"secretName": CERTIFICATE_SECRET, "defaultMode": 0o440}}],
            "volumeMounts": [{"name": "tls", "mountPath": _TLS, "readOnly": True}],
            "serviceAccount": {
                "create": True,
                "name": VAULT_ACCOUNT,
                "annotations": dict(seal.server.service_account_annotations),
            },
            "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
            "statefulSet": {
                "securityContext": {
                    "pod": {**pod_security_values(pod_security), **_user(pod_security)},
                    "container": CONTAINER_SECURITY,
                }
            },
            "affinity": _affinity(required=is_prod),
            **_storage(settings.storage_gb, storage_class, is_prod=is_prod),
            "standalone": {"enabled": False},
            "ha": {
                "enabled": True,
                "replicas": settings.nodes,
                "apiAddr": ADDRESS,
                "disruptionBudget": {"enabled": settings.nodes > 1},
                "raft": {"enabled": True, "setNodeId": True, "config": configuration(settings.nodes, seal)},
            },
        },
    }


def configuration(nodes: int, seal: VaultSeal) -> pulumi.Output[str]:
    """Returns Vault's configuration file, HCL."""
    peers = [_PEER.format(index=index, release=RELEASE, port=PORT, tls=_TLS) for index in range(nodes)]
    options = [pulumi.Output.concat("  ", key, ' = "', value, '"\n') for key, value in seal.options.items()]
    return pulumi.Output.concat(
        _CONFIGURATION.format(port=PORT, cluster_port=CLUSTER_PORT, tls=_TLS),
        'storage "raft" {\n  path = "/vault/data"\n',
        *peers,
        f'}}\nseal "{seal.kind}" {{\n',
        *options,
        "}\n",
    )


# No memory lock: the kernel allows it only in privileged containers, and Kubernetes nodes have no swap.
_CONFIGURATION: Final = """\
ui = false
disable_mlock = true
service_registration "kubernetes" {{}}
listener "tcp" {{
  address = "[::]:{port}"
  cluster_address = "[::]:{cluster_port}"
  tls_cert_file = "{tls}/tls.crt"
  tls_key_file = "{tls}/tls.key"
  tls_min_version = "tls12"
}}
"""
_PEER: Final = """\
  retry_join {{
    leader_api_addr = "https://{release}-{index}.{release}-internal:{port}"
    leader_ca_cert_file = "{tls}/ca.crt"
  }}
"""


def _user(wanted: PodSecurity) -> Values:
    match wanted:
        case PodSecurity.RESTRICTED:
            return _USER
        case PodSecurity.OPENSHIFT:
            return {}


def _affinity(*, required: bool) -> str:
    """Returns rules: never two Vault nodes on one cluster node in prod, and other zones if there are several.

    They are text, because the chart's own default is text.
    """
    selector: Values = {"matchLabels": {"app.kubernetes.io/name": RELEASE, "component": "server"}}
    apart: Values = {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    zones: Values = {"topologyKey": "topology.kubernetes.io/zone", "labelSelector": selector}
    preferred: list[Value] = [{"weight": 100, "podAffinityTerm": zones}]
    rules = {
        "preferredDuringSchedulingIgnoredDuringExecution": preferred,
        **({"requiredDuringSchedulingIgnoredDuringExecution": [apart]} if required else {}),
    }
    return json.dumps({"podAntiAffinity": rules})


def _storage(gigabytes: int, storage_class: pulumi.Input[str] | None, *, is_prod: bool) -> Values:
    def volume(size: int) -> Values:
        return {"enabled": True, "size": f"{size}Gi", "storageClass": storage_class}

    return {
        "dataStorage": volume(gigabytes),
        "auditStorage": volume(_AUDIT_GB) if is_prod else {"enabled": False},
        # The volumes hold Vault's data.
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
    }
