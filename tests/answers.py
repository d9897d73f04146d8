"""What a cloud adds to a resource, in its formats: as much as the program uses, and no more.

A double of its own, so that the program is not tested by the sandbox alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests import answers_azure, answers_gcp

ACCOUNT = "111122223333"
REGION = "eu-central-1"

Inputs = Mapping[str, Any]
# Makes id and outputs of a resource from its logical name and its inputs.
Answer = Callable[[str, Inputs], tuple[str, dict[str, Any]]]


class UnknownCall(AssertionError):
    """The program asked a provider something that no double answers."""


def answer_to_call(token: str) -> dict[str, Any]:
    """The result of an invoke."""
    match token:
        case "aws:index/getCallerIdentity:getCallerIdentity":
            arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/test"
            return {"accountId": ACCOUNT, "arn": arn, "id": ACCOUNT, "userId": "AROAEXAMPLE:test"}
        case _ if (answer := answers_azure.answer_to_call(token)) is not None:
            return answer
        case _ if (answer := answers_gcp.answer_to_call(token)) is not None:
            return answer
        case _:
            raise UnknownCall(token)


def outputs_of(type_: str, name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    """Id and further outputs of a new resource."""
    if type_ in _ANSWERS:
        return _ANSWERS[type_](name, inputs)
    package, module, kind = type_.split(":")
    match package:
        case "aws":
            service, own = module.partition("/")[0], physical(name, inputs)
            return own, {"arn": arn(service, f"{kind.lower()}/{own}"), "name": own}
        case "azure-native":
            return answers_azure.outputs_of(type_, name, inputs)
        case "kubernetes":
            metadata = {**(inputs.get("metadata") or {}), "name": kubernetes_name(name, inputs)}
            return f"{metadata.get('namespace', '')}/{metadata['name']}", {"metadata": metadata}
        case "gcp" | "confluentcloud":
            return answers_gcp.outputs_of(type_, name, inputs)
        case _:
            return f"{name}-id", {}


def echoed(type_: str, inputs: Inputs, preview: bool) -> dict[str, Any]:
    """The inputs of a resource as its outputs repeat them."""
    shown = answers_azure.as_outputs(inputs) if type_.startswith("azure-native:") else dict(inputs)
    if preview:
        shown.pop(answers_gcp.COMPLETED.get(type_, ""), None)
    return shown


def arn(service: str, resource: str, region: str = REGION) -> str:
    """An Amazon Resource Name in the test account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def digest(name: str, length: int) -> str:
    """Hexadecimal digits that look random and are always the same for a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:length]


def physical(name: str, inputs: Inputs) -> str:
    """The given physical name, or one as Pulumi makes it."""
    given = inputs.get("name")
    return given if isinstance(given, str) else f"{name}-{digest(name, 7)}"


def kubernetes_name(name: str, inputs: Inputs) -> str:
    """The name of a Kubernetes object: the given one, or one as Pulumi makes it."""
    return (inputs.get("metadata") or {}).get("name") or f"{name}-{digest(name, 8)}"


def generated_password(name: str) -> str:
    """What the double generates for a RandomPassword: recognisable, wherever it turns up."""
    return f"generated-password-of-{name}"


def _numbered(prefix: str, service: str = "ec2") -> Answer:
    """Resources that AWS numbers: vpc-0a1b2c..."""

    def answer(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
        id_ = f"{prefix}-0{digest(name, 16)}"
        return id_, {"arn": arn(service, f"{prefix}/{id_}")}

    return answer


def _launch_template(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    id_, outputs = _numbered("lt")(name, inputs)
    return id_, {**outputs, "latestVersion": 1}


def _role(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    role = physical(name, inputs)
    return role, {"arn": arn("iam", f"role/{role}", region=""), "name": role}


def _certificate(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
    return digest(name, 40), {"certPem": f"certificate of {name}", "validityEndTime": "2027-01-01T00:00:00Z"}


def _key(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
    half = digest(name, 32)
    key = "-".join((half[:8], half[8:12], half[12:16], half[16:20], half[20:]))
    return key, {"arn": arn("kms", f"key/{key}"), "keyId": key}


def _bucket(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    bucket = str(inputs["bucket"])
    return bucket, {"arn": f"arn:aws:s3:::{bucket}", "bucket": bucket}


def _secret(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    secret = arn("secretsmanager", f"secret:{physical(name, inputs)}-AbCdEf")
    return secret, {"arn": secret}


def _eks(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    cluster = physical(name, inputs)
    return cluster, {
        "arn": arn("eks", f"cluster/{cluster}"),
        "endpoint": f"https://{digest(name, 32).upper()}.gr7.{REGION}.eks.amazonaws.com",
        "certificateAuthority": {"data": "LS0tLS1CRUdJTi1DRVJUSUZJQ0FURS0tLS0t"},
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": f"sg-0{digest(name, 16)}"},
    }


def _database(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    identifier = inputs["identifier"]
    address = f"{identifier}.c1a2b3c4d5e6.{REGION}.rds.amazonaws.com"
    resource = f"db-{digest(name, 26).upper()}"
    return resource, {
        "arn": arn("rds", f"db:{identifier}"),
        "address": address,
        "endpoint": f"{address}:5432",
        "resourceId": resource,
    }


def _replication_group(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    group = inputs["replicationGroupId"]
    return group, {
        "arn": arn("elasticache", f"replicationgroup:{group}"),
        "primaryEndpointAddress": f"master.{group}.a1b2c3.euc1.cache.amazonaws.com",
        "readerEndpointAddress": f"replica.{group}.a1b2c3.euc1.cache.amazonaws.com",
    }


def _msk(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    cluster, uuid = inputs["clusterName"], "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-4"
    host = f"{cluster}.a1b2c3.c4.kafka.{REGION}.amazonaws.com"
    brokers = range(1, int(inputs["numberOfBrokerNodes"]) + 1)
    arn_ = arn("kafka", f"cluster/{cluster}/{uuid}")
    return arn_, {
        "arn": arn_,
        "clusterUuid": uuid,
        "bootstrapBrokersSaslScram": ",".join(f"b-{number}.{host}:9096" for number in brokers),
        "bootstrapBrokersSaslIam": ",".join(f"b-{number}.{host}:9098" for number in brokers),
    }


def _msk_configuration(name: str, inputs: Inputs) -> tuple[str, dict[str, Any]]:
    arn_ = arn("kafka", f"configuration/{physical(name, inputs)}/0a1b2c3d")
    return arn_, {"arn": arn_, "latestRevision": 1}


def _uuid(name: str, _inputs: Inputs) -> tuple[str, dict[str, Any]]:
    uuid = str(uuid5(NAMESPACE_URL, name))
    return uuid, {"result": uuid}


_ANSWERS: Mapping[str, Answer] = {
    "aws:ec2/vpc:Vpc": _numbered("vpc"),
    "aws:ec2/subnet:Subnet": _numbered("subnet"),
    "aws:ec2/securityGroup:SecurityGroup": _numbered("sg"),
    "aws:ec2/routeTable:RouteTable": _numbered("rtb"),
    "aws:ec2/natGateway:NatGateway": _numbered("nat"),
    "aws:ec2/internetGateway:InternetGateway": _numbered("igw"),
    "aws:ec2/eip:Eip": _numbered("eipalloc"),
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:iam/role:Role": _role,
    "aws:kms/key:Key": _key,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:eks/cluster:Cluster": _eks,
    "aws:rds/instance:Instance": _database,
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:msk/cluster:Cluster": _msk,
    "aws:msk/configuration:Configuration": _msk_configuration,
    "random:index/randomId:RandomId": lambda name, inputs: (
        digest(name, 8),
        {"hex": digest(name, 2 * int(inputs["byteLength"]))},
    ),
    "tls:index/privateKey:PrivateKey": lambda name, _inputs: (
        digest(name, 40),
        {"privateKeyPem": generated_password(name), "publicKeyPem": f"public key of {name}"},
    ),
    "tls:index/selfSignedCert:SelfSignedCert": _certificate,
    "tls:index/certRequest:CertRequest": lambda name, _inputs: (
        digest(name, 40),
        {"certRequestPem": f"request {name}"},
    ),
    "tls:index/locallySignedCert:LocallySignedCert": _certificate,
    "random:index/randomUuid:RandomUuid": _uuid,
    "random:index/randomPassword:RandomPassword": lambda name, _inputs: ("none", {"result": generated_password(name)}),
}
