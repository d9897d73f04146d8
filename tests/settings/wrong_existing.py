"""Wrong settings of layers that exist already, as data: what is changed where everything does, and what is said."""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# On AWS; what is the same on every cloud stands here as well.
EXISTING: Rows = [
    (
        {"rotation.trackerStore": 2},
        "rasa:rotation.trackerStore: 2 is set, but the program makes no credential of "
        "rasa:trackerStore that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"rotation.eventQueue": 2},
        "rasa:rotation.eventQueue: 2 is set, but the program makes no credential of "
        "rasa:eventQueue that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"network.vpcId": "acme"},
        "rasa:network.vpcId: 'acme' is not the id of a VPC; write it like vpc-0123456789abcdef0",
    ),
    (
        {"network.privateSubnets": {"a": "10.10.0.0/24"}},
        "rasa:network.privateSubnets.a: 'a' is not the id of a subnet; write it like subnet-0123456789abcdef0",
    ),
    (
        {"network.dataSubnets": {"subnet-11111111": "10.10.0.0/24"}},
        "rasa:network.dataSubnets: 1 subnet(s) is below 2, the fewest zones in dev; name 2 subnets, each in "
        "another zone",
    ),
    (
        {"network.privateSubnets": ["subnet-11111111"]},
        "rasa:network.privateSubnets: a list is not a mapping; write keys and values below it",
    ),
    (
        {"network.privateSubnets": {}},
        "rasa:network.privateSubnets: an empty mapping is no value; give it a value or remove the key",
    ),
    (
        {"encryption.key": "alias/rasa"},
        "rasa:encryption.key: 'alias/rasa' is not the ARN of a KMS key; write it like "
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    (
        {"encryption.key": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
        "rasa:encryption.key: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' "
        "is not in eu-central-1, and services take keys of their own region only; name a key of that region",
    ),
    (
        {"cluster.kubeconfig": "kubeConfig"},
        "rasa:cluster.kubeconfig: kubeConfig is not a key of rasa:secrets (known: accountKey, dbPassword, "
        "kafkaPassword, kubeconfig, license, redisPassword, vaultToken); did you mean kubeconfig?",
    ),
    (
        {"secrets.kubeconfig": "apiVersion: v1"},
        "rasa:secrets.kubeconfig: the value is not a kubeconfig with contexts; run: pulumi config set "
        "--secret --path 'rasa:secrets.kubeconfig' < kubeconfig",
    ),
    (
        {"cluster.context": "acme"},
        "rasa:cluster.context: 'acme' is not a context of the kubeconfig (known: other, acme-admin); name one of them",
    ),
    (
        {"cluster.context": "prod"},
        "rasa:cluster.context: 'prod' is not a context of the kubeconfig (known: other, acme-admin); name one of them",
    ),
    ({"cluster.networks": []}, "rasa:cluster.networks: an empty list is no value; give it a value or remove the key"),
    (
        {"cluster.podSecurity": "baseline"},
        "rasa:cluster.podSecurity: 'baseline' is not one of restricted, openshift; choose one of them",
    ),
    (
        {"cluster.apiAccess": "private"},
        "rasa:cluster.apiAccess: 'apiAccess' is not a setting here (known: context, identity, kind, "
        "kubeconfig, networks, podSecurity, securityGroupId); remove it",
    ),
    (
        {"cluster.identity": {"kind": "irsa", "issuer": "https://oidc.example.com"}},
        "rasa:cluster.identity.providerArn: nothing is set, but it is required; add rasa:cluster.identity.providerArn",
    ),
    (
        {"cluster.identity": {"kind": "eks"}},
        "rasa:cluster.identity.kind: 'eks' is not one of podIdentity, irsa, none; choose one of them",
    ),
    (
        {"cluster.identity": {"kind": "none"}},
        "rasa:cluster.identity: none gives pods no identity of AWS, but rasa:modelStorage needs one; set "
        "{kind: podIdentity, clusterName: ...} or {kind: irsa, issuer: ..., providerArn: ...}, or for models "
        "name AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in secretEnv",
    ),
    (
        {"cluster.securityGroupId": "default"},
        "rasa:cluster.securityGroupId: 'default' is not the id of a security group; write it like sg-0123456789abcdef0",
    ),
    (
        {"trackerStore.host": "https://db"},
        "rasa:trackerStore.host: 'https://db' is not a host name or address; write it like db.example.com",
    ),
    (
        {"trackerStore.port": 0},
        "rasa:trackerStore.port: 0 is not between 1 and 65535; write the port that the service listens on",
    ),
    (
        {"trackerStore.sslMode": "require"},
        "rasa:trackerStore.sslMode: 'require' is not one of verify-full, verify-ca; choose one of them",
    ),
    (
        {"trackerStore.ca": "/etc/ca.pem"},
        "rasa:trackerStore.ca: '/etc/ca.pem' is not a certificate in PEM form; paste the text from -----BEGIN"
        " CERTIFICATE----- on",
    ),
    (
        {"trackerStore.logins": {}},
        "rasa:trackerStore.logins.rasa: nothing is set, but the assistant rasa needs a database for its "
        "conversations; add {database: ..., username: ..., password: <key of rasa:secrets>}",
    ),
    (
        {"trackerStore.logins.rasa.password": "databasePassword"},
        "rasa:trackerStore.logins.rasa.password: databasePassword is not a key of rasa:secrets (known: "
        "accountKey, dbPassword, kafkaPassword, kubeconfig, license, redisPassword, vaultToken); "
        "did you mean dbPassword?",
    ),
    (
        {"trackerStore.logins.sales": {"database": "conversations", "username": "rasa@acme", "password": "dbPassword"}},
        "rasa:trackerStore.logins.sales: 'sales' is no assistant of rasa:assistants (known: rasa); remove it",
    ),
    (
        {"assistants[0].analytics": True},
        "rasa:trackerStore.analyticsLogins.rasa: nothing is set, but the assistant rasa needs a database for "
        "its analytics; add {database: ..., username: ..., password: <key of rasa:secrets>}",
    ),
    (
        {"lockStore.password": "redisKey"},
        "rasa:lockStore.password: redisKey is not a key of rasa:secrets (known: accountKey, dbPassword, "
        "kafkaPassword, kubeconfig, license, redisPassword, vaultToken); run: pulumi config set --secret --path "
        "'rasa:secrets.redisKey'",
    ),
    ({"lockStore.tls": "no"}, "rasa:lockStore.tls: 'no' is not true or false; write true or false, without quotes"),
    (
        {"eventQueue.bootstrap": "kafka.example.com"},
        "rasa:eventQueue.bootstrap: 'kafka.example.com' is not a list of brokers; write it like "
        "kafka1.example.com:9093,kafka2.example.com:9093",
    ),
    (
        {"eventQueue.mechanism": "GSSAPI"},
        "rasa:eventQueue.mechanism: 'GSSAPI' is not one of PLAIN, SCRAM-SHA-512, SCRAM-SHA-256; choose one of them",
    ),
    (
        {"eventQueue.networks": ["internet"]},
        "rasa:eventQueue.networks[0]: 'internet' is not an IPv4 network in CIDR form; write it like 10.0.0.0/16",
    ),
    (
        {"eventQueue.password": "x1"},
        "rasa:eventQueue.password: x1 is not a key of rasa:secrets (known: accountKey, dbPassword, "
        "kafkaPassword, kubeconfig, license, redisPassword, vaultToken); run: pulumi config set --secret --path "
        "'rasa:secrets.x1'",
    ),
    (
        {"modelStorage.bucket": "s3://acme"},
        "rasa:modelStorage.bucket: 's3://acme' is not the name of a bucket; write it like acme-models",
    ),
    (
        {"modelStorage.kmsKey": "x"},
        "rasa:modelStorage.kmsKey: 'x' is not the ARN of a KMS key; write it like "
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    (
        {"network": {"kind": "create"}, "lockStore": {"kind": "create"}},
        "rasa:network.kind: create makes a network that the existing cluster is not in, so its pods could not"
        " reach lockStore; set kind to existing and describe a network that they can reach",
    ),
    (
        {
            "cluster.identity": {"kind": "none"},
            "modelStorage": {"kind": "none"},
            "assistants": [{"name": "rasa"}],
            "lockStore": {"kind": "create", "auth": "iam"},
        },
        "rasa:cluster.identity: none gives pods no identity of AWS, but rasa:lockStore.auth iam needs one; "
        "set {kind: podIdentity, clusterName: ...} or {kind: irsa, issuer: ..., providerArn: ...}, or set "
        "lockStore.auth to password",
    ),
]
# A cluster whose pods have no identity, and prod, which signs in by one unless it is told otherwise.
WITHOUT_IDENTITY: list[tuple[dict[str, Any], str]] = [
    (
        {"profile": "prod"},
        "rasa:cluster.identity: none gives pods no identity of AWS, but rasa:trackerStore.auth iam and "
        "rasa:lockStore.auth iam and rasa:eventQueue.auth iam needs one; set {kind: podIdentity, clusterName: ...} or "
        "{kind: irsa, issuer: ..., providerArn: ...}, or set trackerStore.auth and lockStore.auth and eventQueue.auth "
        "to password",
    ),
    (
        {"profile": "prod", "trackerStore": {"auth": "password"}, "lockStore": {"auth": "password"}},
        "rasa:cluster.identity: none gives pods no identity of AWS, but rasa:eventQueue.auth iam needs one; set {kind: "
        "podIdentity, clusterName: ...} or {kind: irsa, issuer: ..., providerArn: ...}, or set eventQueue.auth to "
        "password",
    ),
]
