"""A real API server with its controllers and scheduler, and nodes that only pretend to run pods.

Pods are admitted, scheduled and reported as running; Jobs are reported as done. No container ever starts.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.certificates import Authority
from tests.processes import free_port, listens, server, wait_until
from tools import kubernetes, system_packages

_ZONES: Final = ("a", "b", "c")
# What needs a newer etcd than some systems have; clients would try it again and again before they do without.
_OLD_ETCD: Final = "WatchList=false,SizeBasedListCostEstimate=false"
_ROOM: Final = {"cpu": "16", "memory": "64Gi", "pods": "110"}


class Refused(Exception):
    """The API server has refused a request; its message, and its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(kw_only=True)
class Cluster:
    """A running control plane. `warnings` are those that it has answered with, oldest first."""

    url: str
    kubeconfig: Path
    session: requests.Session = field(repr=False)
    warnings: list[str] = field(default_factory=list[str])
    _kinds: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def apply(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Apply a manifest on the server's side, strictly: an unknown or doubled field is refused."""
        options = {"fieldManager": "tier", "fieldValidation": "Strict"}
        headers = {"Content-Type": "application/apply-patch+yaml"}
        return self._ask("PATCH", self._path(manifest), params=options, headers=headers, data=json.dumps(manifest))

    def create(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object."""
        return self._ask("POST", self._path(manifest).rpartition("/")[0], data=json.dumps(manifest))

    def get(self, path: str) -> dict[str, Any]:
        """What the server has at a path, such as `/api/v1/namespaces`."""
        return self._ask("GET", path)

    def pods(self, namespace: str) -> list[dict[str, Any]]:
        """The pods of a namespace."""
        return self.get(f"/api/v1/namespaces/{namespace}/pods")["items"]

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Delete an object."""
        self._ask("DELETE", self._path(manifest))

    def delete_namespaces(self, *names: str) -> None:
        """Delete namespaces with all that is in them."""
        for name in names:
            self._ask("DELETE", f"/api/v1/namespaces/{name}")

        def gone() -> bool:
            return not {each["metadata"]["name"] for each in self.get("/api/v1/namespaces")["items"]} & set(names)

        wait_until(gone, f"the namespaces {names} are gone", 60)

    def _path(self, manifest: Mapping[str, Any]) -> str:
        version, kind, metadata = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
        root = f"/api/{version}" if version == "v1" else f"/apis/{version}"
        if root not in self._kinds:
            found = self.get(root)["resources"]
            self._kinds[root] = {each["kind"]: each for each in found if "/" not in each["name"]}
        resource = self._kinds[root][kind]
        place = f"namespaces/{metadata['namespace']}/" if resource["namespaced"] else ""
        return f"{root}/{place}{resource['name']}/{metadata['name']}"

    def _ask(self, verb: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self.session.request(verb, f"{self.url}{path}", timeout=30, **more)
        self.warnings += [answer.headers["Warning"]] if "Warning" in answer.headers else []
        if not answer.ok:
            raise Refused(answer.status_code, answer.json().get("message", answer.text))
        return answer.json()


@contextmanager
def cluster(directory: Path) -> Iterator[Cluster]:
    """Run a control plane with three nodes in as many zones."""
    programs = kubernetes.ensure()
    authority = Authority(directory, "kubernetes")
    identity = authority.identity("localhost", "127.0.0.1")
    token, port, etcd = secrets.token_hex(16), free_port(), free_port()
    tokens, keys = directory / "tokens.csv", directory / "service-accounts.key"
    tokens.write_text(f'{token},tier,tier,"system:masters"\n')
    keys.write_bytes(_key())
    kubeconfig = directory / "kubeconfig"
    kubeconfig.write_text(_kubeconfig(f"https://127.0.0.1:{port}", authority, token))
    running = Cluster(url=f"https://127.0.0.1:{port}", kubeconfig=kubeconfig, session=requests.Session())
    # Else a proxy or a bundle of certificates in the machine's environment would come first.
    running.session.trust_env = False
    running.session.headers["Authorization"] = f"Bearer {token}"
    running.session.verify = str(authority.file)
    controllers, scheduler = free_port(), free_port()
    with ExitStack() as stack:

        def start(name: str, ready: Any, *arguments: str | Path) -> None:
            program = system_packages.program(name) if name == "etcd" else programs / name
            stack.enter_context(server([program, *arguments], directory / f"{name}.log", ready))

        start("etcd", lambda: listens(etcd), *_etcd(directory, etcd))
        start(
            "kube-apiserver",
            lambda: _is_ready(running),
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--tls-cert-file={identity.certificate}",
            f"--tls-private-key-file={identity.key}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            f"--service-account-key-file={keys}",
            f"--service-account-signing-key-file={keys}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
            f"--feature-gates={_OLD_ETCD}",
        )
        common = (f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--bind-address=127.0.0.1")
        start(
            "kube-controller-manager",
            lambda: listens(controllers),
            *common,
            f"--secure-port={controllers}",
            f"--service-account-private-key-file={keys}",
            f"--root-ca-file={authority.file}",
        )
        start("kube-scheduler", lambda: listens(scheduler), *common, f"--secure-port={scheduler}")
        for zone in _ZONES:
            running.create(_node(zone))
        start(
            "kwok",
            lambda: all(map(_is_up, running.get("/api/v1/nodes")["items"])),
            f"--kubeconfig={kubeconfig}",
            "--manage-all-nodes=true",
            # Nodes that are not heard of for a while count as gone, and so do their pods.
            "--node-lease-duration-seconds=40",
        )
        yield running


def _etcd(directory: Path, port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    options = {
        "data-dir": directory / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
    }
    return [f"--{name}={value}" for name, value in options.items()]


def _is_ready(running: Cluster) -> bool:
    try:
        return running.session.get(f"{running.url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _is_up(node: Mapping[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _node(zone: str) -> dict[str, Any]:
    name = f"node-{zone}"
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"capacity": _ROOM, "allocatable": _ROOM},
    }


def _key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _kubeconfig(url: str, authority: Authority, token: str) -> str:
    trusted = base64.b64encode(authority.pem.encode()).decode()
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "tier",
            "clusters": [{"name": "tier", "cluster": {"server": url, "certificate-authority-data": trusted}}],
            "users": [{"name": "tier", "user": {"token": token}}],
            "contexts": [{"name": "tier", "context": {"cluster": "tier", "user": "tier"}}],
        }
    )
