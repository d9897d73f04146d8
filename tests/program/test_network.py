"""What the pods of an assistant reach, on each cloud: their ranges and those of the nodes differ."""

from __future__ import annotations

import pytest

from sandbox.recording import Recording
from settings import Cloud
from tests.components.reach import Pod, reaches
from tools.stacks import DEV, changed, recorded, settings_of

RASA, ACTIONS = Pod(namespace="rasa", name="rasa"), Pod(namespace="rasa", name="rasa-action-server")


@pytest.fixture(params=list(Cloud))
def found(request: pytest.FixtureRequest) -> Recording:
    """The dev stack of a cloud, with a model in the cluster and an action server."""
    models = [{"provider": "self-hosted", "model": "m", "api_base": "http://vllm.llm:8000/v1"}]
    changes = {
        "assistants[0].endpoints": {"model_groups": [{"id": "llm", "models": models}]},
        "assistants[0].actionServer": {"image": "registry.example.com/actions:1.4.2"},
    }
    stack = DEV[request.param]
    return recorded(changed(settings_of(stack), **changes), stack)


def test_pods_reach_what_the_files_name_and_no_private_address(found: Recording) -> None:
    assert reaches(found, RASA, Pod(namespace="llm", name="vllm"), 8000)
    assert reaches(found, RASA, ACTIONS, 5055)
    assert reaches(found, ACTIONS, "198.51.100.7", 443)
    for private in ("10.200.0.9", "172.31.0.9", "192.168.9.9", "169.254.169.254"):
        assert not any(reaches(found, pod, private, port) for pod in (RASA, ACTIONS) for port in (443, 5432, 8000))
    assert not reaches(found, ACTIONS, Pod(namespace="llm"), 8000)
    assert not reaches(found, Pod(namespace="llm"), ACTIONS, 5055)
    assert not reaches(found, RASA, Pod(namespace="other"), 8000)
