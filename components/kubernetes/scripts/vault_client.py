# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Shared by the scripts that configure Vault: calls to Vault and Kubernetes, waiting, and output without secrets."""

import base64
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

PAUSE_SECONDS = 1
# Time to connect, and time to answer: Vault calls the cloud's key service during initialisation.
TIMEOUT_SECONDS = (5, 60)

_secrets = set()


class Fault(Exception):
    """An error whose text is a complete sentence for the user."""


class Unavailable(Fault):
    """The server gave no answer or a temporary error: a later try may succeed."""


class Refused(Fault):
    """The server refused the request."""

    def __init__(self, sentence, status):
        super().__init__(sentence)
        self.status = status


class Deadline:
    """The time limit for everything that the script waits for."""

    def __init__(self, seconds):
        self._end = time.monotonic() + seconds

    def pause(self):
        """Waits for a moment. Returns False immediately if no time is left."""
        if time.monotonic() + PAUSE_SECONDS > self._end:
            return False
        time.sleep(PAUSE_SECONDS)
        return True

    def keep_trying(self, action, faults=Unavailable):
        """Repeats the action until it succeeds, and returns its result. `faults` are the temporary errors."""
        while True:
            try:
                return action()
            except faults:
                if not self.pause():
                    raise


class Server:
    """An HTTPS API inside the cluster, called without a proxy.

    An error message quotes the server's error text, but never a whole answer: some answers contain keys.
    """

    def __init__(self, url, ca, headers=None):
        self.url, self._ca = url, str(ca)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(headers or {})

    def call(self, method, path, body=None, headers=None):
        """Returns the JSON of the answer, or an empty mapping if the answer has no content."""
        asked = f"{method} {self.url}{path.partition('?')[0]}"
        try:
            answer = self._session.request(
                method, f"{self.url}{path}", json=body, headers=headers, verify=self._ca, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            cause = error.args[0] if error.args else error
            raise Unavailable(f"{asked}: {getattr(cause, 'reason', None) or cause}") from error
        if answer.ok:
            return answer.json() if answer.content else {}
        sentence = f"{asked}: {answer.status_code} {_explanation(answer)}"
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable(sentence)
        raise Refused(sentence, answer.status_code)


def _explanation(answer):
    try:
        told = answer.json()
    except ValueError:
        return answer.reason
    # Vault's errors. For Kubernetes only the reason, because its message can contain the request.
    return "; ".join(told.get("errors") or [str(told.get("reason") or answer.reason)])


def vault(url, token=None):
    """Returns a client for a node of Vault or for its service. Uses VAULT_CACERT, like Vault's own tools and Rasa."""
    return Server(url, os.environ["VAULT_CACERT"], {"X-Vault-Token": hide(token)} if token else None)


@contextmanager
def logged_in(url, role, accounts, deadline):
    """Signs in to Vault with the pod's service account token, in the role `role`. Revokes the token at the end."""
    jwt = hide(Path(accounts["vault_token"]).read_text(encoding="utf-8").strip())
    door, request = vault(url), {"role": role, "jwt": jwt}
    answer = deadline.keep_trying(lambda: door.call("POST", "/v1/auth/kubernetes/login", request))
    server = vault(url, answer["auth"]["client_token"])
    try:
        yield server
    finally:
        server.call("POST", "/v1/auth/token/revoke-self")


class KubernetesSecret:
    """A Kubernetes Secret, accessed with the rights of the pod's service account."""

    def __init__(self, accounts, name, namespace=None):
        directory = Path(accounts["api"])
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        token = hide((directory / "token").read_text(encoding="utf-8").strip())
        self.name = name
        self.namespace = namespace or own_namespace(accounts)
        self._server = Server(
            f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
            directory / "ca.crt",
            {"Authorization": f"Bearer {token}"},
        )
        self._collection = f"/api/v1/namespaces/{self.namespace}/secrets"

    def create(self):
        """Creates an empty Secret. Keeps an existing one."""
        manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.name}, "type": "Opaque"}
        try:
            self._server.call("POST", self._collection, manifest)
        except Refused as refusal:
            if refusal.status != 409:
                raise

    def read(self, key):
        """Returns a value, or None if the value or the Secret does not exist."""
        try:
            found = self._server.call("GET", f"{self._collection}/{self.name}")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        value = (found.get("data") or {}).get(key)
        return hide(base64.b64decode(value).decode(errors="replace")) if value else None

    def write(self, key, value):
        """Sets one value and keeps all others."""
        patch = {"data": {key: base64.b64encode(hide(value).encode()).decode()}}
        headers = {"Content-Type": "application/merge-patch+json"}
        self._server.call("PATCH", f"{self._collection}/{self.name}", patch, headers)

    def delete(self):
        """Deletes the Secret if it exists."""
        try:
            self._server.call("DELETE", f"{self._collection}/{self.name}")
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def __str__(self):
        return f"Secret {self.namespace}/{self.name}"


def own_namespace(accounts):
    """Returns the namespace of this pod."""
    return (Path(accounts["api"]) / "namespace").read_text(encoding="utf-8").strip()


def accept(answer):
    """Raises an error if the answer is one. Uses the server's error text, which does not contain the request."""
    if answer.ok:
        return
    try:
        told = answer.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):
        told = answer.reason
    raise RuntimeError(f"{answer.status_code} {told}")


def hide(secret):
    """Returns the secret and hides it from all later output."""
    if secret:
        _secrets.add(secret)
    return secret


def say(text):
    """Prints a line and flushes it, because the pod may end at any time."""
    sys.stdout.write(f"{_told(text)}\n")
    sys.stdout.flush()


def run(main):
    """Runs `main`. Exits with 0, or with 1 and one sentence."""
    try:
        main()
    except Fault as fault:
        sys.exit(_told(str(fault)))
    except Exception as error:  # noqa: BLE001 - a traceback could contain a secret
        sys.exit(_told(f"{type(error).__name__}: {error}"))


def _told(text):
    for secret in _secrets:
        text = text.replace(secret, "***")
    return " ".join(text.split())
