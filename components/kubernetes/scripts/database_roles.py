# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Runs in the cluster, in Rasa Pro's image: makes each role of $ROLES, and the database of the same name that it owns.

Safe to repeat: what is there is kept, passwords are set again. libpq takes host, administrator and TLS from its own
PG* variables. $SIGN_IN says how the roles sign in: `password` (in $PASSWORD_<role>) or `iam`.
"""

import json
import os
import sys
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, encrypt_password

IAM_GROUP = "rds_iam"


def exists(cursor, catalog, column, name):
    """Whether a catalog has a row of that name."""
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalog), sql.Identifier(column))
    cursor.execute(query, (name,))
    return cursor.fetchone() is not None


def ensure_role(cursor, role, verifier):
    """Make the role, or make it what it should be. `verifier` is a hashed password, or None for none."""
    verb = "ALTER" if exists(cursor, "pg_roles", "rolname", role) else "CREATE"
    cursor.execute(sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


@contextmanager
def membership(cursor, role):
    """Be a member of the role for as long as the block runs.

    A managed server's administrator is no superuser, and only a member of the owner may make or change its database.
    The membership is given back, because a member of a role in `rds_iam` is in it too, and could then no longer sign in
    with a password.
    """
    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    try:
        yield
    finally:
        cursor.execute(sql.SQL("REVOKE {} FROM CURRENT_USER").format(sql.Identifier(role)))


def ensure_database(cursor, role):
    """Make the role's database; nobody else may use it."""
    name = sql.Identifier(role)
    with membership(cursor, role):
        if not exists(cursor, "pg_database", "datname", role):
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def main(environment):
    """Every role in turn, each with its database."""
    iam = environment["SIGN_IN"] == "iam"
    connection = psycopg2.connect("")
    # CREATE DATABASE is not possible inside a transaction.
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        for role in json.loads(environment["ROLES"]):
            # Only the hash reaches the server, and so its log.
            verifier = None if iam else encrypt_password(environment[f"PASSWORD_{role}"], role, scope=connection)
            ensure_role(cursor, role, verifier)
            ensure_database(cursor, role)
            if iam:
                cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(IAM_GROUP), sql.Identifier(role)))
            sys.stdout.write(f"role and database {role} are ready\n")
    connection.close()


if __name__ == "__main__":
    try:
        main(os.environ)
    except psycopg2.Error as error:
        sys.exit(f"PostgreSQL at {os.environ['PGHOST']}: {error}")
