"""`random` is random and kept; `tls` makes keys and certificates that a verifier accepts."""

from __future__ import annotations

import string

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store

from catalogue.entry import Refused
from catalogue.wire import Properties, secret
from tests.sandbox.clouds import World

PASSWORD = "random:index/randomPassword:RandomPassword"
RANDOM_ID = "random:index/randomId:RandomId"
KEY = "tls:index/privateKey:PrivateKey"
SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert"
REQUEST = "tls:index/certRequest:CertRequest"
SIGNED = "tls:index/locallySignedCert:LocallySignedCert"


def test_a_password_has_what_was_asked_for_and_never_the_same(world: World) -> None:
    inputs: Properties = {"length": 32, "special": False, "minLower": 1, "minUpper": 30, "minNumeric": 1}
    _, first = world.make(PASSWORD, "p", inputs)
    _, second = world.make(PASSWORD, "p", inputs)
    assert len(first["result"]) == 32
    assert set(first["result"]) <= set(string.ascii_letters + string.digits)
    assert sum(letter.isupper() for letter in first["result"]) == 30
    assert first["result"] != second["result"]


def test_a_password_too_short_for_its_minimums_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="at least 5"):
        world.make(PASSWORD, "p", {"length": 4, "minLower": 5})


def test_the_forms_of_an_id_agree(world: World) -> None:
    id, outputs = world.make(RANDOM_ID, "i", {"byteLength": 3, "prefix": "x-"})
    assert outputs["hex"].startswith("x-")
    assert int(outputs["hex"][2:], 16) == int(outputs["dec"][2:])
    assert outputs["b64Url"] == f"x-{id}"


def test_keepers_replace(world: World) -> None:
    urn = world.urn(RANDOM_ID, "i")
    old: Properties = {"byteLength": 3, "keepers": {"a": "1"}}
    assert world.random.diff(urn, "x", old, old, old).changes == {}
    assert world.random.diff(urn, "x", old, old, {**old, "keepers": {"a": "2"}}).replaces == {"keepers.a"}


def _key(world: World, name: str, algorithm: str = "ECDSA") -> str:
    inputs: Properties = {"algorithm": algorithm, **({"ecdsaCurve": "P256"} if algorithm == "ECDSA" else {})}
    return world.make(KEY, name, inputs)[1]["privateKeyPem"]


@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA", "ED25519"])
def test_keys_are_real(world: World, algorithm: str) -> None:
    _, outputs = world.make(KEY, "k", {"algorithm": algorithm})
    key = serialization.load_pem_private_key(outputs["privateKeyPemPkcs8"].encode(), None)
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    assert key.public_key().public_bytes(encoding, form).decode() == outputs["publicKeyPem"]


def test_a_certificate_chain_verifies(world: World) -> None:
    authority_key, leaf_key = secret(_key(world, "ca")), secret(_key(world, "leaf"))
    _, authority = world.make(
        SELF_SIGNED,
        "ca",
        {
            "privateKeyPem": authority_key,
            "subject": {"commonName": "Vault CA"},
            "validityPeriodHours": 1,
            "isCaCertificate": True,
            "allowedUses": ["cert_signing", "crl_signing", "digital_signature"],
        },
    )
    names: Properties = {"subject": {"commonName": "vault"}, "dnsNames": ["vault.example"]}
    _, request = world.make(REQUEST, "leaf", {"privateKeyPem": leaf_key, **names})
    signing: Properties = {
        "certRequestPem": request["certRequestPem"],
        "caCertPem": authority["certPem"],
        "validityPeriodHours": 1,
        "allowedUses": ["digital_signature", "server_auth"],
    }
    _, leaf = world.make(SIGNED, "leaf", {**signing, "caPrivateKeyPem": authority_key})
    roots = Store([x509.load_pem_x509_certificate(authority["certPem"].encode())])
    certificate = x509.load_pem_x509_certificate(leaf["certPem"].encode())
    verifier = PolicyBuilder().store(roots).build_server_verifier(x509.DNSName("vault.example"))
    assert verifier.verify(certificate, [])[0] == certificate
    with pytest.raises(Refused, match="does not belong to the CA"):
        world.make(SIGNED, "leaf", {**signing, "caPrivateKeyPem": leaf_key})


def test_an_unknown_use_is_refused(world: World) -> None:
    inputs: Properties = {
        "privateKeyPem": _key(world, "k"),
        "validityPeriodHours": 1,
        "allowedUses": ["server_authentication"],
    }
    with pytest.raises(Refused, match="allowed_uses"):
        world.make(SELF_SIGNED, "c", inputs)
