"""What the pods of an assistant may connect to follows from its files, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.rasa import names
from sandbox.recording import Recording
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record
from tests.components.reach import Pod, Target, reaches, sends

RASA = Pod(namespace="rasa", name=names.RASA_POD)
SMOKE_TEST = Pod(namespace="rasa", name=names.SMOKE_TEST_POD)
ACTIONS = Pod(namespace="rasa", name=names.ACTION_SERVER_POD)
PUBLIC = "198.51.100.7"
VLLM = Pod(namespace="llm", name="vllm")
SIZE: dict[str, Any] = {"replicas": 1, "resources": {"cpu": "1", "memory": "1Gi", "memoryLimit": "1Gi"}}
# Places that no file of these tests names.
NOWHERE: list[tuple[Target, int]] = [
    (PUBLIC, 8001), (PUBLIC, 22), ("10.77.0.9", 443), ("10.77.0.9", 8000), ("192.168.4.4", 5432),
    ("172.16.9.9", 6333), ("169.254.169.254", 80), ("10.0.0.5", 8000), (Pod(namespace="other"), 8000),
    (Pod(namespace="other"), 443), (Pod(namespace="kube-system", name="dashboard"), 443),
]  # fmt: skip


def model(**entry: str) -> dict[str, Any]:
    """A file with one model."""
    return {"model_groups": [{"id": "g", "models": [{"provider": "self-hosted", "model": "m", **entry}]}]}


def recorded(**given: Any) -> Recording:
    """An assistant with these files, recorded."""
    return record(wirings.assistant(**given))


@pytest.mark.parametrize(
    ("endpoints", "target", "port"),
    [
        pytest.param(model(api_base="http://vllm:8000/v1"), Pod(namespace="rasa", name="vllm"), 8000, id="one label"),
        pytest.param(model(api_base="http://vllm.llm:8000/v1"), VLLM, 8000, id="two labels"),
        # The pod's port is not the service's.
        pytest.param(model(api_base="http://vllm.llm.svc/v1"), VLLM, 8000, id="svc"),
        pytest.param(model(api_base="http://vllm.llm.svc.cluster.local:80/v1"), VLLM, 8000, id="cluster domain"),
        pytest.param(model(api_base="http://vllm-0.vllm.llm.svc:80/v1"), VLLM, 8000, id="a pod's own name"),
        pytest.param(model(api_base="http://vllm.ai:8000/v1"), Pod(namespace="ai"), 8000, id="namespace like a domain"),
        pytest.param(model(api_base="http://example.com:8000/v1"), PUBLIC, 8000, id="domain of two labels"),
        pytest.param(model(api_base="https://eu.llm.example.com:8443/v1"), PUBLIC, 8443, id="public port"),
        pytest.param(model(api_base="http://10.77.0.9:8000/v1"), "10.77.0.9", 8000, id="private address"),
        pytest.param(model(api_base="http://llm.example.com/v1"), PUBLIC, 80, id="scheme's port"),
        pytest.param(model(api_base="https://x.openai.azure.com"), PUBLIC, 443, id="azure"),
        pytest.param(model(api_base="https://x.openai.azure.com"), "10.0.0.5", 443, id="azure's private link"),
        pytest.param(model(provider="bedrock", aws_region_name="eu-central-1"), PUBLIC, 443, id="bedrock"),
        pytest.param(model(provider="vertex_ai", vertex_location="europe-west1"), PUBLIC, 443, id="vertex"),
        pytest.param(model(base_url="${LLM}/v1"), VLLM, 8000, id="variable"),
        pytest.param(model(base_url="http://${HOST}:${PORT}/v1"), PUBLIC, 9000, id="variables inside"),
        pytest.param({"mcp_servers": [{"name": "t", "url": "http://tools.mcp:9000/mcp", "type": "http"}]},
                     Pod(namespace="mcp"), 9000, id="mcp"),
        pytest.param({"vector_store": {"type": "qdrant", "host": "qdrant.data"}}, Pod(namespace="data"), 6333,
                     id="qdrant"),
        pytest.param({"vector_store": {"type": "qdrant", "host": "10.77.0.9"}}, "10.77.0.9", 6333, id="qdrant's port"),
        pytest.param({"vector_store": {"type": "qdrant", "host": "q.example.com", "prefer_grpc": True}}, PUBLIC, 6334,
                     id="qdrant by grpc"),
        pytest.param({"vector_store": {"type": "milvus", "host": "10.77.0.9", "port": "19531"}}, "10.77.0.9", 19531,
                     id="milvus"),
        pytest.param({"vector_store": {"type": "own.Store", "uri": "http://10.77.0.9:9200"}}, "10.77.0.9", 9200,
                     id="own vector store"),
        pytest.param({"tracing": {"type": "otlp", "endpoint": "10.77.0.9:4317"}}, "10.77.0.9", 4317, id="otlp"),
        pytest.param({"tracing": {"type": "jaeger", "host": "jaeger", "port": 4317}}, Pod(namespace="rasa"), 4317,
                     id="jaeger"),
        pytest.param({"metrics": {"type": "otlp", "endpoint": "http://otel.observe:4318"}}, Pod(namespace="observe"),
                     4318, id="metrics"),
        pytest.param({"tracing": {"type": "langfuse", "host": "https://langfuse.example.com:3000"}}, PUBLIC, 3000,
                     id="langfuse"),
        pytest.param({"nlg": {"url": "http://nlg.bots:5056/nlg"}}, Pod(namespace="bots"), 5056, id="nlg"),
        pytest.param({"action_endpoint": {"url": "grpc://10.77.0.9:50051"}}, "10.77.0.9", 50051, id="grpc actions"),
    ],
)  # fmt: skip
def test_a_server_in_a_file_is_opened_and_nothing_else(endpoints: dict[str, Any], target: Target, port: int) -> None:
    variables = {"LLM": "http://vllm.llm:8000", "HOST": "llm.example.com", "PORT": "9000"}
    found = recorded(endpoints=endpoints, env=variables if "$" in str(endpoints) else {})
    # What lets a pod of the user's in the assistant's namespace be reached is a policy of the user's.
    assert all(sends(found, pod, target, port) for pod in (RASA, SMOKE_TEST))
    assert [f"{to} {at}" for to, at in NOWHERE if sends(found, RASA, to, at) and (to, at) != (target, port)] == []
    assert not sends(found, RASA, PUBLIC, port + 1)


def test_channels_callbacks_and_integrations_count_too() -> None:
    channels = {"callback": {"url": "http://10.77.0.8:8080/bot"}, "mattermost": {"url": "https://chat.crm:8065/api"}}
    found = recorded(credentials=channels)
    assert reaches(found, RASA, "10.77.0.8", 8080)
    assert reaches(found, RASA, Pod(namespace="crm"), 8065)
    mantle = {"knowledge_stores": {"docs": {"type": "qdrant", "host": "10.77.0.7"}}, **model(api_base="http://v.llm:1")}
    found = recorded(rasaVersion="3.21.0", integrations=mantle)
    assert reaches(found, RASA, "10.77.0.7", 6333)
    assert reaches(found, RASA, VLLM, 8000)


def test_sections_that_the_program_writes_over_open_nothing() -> None:
    mine = {"lock_store": {"type": "redis", "host": "10.77.0.9"}, "event_broker": {"type": "pika", "url": "10.77.0.9"}}
    found = recorded(endpoints=mine)
    assert not reaches(found, RASA, "10.77.0.9", 6379)
    assert not reaches(found, RASA, "10.77.0.9", 5672)


def test_several_brokers_of_the_users_are_opened_each() -> None:
    without = replace(wirings.connections(), event_queue=None)
    for url in ("10.77.0.8:9092,10.77.0.9:9093", ["10.77.0.8:9092", "10.77.0.9:9093"]):
        endpoints = {"event_broker": {"type": "kafka", "url": url}}
        found = record(wirings.assistant(endpoints=endpoints), connections=without)
        assert reaches(found, RASA, "10.77.0.8", 9092)
        assert reaches(found, RASA, "10.77.0.9", 9093)
        assert not reaches(found, RASA, "10.77.0.9", 9092)


def test_rasa_reaches_the_action_server_and_only_rasa_does() -> None:
    server = {
        "image": "registry.example.com/actions:1",
        "env": {"CRM_URL": "http://crm.sales:8080"},
        "egress": [{"cidr": "10.77.0.0/24", "ports": [5432]}],
    }
    found = recorded(actionServer={**SIZE, **server}, endpoints=model(api_base="http://vllm.llm:8000"))
    assert reaches(found, RASA, ACTIONS, 5055)
    assert not reaches(found, Pod(namespace="rasa", name="other"), ACTIONS, 5055)
    assert reaches(found, ACTIONS, PUBLIC, 443)
    assert reaches(found, ACTIONS, "10.77.0.9", 5432)
    assert reaches(found, ACTIONS, Pod(namespace="sales"), 8080)
    # Each has its own files and variables.
    assert not reaches(found, ACTIONS, VLLM, 8000)
    assert not reaches(found, RASA, Pod(namespace="sales"), 8080)
    assert not reaches(found, RASA, "10.77.0.9", 5432)
    assert [to for to, at in NOWHERE if reaches(found, ACTIONS, to, at)] == []


def test_an_action_server_elsewhere_is_reached_by_its_url() -> None:
    found = recorded(actionServer={**SIZE, "url": "http://actions.bots:5055/webhook"})
    assert reaches(found, RASA, Pod(namespace="bots"), 5055)
    assert not reaches(found, RASA, Pod(namespace="sales"), 5055)
