# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Runs in the cluster, in Rasa Pro's image: makes each role of $ROLES, and the database of the same name that it owns.

Safe to repeat: what is there is kept, passwords are set again. libpq takes host, administrator and TLS from its own
PG* variables. $SIGN_IN says how the roles sign in: `password` (in $PASSWORD_<role>) or `iam`.

A role has one password. To change it without locking anybody out, $LOGINS names who signs in for each role: the role
itself, or `<role>_<number>`, which is its member and becomes it with every session, so that all belongs to the role. Of
the logins that there are besides, the youngest stays, for those who still use it; all others are ended.

A managed server's administrator is no superuser: only a member of a role may make a database for it, and from
PostgreSQL 16 on whoever makes a role stays a member for good. But a member of a role in `rds_iam` is in it too, and can
then no longer sign in with a password. So the administrator gives every membership back, and roles for IAM are made by
a helper role that is dropped afterwards.
"""

import json
import os
import sys
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, encrypt_password

IAM_GROUP = "rds_iam"


def run(cursor, statement, *names):
    """Execute a statement with identifiers in the place of its braces."""
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def role_exists(cursor, role):
    """Whether there is such a role."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    return cursor.fetchone() is not None


def database_exists(cursor, database):
    """Whether there is such a database."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
    return cursor.fetchone() is not None


@contextmanager
def membership(cursor, role):
    """Be a member of the role for as long as the block runs."""
    run(cursor, "GRANT {} TO CURRENT_USER", role)
    try:
        yield
    finally:
        run(cursor, "REVOKE {} FROM CURRENT_USER", role)


def ensure_database(cursor, role):
    """Make the role's database; nobody else may use it."""
    with membership(cursor, role):
        if not database_exists(cursor, role):
            run(cursor, "CREATE DATABASE {} OWNER {}", role, role)
        run(cursor, "REVOKE ALL ON DATABASE {} FROM PUBLIC", role)


def ensure_password_role(cursor, role, login, password):
    """Make the role and who signs in for it. Only a hash of the password reaches the server, and so its log."""
    if not role_exists(cursor, role):
        run(cursor, "CREATE ROLE {}", role)
    if login != role:
        if not role_exists(cursor, login):
            run(cursor, "CREATE ROLE {}", login)
        run(cursor, "GRANT {} TO {}", role, login)
        run(cursor, "ALTER ROLE {} SET role TO {}", login, role)
    verifier = encrypt_password(password, login, scope=cursor.connection)
    cursor.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier)))
    ensure_database(cursor, role)
    for ended in others(cursor, role, login)[:-1]:
        run(cursor, "ALTER ROLE {} NOLOGIN", ended)


def others(cursor, role, login):
    """Who else can sign in for the role, the youngest last."""
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> %s AND (rolname = %s OR rolname ~ %s)",
        (login, role, f"^{role}_[0-9]+$"),
    )
    return sorted((name for (name,) in cursor.fetchall()), key=lambda name: int(name[len(role) + 1 :] or 1))


def ensure_iam_role(cursor, role):
    """Make the role by way of a helper. A helper left behind by a run that was cut off is used again."""
    if not (role_exists(cursor, role) and database_exists(cursor, role)):
        helper = f"{role}_maker"
        if not role_exists(cursor, helper):
            run(cursor, "CREATE ROLE {} CREATEROLE CREATEDB", helper)
        with membership(cursor, helper):
            run(cursor, "SET ROLE {}", helper)
            if not role_exists(cursor, role):
                run(cursor, "CREATE ROLE {} LOGIN", role)
            ensure_database(cursor, role)
            run(cursor, "RESET ROLE")
        run(cursor, "DROP ROLE {}", helper)
    elif not can_login(cursor, role):
        run(cursor, "ALTER ROLE {} LOGIN", role)
    if is_member(cursor, role):
        sys.exit(
            f"role {role} was made to sign in with a password, and its administrator is a member of it for good: in "
            f"{IAM_GROUP} both would lose their passwords; keep rasa:trackerStore.auth: password"
        )
    run(cursor, "GRANT {} TO {}", IAM_GROUP, role)


def is_member(cursor, role):
    """Whether the administrator is a member of the role, in whatever way."""
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", (role,))
    return cursor.fetchone()[0]


def can_login(cursor, role):
    """Whether the role itself signs in; where it had others for that, it may not."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", (role,))
    return cursor.fetchone() is not None


def main(environment):
    """Every role in turn, each with its database."""
    connection = psycopg2.connect("")
    # CREATE DATABASE is not possible inside a transaction.
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        for role in json.loads(environment["ROLES"]):
            if environment["SIGN_IN"] == "iam":
                ensure_iam_role(cursor, role)
            else:
                login = json.loads(environment["LOGINS"])[role]
                ensure_password_role(cursor, role, login, environment[f"PASSWORD_{role}"])
            sys.stdout.write(f"role and database {role} are ready\n")
    connection.close()


if __name__ == "__main__":
    try:
        main(os.environ)
    except psycopg2.Error as error:
        sys.exit(f"PostgreSQL at {os.environ['PGHOST']}: {' '.join(str(error).split())}")
