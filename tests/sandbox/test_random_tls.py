"""`random` is random and kept; `tls` makes keys and certificates that a verifier accepts."""

from __future__ import annotations

import string

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store

from catalogue.wire import Properties, secret
from sandbox.cloud import Difference
from tests.sandbox.world import World


def test_a_password_has_what_was_asked_for_and_never_the_same(world: World) -> None:
    inputs: Properties = {"length": 32, "special": False, "minLower": 1, "minUpper": 30, "minNumeric": 1}
    first, second = (world.make("random.RandomPassword", "p", **inputs)["result"] for _ in range(2))
    assert len(first) == 32
    assert set(first) <= set(string.ascii_letters + string.digits)
    assert sum(letter.isupper() for letter in first) == 30
    assert first != second
    world.refuses("at least 5", "random.RandomPassword", length=4, minLower=5)


def test_the_forms_of_an_id_agree_and_keepers_replace(world: World) -> None:
    made = world.make("random.RandomId", byteLength=3, prefix="x-", keepers={"a": "1"})
    assert made["hex"].startswith("x-")
    assert int(made["hex"][2:], 16) == int(made["dec"][2:])
    assert made["b64Url"] == f"x-{made.id}"

    def diff(**news: object) -> Difference:
        return world.cloud(made.urn).diff(made.urn, made.id, made.inputs, made.outputs, {**made.inputs, **news})

    assert diff().changes == {}
    assert diff(keepers={"a": "2"}).replaces == {"keepers.a"}


@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA", "ED25519"])
def test_keys_are_real(world: World, algorithm: str) -> None:
    made = world.make("tls.PrivateKey", algorithm=algorithm)
    key = serialization.load_pem_private_key(made["privateKeyPemPkcs8"].encode(), None)
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    assert key.public_key().public_bytes(encoding, form).decode() == made["publicKeyPem"]


def test_a_certificate_chain_verifies(world: World) -> None:
    def key() -> object:
        return secret(world.make("tls.PrivateKey", algorithm="ECDSA", ecdsaCurve="P256")["privateKeyPem"])

    authority_key, leaf_key = key(), key()
    own: Properties = {"privateKeyPem": authority_key, "subject": {"commonName": "Vault CA"}, "isCaCertificate": True}
    uses = ["cert_signing", "crl_signing", "digital_signature"]
    world.refuses(
        "allowed_uses", "tls.SelfSignedCert", **own, validityPeriodHours=1, allowedUses=["server_authentication"]
    )
    authority = world.make("tls.SelfSignedCert", **own, validityPeriodHours=1, allowedUses=uses)
    names: Properties = {"subject": {"commonName": "vault"}, "dnsNames": ["vault.example"]}
    signing: Properties = {
        "certRequestPem": world.make("tls.CertRequest", privateKeyPem=leaf_key, **names)["certRequestPem"],
        "caCertPem": authority["certPem"],
        "validityPeriodHours": 1,
        "allowedUses": ["digital_signature", "server_auth"],
    }
    leaf = world.make("tls.LocallySignedCert", **signing, caPrivateKeyPem=authority_key)
    roots = Store([x509.load_pem_x509_certificate(authority["certPem"].encode())])
    certificate = x509.load_pem_x509_certificate(leaf["certPem"].encode())
    verifier = PolicyBuilder().store(roots).build_server_verifier(x509.DNSName("vault.example"))
    assert verifier.verify(certificate, [])[0] == certificate
    world.refuses("does not belong to the CA", "tls.LocallySignedCert", **signing, caPrivateKeyPem=leaf_key)
