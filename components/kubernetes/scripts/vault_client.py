# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""What the two scripts that set Vault up share: calls to Vault and Kubernetes, waiting, sentences without secrets."""

import base64
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

PAUSE_SECONDS = 1
# To connect, and to answer: Vault calls the cloud's key service while it initialises itself.
TIMEOUT_SECONDS = (5, 60)

_secrets = set()


class Fault(Exception):
    """A finding that is already a sentence."""


class Unavailable(Fault):
    """There was no answer, or none that decides anything: it may pass."""


class Refused(Fault):
    """The answer is no."""

    def __init__(self, sentence, status):
        super().__init__(sentence)
        self.status = status


class Deadline:
    """When everything that is waited for has to have happened."""

    def __init__(self, seconds):
        self._end = time.monotonic() + seconds

    def pause(self):
        """Wait a little. False, at once, when there is no time left."""
        if time.monotonic() + PAUSE_SECONDS > self._end:
            return False
        time.sleep(PAUSE_SECONDS)
        return True

    def keep_trying(self, action, faults=Unavailable):
        """The action's answer; `faults` are those that may pass."""
        while True:
            try:
                return action()
            except faults:
                if not self.pause():
                    raise


class Server:
    """An HTTPS API inside the cluster, never reached by way of a proxy.

    Of an answer that is an error its own words are told, but never the answer itself: some hold keys.
    """

    def __init__(self, url, ca, headers=None):
        self.url, self._ca = url, str(ca)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(headers or {})

    def call(self, method, path, body=None, headers=None):
        """The answer's JSON; empty where it has none."""
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
    # Vault's errors; of Kubernetes only the kind, since its message can repeat what it was sent.
    return "; ".join(told.get("errors") or [str(told.get("reason") or answer.reason)])


def vault(url, token=None):
    """A node of Vault, or its service. With VAULT_CACERT, as Vault's own tools and Rasa."""
    return Server(url, os.environ["VAULT_CACERT"], {"X-Vault-Token": hide(token)} if token else None)


@contextmanager
def logged_in(url, role, accounts, deadline):
    """Vault with the rights of `role`, by the token of the pod's service account."""
    jwt = hide(Path(accounts["vault_token"]).read_text(encoding="utf-8").strip())
    door, request = vault(url), {"role": role, "jwt": jwt}
    answer = deadline.keep_trying(lambda: door.call("POST", "/v1/auth/kubernetes/login", request))
    server = vault(url, answer["auth"]["client_token"])
    try:
        yield server
    finally:
        server.call("POST", "/v1/auth/token/revoke-self")


class KubernetesSecret:
    """One Secret, with the rights of the pod's service account."""

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
        """Make it, empty. One that is there is kept."""
        manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.name}, "type": "Opaque"}
        try:
            self._server.call("POST", self._collection, manifest)
        except Refused as refusal:
            if refusal.status != 409:
                raise

    def read(self, key):
        """A value; None when there is none, or no such Secret."""
        try:
            found = self._server.call("GET", f"{self._collection}/{self.name}")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        value = (found.get("data") or {}).get(key)
        return hide(base64.b64decode(value).decode(errors="replace")) if value else None

    def write(self, key, value):
        """Set a value, and leave all others alone."""
        patch = {"data": {key: base64.b64encode(hide(value).encode()).decode()}}
        headers = {"Content-Type": "application/merge-patch+json"}
        self._server.call("PATCH", f"{self._collection}/{self.name}", patch, headers)

    def delete(self):
        """Delete it, if it is there."""
        try:
            self._server.call("DELETE", f"{self._collection}/{self.name}")
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def __str__(self):
        return f"Secret {self.namespace}/{self.name}"


def own_namespace(accounts):
    """The namespace of this pod."""
    return (Path(accounts["api"]) / "namespace").read_text(encoding="utf-8").strip()


def accept(answer):
    """Raise the error of an answer in the server's own words, which do not repeat what it was sent."""
    if answer.ok:
        return
    try:
        told = answer.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):
        told = answer.reason
    raise RuntimeError(f"{answer.status_code} {told}")


def hide(secret):
    """The secret, which from now on cannot be told."""
    if secret:
        _secrets.add(secret)
    return secret


def say(text):
    """A line, at once: this may be the last thing that the pod does."""
    sys.stdout.write(f"{_told(text)}\n")
    sys.stdout.flush()


def run(main):
    """The script's end: 0, or one sentence and 1."""
    try:
        main()
    except Fault as fault:
        sys.exit(_told(str(fault)))
    except Exception as error:  # noqa: BLE001 - a traceback could tell what a sentence must not
        sys.exit(_told(f"{type(error).__name__}: {error}"))


def _told(text):
    for secret in _secrets:
        text = text.replace(secret, "***")
    return " ".join(text.split())
