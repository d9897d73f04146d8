"""The Jobs of the program, their scripts as they are, against real services."""

from __future__ import annotations

import json

import pytest

from settings import Cloud
from tests.e2e import clouds
from tests.e2e.conftest import Worlds, on
from tests.e2e.pods import job_pod
from tests.e2e.postgres import postgres
from tests.e2e.world import World
from tests.processes import wait_until
from tests.program.stacks import recording

pytestmark = pytest.mark.e2e

EVERY_CLOUD = on(Cloud.AWS, Cloud.AZURE, Cloud.GCP)
OWNERS = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'rasa%' ORDER BY 1"


def memberships(world: World) -> str:
    """The roles that the administrator is a member of."""
    return world.postgres.sql(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'rasa%' AND rolname <> 'rasa_admin' "
        "AND pg_has_role('rasa_admin', oid, 'MEMBER')"
    )


@EVERY_CLOUD
def test_each_role_owns_its_database_and_the_administrator_is_in_none(worlds: Worlds, cloud: Cloud) -> None:
    assert worlds(cloud).postgres.sql(OWNERS).splitlines() == ["rasa|rasa", "rasa_analytics|rasa_analytics"]
    assert memberships(worlds(cloud)) == ""


@on(Cloud.AWS)
def test_the_roles_job_can_run_again(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    again = world.run(world.here(clouds.database_roles(world.recording)), "roles-again")
    assert (again.status, memberships(world)) == (0, "")


@on(Cloud.AWS)
def test_no_role_may_use_the_database_of_another(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    foreign = "SELECT has_database_privilege('rasa_analytics', 'rasa', 'CONNECT')"
    own = "SELECT has_database_privilege('rasa', 'rasa', 'CONNECT')"
    assert (world.postgres.sql(foreign), world.postgres.sql(own)) == ("f", "t")


@on(Cloud.AWS)
def test_a_rotation_gives_the_role_a_new_login_beside_the_old(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    pod = world.here(clouds.database_roles(world.recording))
    password = pod.environment["PASSWORD_rasa"]
    with postgres(world.foreign.identity("localhost"), "rasa_admin", pod.environment["PGPASSWORD"]) as new:
        pod = pod.with_environment(PGHOST="localhost", PGPORT=str(new.port), ROLES='["rasa"]')
        pod = pod.with_file("/etc/rasa/ca/postgres-ca.pem", world.foreign.pem)

        def signs_in(login: str, secret: str) -> bool:
            # The administrator's own script, as somebody else: whom libpq lets in is refused only later, as no creator.
            tried = pod.with_environment(PGUSER=login, PGPASSWORD=secret, PGDATABASE="rasa")
            return "password authentication failed" not in world.run(tried, f"as-{login}").output

        for generation, login in enumerate(("rasa", "rasa_2", "rasa_3"), start=1):
            logins = json.dumps({"rasa": login})
            rotated = pod.with_environment(LOGINS=logins, PASSWORD_rasa=f"{password}{generation}")
            finished = world.run(rotated, f"generation-{generation}")
            assert finished.status == 0, finished.output
        can_login = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'rasa%' AND rolcanlogin ORDER BY 1"
        assert new.sql(can_login).splitlines() == ["rasa_2", "rasa_3", "rasa_admin"]
        assert signs_in("rasa_2", f"{password}2")
        assert signs_in("rasa_3", f"{password}3")
        assert not signs_in("rasa_3", password)
        # Whoever signs in is the role itself from then on, so that all that is made belongs to it.
        sessions = (
            "SELECT r.rolname, s.setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole ORDER BY 1"
        )
        assert new.sql(sessions).splitlines() == ["rasa_2|{role=rasa}", "rasa_3|{role=rasa}"]


@on(Cloud.AWS)
def test_a_wrong_password_of_the_administrator_is_one_sentence(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    pod = world.here(clouds.database_roles(world.recording)).with_environment(PGPASSWORD="wrong")
    failed = world.run(pod, "roles-wrong")
    assert failed.status == 1
    assert failed.output.startswith("PostgreSQL at localhost: ")
    assert 'password authentication failed for user "rasa_admin"' in failed.output
    assert "Traceback" not in failed.output


@on(Cloud.AWS)
def test_roles_that_sign_in_with_a_cloud_identity_are_made_by_the_same_script(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    found = recording("prod with cloud identities")
    pod = job_pod(found, f"{clouds.ASSISTANT}-database-roles-job")
    password = pod.environment["PGPASSWORD"]
    authority = world.foreign
    with postgres(authority.identity("localhost"), "rasa_admin", password) as server:
        # As on RDS: a group that is there, and that the administrator may let others into.
        server.sql("CREATE ROLE rds_iam NOLOGIN")
        if int(server.sql("SHOW server_version_num")) >= 160000:
            server.sql("GRANT rds_iam TO rasa_admin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        moved = pod.with_environment(PGHOST="localhost", PGPORT=str(server.port))
        moved = moved.with_file("/etc/rasa/ca/postgres-ca.pem", authority.pem)
        for name in ("iam", "iam-again"):
            finished = world.run(moved, name)
            assert finished.status == 0, finished.output
        members = "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE m.roleid = "
        assert server.sql(f"{members} 'rds_iam'::regrole AND r.rolname <> 'rasa_admin' ORDER BY 1").splitlines() == [
            "rasa",
            "rasa_analytics",
        ]
        assert server.sql(OWNERS).splitlines() == ["rasa|rasa", "rasa_analytics|rasa_analytics"]
        assert server.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE '%_maker'") == ""
        assert server.sql("SELECT pg_has_role('rasa_admin', 'rasa', 'MEMBER')") == "f"


@on(Cloud.GCP)
def test_the_topics_job_makes_the_topics_and_changes_what_is_there(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    pod = world.here(clouds.topics(world.recording))
    wanted = {"rasa-core-events", "rasa-analytics-dlq"}
    wait_until(lambda: wanted <= set(world.kafka.described()), "the topics are known", 30)
    before = world.kafka.described()["rasa-core-events"]
    assert before == {"partitions": int(pod.environment["PARTITIONS"]), "retention_ms": pod.environment["RETENTION_MS"]}
    more = world.run(pod.with_environment(PARTITIONS="8", RETENTION_MS="3600000"), "topics-again")
    # A client on a busy machine may write a line of its own.
    said = [line for line in more.output.splitlines() if line.startswith("topic ")]
    assert (more.status, said) == (0, ["topic rasa-core-events: kept", "topic rasa-analytics-dlq: kept"])
    changed = {"partitions": 8, "retention_ms": "3600000"}
    wait_until(lambda: world.kafka.described()["rasa-core-events"] == changed, f"the topic is {changed}", 30)


@on(Cloud.GCP)
def test_the_maker_of_topics_may_make_no_other(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    failed = world.run(world.here(clouds.topics(world.recording)).with_environment(TOPICS='["other-events"]'), "other")
    assert failed.status == 1
    assert failed.output.splitlines()[-1].startswith("Kafka: ")
    assert "authorization failed" in failed.output.lower()
    assert "Traceback" not in failed.output
