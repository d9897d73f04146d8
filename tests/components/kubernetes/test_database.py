"""The administrator's side of PostgreSQL: where its password is, what the Job is told, what it may reach."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.recording import Recording, Secret
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record


@pytest.fixture(scope="module")
def passwords() -> Recording:
    """Roles with passwords."""
    return record(wirings.everything())


def environment(recording: Recording) -> dict[str, Any]:
    """The variables of the Job by name."""
    pod = recording.named("rasa-database-roles-job").inputs["spec"]["template"]["spec"]
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in pod["containers"][0]["env"]}


def test_the_administrators_password_stays_in_its_own_namespace(passwords: Recording) -> None:
    secret = passwords.named("database-admin").inputs
    assert secret["metadata"]["namespace"] == "rasa-system"
    assert secret["stringData"] == Secret({"password": "admin-password"})
    holders = [one for one in passwords.of_type("kubernetes:core/v1:Secret") if "admin-password" in str(one.inputs)]
    assert [one.name for one in holders] == ["database-admin"]


def test_the_namespace_lets_its_job_reach_the_server_only(passwords: Recording) -> None:
    policies = [
        one.inputs["spec"]
        for one in passwords.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        if one.inputs["metadata"]["namespace"] == "rasa-system"
    ]
    rules = [rule for spec in policies for rule in spec.get("egress", [])]
    assert {"to": [{"ipBlock": {"cidr": "10.0.48.0/24"}}], "ports": [{"protocol": "TCP", "port": 5432}]} in rules
    ports = {port["port"] for rule in rules for port in rule["ports"]}
    assert ports == {53, 5432}


def test_the_job_verifies_the_server_and_gets_each_roles_password(passwords: Recording) -> None:
    variables = environment(passwords)
    assert json.loads(variables["ROLES"]) == ["rasa", "rasa_analytics"]
    assert variables["SIGN_IN"] == "password"
    assert variables["PGSSLMODE"] == "verify-full"
    assert variables["PGSSLROOTCERT"] == "/etc/rasa/ca/postgres-ca.pem"
    roles = passwords.named("rasa-database-roles-job")
    waits = {passwords.resources[urn].name for urn in passwords.reached_from(roles.urn)}
    assert {"database-policy", "database-system-deny", "database-system-dns"} <= waits
    held = passwords.named("rasa-database-passwords").inputs["stringData"].value
    for role in json.loads(variables["ROLES"]):
        assert variables[f"PASSWORD_{role}"]["secretKeyRef"]["key"] in held


def test_iam_roles_get_no_password() -> None:
    variables = environment(record(wirings.everything(), iam=True))
    assert variables["SIGN_IN"] == "iam"
    assert not [name for name in variables if name.startswith("PASSWORD_")]


def test_without_analytics_there_is_one_role() -> None:
    assert json.loads(environment(record(wirings.assistant()))["ROLES"]) == ["rasa"]
