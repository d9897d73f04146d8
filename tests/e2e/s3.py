"""S3 as AWS gives it to a pod: TLS, a role with exactly the policy that the program wrote, and its session's keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import requests

from sandbox.recorder import ROOT
from tests.certificates import Authority, Identity
from tests.processes import free_port, listens, server

_ROLE: Final = "rasa"
_POLICY: Final = "access"
_EVERYTHING: Final = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
_ANYBODY: Final = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}'
)


@dataclass(frozen=True)
class S3:
    """A running server with one bucket. `environment` is that of the pod: where S3 is, and the role's keys."""

    environment: Mapping[str, str]
    bucket: str
    storage: Any
    identities: Any

    def upload(self, key: str, file: Path) -> None:
        """Put an object there, as somebody who may."""
        self.storage.upload_file(str(file), self.bucket, key)

    def download(self, key: str, file: Path) -> None:
        """Get an object, as somebody who may."""
        self.storage.download_file(self.bucket, key, str(file))

    def delete(self, key: str) -> None:
        """Remove an object."""
        self.storage.delete_object(Bucket=self.bucket, Key=key)

    def allow(self, policy: str) -> None:
        """Make this what the pod's role may do."""
        self.identities.put_role_policy(RoleName=_ROLE, PolicyName=_POLICY, PolicyDocument=policy)


@contextmanager
def s3(
    directory: Path, authority: Authority, identity: Identity, *, bucket: str, region: str, policy: str
) -> Iterator[S3]:
    """Run a server with this bucket, and the role with this policy."""
    port = free_port()
    url = f"https://localhost:{port}"
    command = [sys.executable, "-m", "tests.e2e.s3_server", str(port), identity.certificate, identity.key]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    with server(command, directory / "s3.log", lambda: listens(port), environment=environment):
        place = {"endpoint_url": url, "region_name": region, "verify": str(authority.file)}

        def client(service: str, keys: Mapping[str, str]) -> Any:
            return boto3.client(
                service,
                **place,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys.get("SessionToken"),
            )

        # Everybody may do everything until there is an administrator.
        nobody = {"AccessKeyId": "none", "SecretAccessKey": "none"}
        anyone = client("iam", nobody)
        anyone.create_user(UserName="administrator")
        anyone.put_user_policy(UserName="administrator", PolicyName="everything", PolicyDocument=_EVERYTHING)
        keys = anyone.create_access_key(UserName="administrator")["AccessKey"]
        role = anyone.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=_ANYBODY)["Role"]
        session = client("sts", nobody).assume_role(RoleArn=role["Arn"], RoleSessionName="pod")["Credentials"]
        _enforce_policies(url, authority)
        running = S3(
            environment={
                "AWS_ENDPOINT_URL": url,
                "AWS_CA_BUNDLE": str(authority.file),
                "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
                "AWS_SESSION_TOKEN": session["SessionToken"],
            },
            bucket=bucket,
            storage=client("s3", keys),
            identities=client("iam", keys),
        )
        running.storage.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        running.allow(policy)
        yield running


def _enforce_policies(url: str, authority: Authority) -> None:
    """From now on a request needs a policy that allows it."""
    answer = requests.post(f"{url}/moto-api/reset-auth", data=b"0", verify=str(authority.file), timeout=10)
    answer.raise_for_status()
