"""Sign-ins to Kafka that shipped stacks do not have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy.pack import RULES
from policy.resource import Resource


@pytest.mark.parametrize(
    ("broker", "found"),
    [
        pytest.param({"type": "kafka", "security_protocol": "SSL"}, 0, id="a client certificate"),
        pytest.param(
            {"type": "kafka", "security_protocol": "SASL_SSL", "ssl_check_hostname": True}, 0, id="a password"
        ),
        pytest.param({"type": "kafka", "security_protocol": "SASL_SSL"}, 1, id="no host name checks"),
        pytest.param({"type": "kafka", "security_protocol": "PLAINTEXT"}, 2, id="no TLS"),
        pytest.param({"type": "pika", "host": "mq.acme.example.com"}, 0, id="a broker of the users"),
    ],
)
def test_the_client_of_kafka_verifies_the_broker(broker: dict[str, Any], found: int):
    (rule,) = (rule for rule in RULES if rule.name == "clients-verify-tls")
    props = {"stringData": {"endpoints.yml": json.dumps({"event_broker": broker})}}
    secret = Resource(type="kubernetes:core/v1:Secret", name="secret", urn="", props=props)
    assert len(list(rule.on[secret.type](secret))) == found
