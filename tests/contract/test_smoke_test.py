"""The smoke test asks models and MCP servers with the clients of three versions of Rasa Pro."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from components.rasa import smoke_test
from tests.contract.judged import VERSION
from tools import rasa_pro

pytestmark = pytest.mark.contract

KEY = "sk-" + "a-key-of-nobody"
# Without the pauses between tries.
RUN = (
    "import json, os, sys; sys.path.insert(0, '.'); import smoke_test_llm as m; m.PAUSES = (0, 0);"
    "m.TIMEOUT_SECONDS = 5; import smoke_test as s; os._exit(s.main(json.loads(s.CONFIG.read_text())))"
)
TOOLS = [{"name": f"tool{number}", "inputSchema": {"type": "object"}} for number in range(7)]


class Answers(BaseHTTPRequestHandler):
    """A provider like OpenAI, whose models are named by what they do, and an MCP server."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/closed":
            return self._send(401, {})
        if self.path == "/mcp":
            return self._mcp(body)
        model = body["model"]
        self.asked[f"{model} {self.path.rpartition('/')[2]}"] += 1
        if self.path.endswith("/embeddings") and model != "missing":
            data = [{"object": "embedding", "index": 0, "embedding": [0.1]}]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            return self._send(200, {"object": "list", "data": data, "model": model, "usage": usage})
        match model:
            case "refused":
                # OpenAI repeats a part of the key.
                return self._send(401, {"error": {"message": f"Incorrect API key provided: {KEY[:5]}***{KEY[-4:]}"}})
            case "missing" | "vectors":
                return self._send(404, {"error": {"message": f"The model {model} does not exist", "code": "404"}})
            case "down":
                return self._send(503, {"error": {"message": "overloaded"}})
            case "once" if self.asked["once completions"] == 1:
                return self._send(503, {"error": {"message": "overloaded"}})
            case "reasons":
                return self._send(400, {"error": {"message": "max_tokens or model output limit was reached"}})
            case _:
                assert body.get("max_tokens", body.get("max_completion_tokens")) == 1
                message = {"role": "assistant", "content": "Hi"}
                choices = [{"index": 0, "message": message, "finish_reason": "length"}]
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                answer = {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": choices}
                return self._send(200, {**answer, "usage": usage})

    def do_GET(self) -> None:
        self._send(405, {})

    def _mcp(self, body: dict[str, Any]) -> None:
        if "id" not in body:
            return self._send(202, None)
        server = {"name": "stub", "version": "1"}
        version = body.get("params", {}).get("protocolVersion")
        result = {
            "initialize": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server},
            "ping": {},
            "tools/list": {"tools": TOOLS},
        }[body["method"]]
        return self._send(200, {"jsonrpc": "2.0", "id": body["id"], "result": result})

    def _send(self, status: int, body: object) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Stays silent."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where both servers answer."""
    Answers.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("version", VERSION)
def test_each_model_and_each_server_is_asked(version: str, address: str, tmp_path: Path) -> None:
    def openai(model: str) -> dict[str, str]:
        return {"provider": "openai", "model": model, "api_key": "${THE_KEY}", "api_base": f"{address}/v1"}

    hosted = {"provider": "self-hosted", "model": "hosted", "api_base": "${BASE}/v1", "api_key": "${THE_KEY}"}
    names = ("works", "refused", "missing", "down", "once", "reasons", "vectors", "text-embedding-3-small")
    server = {"name": "tools", "type": "http", "url": "${BASE}/mcp"}
    endpoints = {
        "model_groups": [
            {"id": "chat", "models": [*map(openai, names), hosted]},
            {"id": "closed", "models": [{**hosted, "model": "closed", "api_base": "http://127.0.0.1:9/v1"}]},
        ],
        "mcp_servers": [
            server,
            {**server, "name": "locked", "url": "${BASE}/closed"},
            {**server, "name": "nobody", "url": "http://127.0.0.1:9/mcp"},
        ],
    }
    for module in ("smoke_test.py", "smoke_test_llm.py"):
        shutil.copy(Path(smoke_test.__file__).parent / "scripts" / module, tmp_path)
    config = {"endpoints": endpoints, "model": None, "secrets": ["THE_KEY"], "llm": True}
    (tmp_path / "smoke_test.json").write_text(json.dumps(config))
    variables = {"THE_KEY": KEY, "BASE": address, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": str(tmp_path)}
    done = subprocess.run(
        [rasa_pro.ensure(version), "-c", RUN],
        capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path, env=variables,
    )  # fmt: skip
    lines = dict(map(_parts, done.stdout.splitlines()))
    assert done.returncode == 1, done.stderr
    assert {name: said for name, said in lines.items() if said.startswith("ok")} == {
        "works": "ok: answers",
        "once": "ok: answers",
        "hosted": "ok: answers",
        "reasons": "ok: answers, but not with one token",
        "vectors": "ok: returns embeddings",
        "text-embedding-3-small": "ok: returns embeddings",
        "tools": "ok: offers tool0, tool1, tool2, tool3, tool4 and 2 more",
    }
    for name, reason, fix in (
        ("refused", "AuthenticationError (status 401)", "write a valid key under rasa:secrets"),
        ("missing", "The model missing does not exist (status 404)", "check the names of model"),
        ("down", "overloaded (status 503)", "run `up` again later"),
        ("closed", "no connection: ", "`egress` of the assistant"),
        ("locked", "(status 401)", "write a valid key under rasa:secrets"),
        ("nobody", "no connection: ", "`egress` of the assistant"),
    ):
        assert lines[name].startswith("FAILED: ")
        assert reason in lines[name]
        assert fix in lines[name]
    assert Answers.asked["down completions"] >= 3
    assert KEY[:5] not in done.stdout + done.stderr


def _parts(line: str) -> tuple[str, str]:
    """The name of a model or server, and what was found."""
    kind, what, said = line.split(": ", 2)
    return what.split()[1 if what.startswith("model") else 2], f"{kind}: {said}"
