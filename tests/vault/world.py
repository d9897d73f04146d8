"""Everything that the pods of the scripts see: Vault, Kubernetes, their cloud; and a way to run them as pods do.

Vault is reached by a proxy that keeps the journal, so that a test can cut a script off at any request to any of them.
"""

from __future__ import annotations

import base64
import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

import components.kubernetes as package
from tests.certificates import Authority
from tests.processes import Finished, free_port
from tests.vault.cluster_api import ClusterApi
from tests.vault.internet import internet
from tests.vault.servers import Node, Seal
from tests.vault.stores import AwsStore, AzureStore, GoogleStore, Store
from tests.vault.wire import LOOPBACK, Answer, Handle, Journal, Request, serve

SCRIPTS = Path(package.__path__[0]) / "scripts"
NAMESPACE = "vault"
INIT = ("vault_init.py", "vault_client.py", "vault_nodes.py", "vault_stage.py")
ASSISTANT = ("vault_assistant.py", "vault_client.py")
TOKEN_PERIOD_SECONDS = 168 * 3600
RUN_SECONDS = 120
SET_UP = "Vault is initialised, unsealed and configured"


@dataclass(frozen=True, kw_only=True)
class Tools:
    """`vault` is server and command line; `python` is of an environment that holds what Rasa Pro's image does."""

    vault: Path
    python: Path


@dataclass
class World:
    """One platform. Its nodes are started by the tests."""

    tools: Tools
    directory: Path
    seal: Seal
    nodes: list[Node]
    addresses: list[str]
    api: ClusterApi
    store: Store
    journal: Journal
    api_address: str
    vault_ca: Path
    cluster_ca: Path
    environment: Mapping[str, str]
    outages: set[str]
    """Paths at which Vault does not answer."""
    outputs: list[str] = field(default_factory=list[str])
    _running: subprocess.Popen[str] | None = None

    @property
    def node(self) -> Node:
        return self.nodes[0]

    def init(self, pod: str = "pod", **changed: object) -> Finished:
        """Run vault_init.py, with these settings changed."""
        return self._run(pod, INIT, "vault-init", self.init_settings() | changed, {})

    def init_settings(self) -> dict[str, Any]:
        audit = {"file": str(self.directory / "audit.log"), "stdout": "stdout"}
        return {
            "nodes": self.addresses,
            "deadline_seconds": 40,
            "shares": 5,
            "threshold": 3,
            "mount": "secret",
            "token_period_seconds": TOKEN_PERIOD_SECONDS,
            "audit": audit,
            "kubernetes": {
                "kubernetes_host": self.api_address,
                # A pod has it in a file.
                "kubernetes_ca_cert": self.cluster_ca.read_text(),
            },
            "recovery": dict(self.store.place),
        }

    def assistant(self, name: str, password: str, **changed: object) -> Finished:
        """Run vault_assistant.py for this assistant."""
        credentials = {"DB_USERNAME": name, "DB_PASSWORD": password}
        return self._run("pod", ASSISTANT, "vault-config", self.assistant_settings(name) | changed, credentials)

    def assistant_settings(self, name: str) -> dict[str, Any]:
        return {
            "address": self.addresses[0],
            "deadline_seconds": 40,
            "mount": "secret",
            "path": f"{name}/tracker-store",
            "assistant": name,
            "secret": {"namespace": name, "name": "rasa-vault", "key": "token"},
        }

    def add_assistant(self, name: str) -> None:
        """The namespace, with the Secret that Pulumi makes empty."""
        self.api.secrets[(name, "rasa-vault")] = {}
        self.api.allow("system:serviceaccount:vault:vault-config", "get", "patch", namespace=name, name="rasa-vault")

    def rasa_token(self, assistant: str) -> str:
        return base64.b64decode(self.api.secrets[(assistant, "rasa-vault")]["token"]).decode()

    def cut_off_after(self, reached: Callable[[Request], bool]) -> None:
        """Kill the running script when a request had its effect, and before the script gets the answer."""

        def kill(request: Request) -> None:
            if self._running and reached(request):
                self._running.send_signal(signal.SIGKILL)
                self._running.wait()

        self.journal.after = kill

    def let_run(self) -> None:
        self.journal.after = lambda _: None

    def _run(
        self,
        name: str,
        files: Sequence[str],
        account: str,
        settings: Mapping[str, object],
        environment: Mapping[str, str],
    ) -> Finished:
        pod = self._pod(name, files, account, settings)
        process = self._running = subprocess.Popen(
            [self.tools.python, pod / "job" / files[0]],
            env={**self.environment, **environment, "HOME": str(pod), "PATH": "/usr/bin:/bin"},
            cwd=pod,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        output, _ = process.communicate(timeout=RUN_SECONDS)
        self._running = None
        self.outputs.append(output)
        return Finished(process.returncode, output)

    def _pod(self, name: str, files: Sequence[str], account: str, settings: Mapping[str, object]) -> Path:
        """The files of a pod, as the kubelet lays them out: those of a ConfigMap are links."""
        pod = self.directory / name
        shutil.rmtree(pod, ignore_errors=True)
        data = pod / "job" / "..2026"
        data.mkdir(parents=True)
        (pod / "job" / "..data").symlink_to("..2026")
        for file in files:
            shutil.copy(SCRIPTS / file, data)
        shutil.copy(self.store.script, data)
        api, token = pod / "api", pod / "token"
        settings = {**settings, "service_accounts": {"api": str(api), "vault_token": str(token)}}
        (data / "vault.json").write_text(json.dumps(settings))
        for file in (*files, self.store.script.name, "vault.json"):
            (pod / "job" / file).symlink_to(f"..data/{file}")
        api.mkdir()
        (api / "token").write_text(self.api.token(NAMESPACE, account))
        (api / "namespace").write_text(NAMESPACE)
        shutil.copy(self.cluster_ca, api / "ca.crt")
        token.write_text(self.api.token(NAMESPACE, account, audience="vault"))
        return pod


@contextmanager
def new_world(tools: Tools, directory: Path, seal: Seal, cloud: str = "aws", nodes: int = 1) -> Iterator[World]:
    """A platform whose Vault has empty volumes."""
    directory.mkdir(exist_ok=True)
    journal, api = Journal(), ClusterApi()
    job = "system:serviceaccount:vault:vault-init"
    api.allow(job, "create", namespace=NAMESPACE)
    api.allow(job, "get", "patch", "delete", namespace=NAMESPACE, name="vault-init")
    in_cluster, vault_ca, public = (Authority(directory, name) for name in ("kubernetes", "vault", "public"))
    with ExitStack() as stack:

        def metadata_port(handle: Handle) -> int:
            return stack.enter_context(serve("metadata", handle, journal))

        store: Store
        match cloud:
            case "aws":
                store = AwsStore(directory)
            case "azure":
                store = AzureStore(directory)
            case _:
                store = GoogleStore(metadata_port)
        api_port = stack.enter_context(serve("kubernetes", api.handle, journal, in_cluster.identity(LOOPBACK)))
        proxy = stack.enter_context(internet(store.hosts, public, journal))
        ports = [free_port() for _ in range(nodes)]
        # As the chart's values have it: every node may join any, itself included.
        joined = [f"https://{LOOPBACK}:{port}" for port in ports]
        servers = [
            Node(tools.vault, directory / f"vault-{index}", seal, vault_ca, port=port, join=joined)
            for index, port in enumerate(ports)
        ]
        certificate = vault_ca.identity(LOOPBACK)
        outages = set[str]()
        proxies = [
            stack.enter_context(serve("vault", forward_to(node, vault_ca, outages), journal, certificate))
            for node in servers
        ]
        environment = {
            "KUBERNETES_SERVICE_HOST": LOOPBACK,
            "KUBERNETES_SERVICE_PORT": str(api_port),
            "VAULT_CACERT": str(vault_ca.file),
            "HTTPS_PROXY": proxy,
            "REQUESTS_CA_BUNDLE": str(public.file),
            "PYTHONDONTWRITEBYTECODE": "1",
            **store.environment,
        }
        for node in servers:
            stack.callback(node.stop)
        yield World(
            tools=tools,
            directory=directory,
            seal=seal,
            nodes=servers,
            addresses=[f"https://{LOOPBACK}:{port}" for port in proxies],
            api=api,
            store=store,
            journal=journal,
            api_address=f"https://{LOOPBACK}:{api_port}",
            vault_ca=vault_ca.file,
            cluster_ca=in_cluster.file,
            environment=environment,
            outages=outages,
        )


def forward_to(node: Node, authority: Authority, outages: Container[str]) -> Handle:
    """Everything to the node; 502 where that is not there, which a script takes for no answer."""
    session = requests.Session()
    session.trust_env = False

    def handle(request: Request) -> Answer:
        if request.path in outages:
            return Answer(status=502)
        headers = {key: value for key, value in request.headers.items() if key not in ("host", "connection")}
        try:
            told = session.request(
                request.method,
                f"{node.address}{request.path}",
                data=request.body,
                headers=headers,
                verify=str(authority.file),
                timeout=60,
            )
        except requests.RequestException:
            return Answer(status=502)
        kept = {"Content-Type": told.headers.get("Content-Type", "application/json")}
        return Answer(status=told.status_code, body=told.content, headers=kept)

    return handle


def root_token(node: Node, recovery_keys: Sequence[str]) -> str:
    """A root token made from recovery keys, as docs/vault.md tells an operator to."""
    started = node.ask("PUT", "sys/generate-root/attempt", {}).json()
    progress: dict[str, Any] = {}
    for key in recovery_keys[: started["required"]]:
        progress = node.ask("PUT", "sys/generate-root/update", {"key": key, "nonce": started["nonce"]}).json()
    encoded = base64.b64decode(progress["encoded_token"] + "==")
    return bytes(a ^ b for a, b in zip(encoded, started["otp"].encode(), strict=True)).decode()


def kept_keys(world: World) -> list[str]:
    """The recovery keys that the newest version in the cloud's store holds."""
    return json.loads(world.store.values()[-1])["recovery_keys_base64"]
