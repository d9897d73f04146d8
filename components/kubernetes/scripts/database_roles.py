# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Creates each role of $ROLES and the database of the same name that the role owns. Runs in the cluster, in Rasa Pro's
image.

The script can be repeated: it keeps existing roles and databases and sets the passwords again. libpq reads host,
administrator and TLS from its own PG* variables. $SIGN_IN is how the roles sign in: `password` (in $PASSWORD_<role>)
or `iam`.

A role has one password. $LOGINS makes it possible to change the password without locking out running pods. It names
the login of each role: the role itself, or `<role>_<number>`. Such a login is a member of the role and switches to it
in every session, so the role owns all tables. The youngest of the older logins remains for pods that still use it. All
other logins are disabled.

The administrator of a managed server is not a superuser. Only a member of a role may create a database for it, and
from PostgreSQL 16 on the creator of a role remains a member permanently. However, a member of a role in `rds_iam` is
also in `rds_iam`, and can then no longer sign in with a password. Therefore the administrator revokes each of its
memberships, and a helper role, which is dropped afterwards, creates roles for IAM.
"""

import json
import os
import sys
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, encrypt_password

IAM_GROUP = "rds_iam"
# A network policy that starts late cuts a connection silently (https://github.com/aws/aws-network-policy-agent/issues/345).
# Such a connection ends after a minute, and the Job tries again.
CONNECTION = (
    "tcp_user_timeout=30000 keepalives_idle=20 keepalives_interval=10 keepalives_count=3 "
    "options='-c statement_timeout=120000'"
)


def run(cursor, statement, *names):
    """Executes a statement. Identifiers replace its braces."""
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def role_exists(cursor, role):
    """Returns whether the role exists."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    return cursor.fetchone() is not None


def database_exists(cursor, database):
    """Returns whether the database exists."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
    return cursor.fetchone() is not None


@contextmanager
def membership(cursor, role):
    """Makes the current user a member of the role for the duration of the block."""
    run(cursor, "GRANT {} TO CURRENT_USER", role)
    try:
        yield
    finally:
        run(cursor, "REVOKE {} FROM CURRENT_USER", role)


def ensure_database(cursor, role):
    """Creates the role's database. No other role may use it."""
    with membership(cursor, role):
        if not database_exists(cursor, role):
            run(cursor, "CREATE DATABASE {} OWNER {}", role, role)
        run(cursor, "REVOKE ALL ON DATABASE {} FROM PUBLIC", role)


def ensure_password_role(cursor, role, login, password):
    """Creates the role and its login. Sends only a hash of the password, because the server may log it."""
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
    """Returns the other logins of the role, the youngest last."""
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> %s AND (rolname = %s OR rolname ~ %s)",
        (login, role, f"^{role}_[0-9]+$"),
    )
    return sorted((name for (name,) in cursor.fetchall()), key=lambda name: int(name[len(role) + 1 :] or 1))


def ensure_iam_role(cursor, role):
    """Creates the role with a helper role. Reuses the helper of an interrupted run."""
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
            f"role {role} was created for a password, and the administrator is permanently a member of it: in "
            f"{IAM_GROUP} neither could sign in with a password any more; keep rasa:trackerStore.auth: password"
        )
    run(cursor, "GRANT {} TO {}", IAM_GROUP, role)


def is_member(cursor, role):
    """Returns whether the administrator is a direct or indirect member of the role."""
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", (role,))
    return cursor.fetchone()[0]


def can_login(cursor, role):
    """Returns whether the role itself can sign in. A role with separate logins may not."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", (role,))
    return cursor.fetchone() is not None


def main(environment):
    """Creates every role in turn, with its database."""
    connection = psycopg2.connect(CONNECTION)
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
