"""`tls`: real keys and certificates, created with `cryptography` and stored in the stack's state."""

import datetime
import hashlib
import ipaddress
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from catalogue.entry import Entry, Refused, Subject, paths
from catalogue.package import Package
from catalogue.rules import only
from catalogue.wire import as_list, as_map

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

CURVES: dict[str, ec.EllipticCurve] = {
    "P224": ec.SECP224R1(),
    "P256": ec.SECP256R1(),
    "P384": ec.SECP384R1(),
    "P521": ec.SECP521R1(),
}
PLAIN_USES = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
KEY_USES = {
    **{use: use for use in PLAIN_USES.split()},
    "cert_signing": "key_cert_sign",
    "crl_signing": "crl_sign",
    "encipher_only": "encipher_only",
    "decipher_only": "decipher_only",
}
EXTENDED_USES = {
    "server_auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client_auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code_signing": ExtendedKeyUsageOID.CODE_SIGNING,
    "email_protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp_signing": ExtendedKeyUsageOID.OCSP_SIGNING,
    "any_extended": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
ALGORITHMS = ("RSA", "ECDSA", "ED25519")
USES_ARE_KNOWN = only(
    "allowedUses", [*KEY_USES, *EXTENDED_USES], "Attribute allowed_uses value must be one of {allowed}, got: {value}"
)
SUBJECT_NAMES = {
    "commonName": NameOID.COMMON_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "country": NameOID.COUNTRY_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "postalCode": NameOID.POSTAL_CODE,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
NAMED = ("subject", "dnsNames", "ipAddresses", "uris", "privateKeyPem")
CERTIFIED = ("allowedUses", "validityPeriodHours", "isCaCertificate", "maxPathLength", "setSubjectKeyId")


def _new_key(subject: Subject) -> str:
    """Returns the key in the PEM form, from which the other outputs are derived."""
    match subject.inputs["algorithm"]:
        case "RSA":
            key: Key = rsa.generate_private_key(65537, subject.inputs.get("rsaBits") or 2048)
        case "ECDSA":
            key = ec.generate_private_key(CURVES[subject.inputs.get("ecdsaCurve") or "P224"])
        case _:
            key = ed25519.Ed25519PrivateKey.generate()
    is_ed25519 = isinstance(key, ed25519.Ed25519PrivateKey)
    form = serialization.PrivateFormat.PKCS8 if is_ed25519 else serialization.PrivateFormat.TraditionalOpenSSL
    return _private_pem(key, form)


def _private_pem(key: Key, form: serialization.PrivateFormat) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _private_openssh(subject: Subject) -> str:
    return (
        _private_pem(_key(subject["privateKeyPem"]), serialization.PrivateFormat.OpenSSH)
        if _has_openssh(subject)
        else ""
    )


def _public_openssh(subject: Subject) -> str:
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return _public(subject, encoding, form) + "\n" if _has_openssh(subject) else ""


def _has_openssh(subject: Subject) -> bool:
    """Returns whether OpenSSH has the curve: not P224, whose OpenSSH forms are empty in the real provider."""
    key = _key(subject["privateKeyPem"])
    return not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP224R1))


def _key(pem: str) -> Key:
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except ValueError as error:
        raise Refused("failed to parse private key PEM") from error
    if not isinstance(key, Key):
        raise Refused("the private key is neither RSA, ECDSA nor ED25519")
    return key


def _public(subject: Subject, encoding: serialization.Encoding, form: serialization.PublicFormat) -> str:
    return _key(subject["privateKeyPem"]).public_key().public_bytes(encoding, form).decode()


def _distinguished_name(subject: Subject) -> x509.Name:
    given = as_map(subject.inputs.get("subject"))
    return x509.Name([x509.NameAttribute(oid, given[key]) for key, oid in SUBJECT_NAMES.items() if given.get(key)])


def _alternative_names(subject: Subject) -> x509.SubjectAlternativeName | None:
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in as_list(subject.inputs.get("dnsNames"))]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in as_list(subject.inputs.get("ipAddresses"))]
    names += [x509.UniformResourceIdentifier(uri) for uri in as_list(subject.inputs.get("uris"))]
    return x509.SubjectAlternativeName(names) if names else None


def _hash(key: Key) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def _request(subject: Subject) -> str:
    key = _key(subject.inputs["privateKeyPem"])
    builder = x509.CertificateSigningRequestBuilder().subject_name(_distinguished_name(subject))
    if names := _alternative_names(subject):
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, _hash(key)).public_bytes(serialization.Encoding.PEM).decode()


def _self_signed(subject: Subject) -> str:
    key = _key(subject.inputs["privateKeyPem"])
    name = _distinguished_name(subject)
    return _certificate(subject, key.public_key(), name, _alternative_names(subject), name, key)


def _locally_signed(subject: Subject) -> str:
    request = x509.load_pem_x509_csr(subject.inputs["certRequestPem"].encode())
    authority = x509.load_pem_x509_certificate(subject.inputs["caCertPem"].encode())
    key = _key(subject.inputs["caPrivateKeyPem"])
    if authority.public_key() != key.public_key():
        raise Refused("the CA private key does not belong to the CA certificate")
    names = [
        extension.value for extension in request.extensions if isinstance(extension.value, x509.SubjectAlternativeName)
    ]
    return _certificate(subject, request.public_key(), request.subject, next(iter(names), None), authority.subject, key)


def _certificate(
    subject: Subject,
    public_key: Any,
    name: x509.Name,
    names: x509.SubjectAlternativeName | None,
    issuer: x509.Name,
    key: Key,
) -> str:
    begin = datetime.datetime.now(datetime.UTC)
    is_ca = bool(subject.inputs.get("isCaCertificate"))
    path_length = subject.inputs.get("maxPathLength") if is_ca else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(hours=subject.inputs["validityPeriodHours"]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=path_length), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(names, critical=False)
    if is_ca or subject.inputs.get("setSubjectKeyId"):
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    uses = subject.inputs["allowedUses"]
    if any(use in KEY_USES for use in uses):
        flags = {flag: use in uses for use, flag in KEY_USES.items()}
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    if extended := [EXTENDED_USES[use] for use in uses if use in EXTENDED_USES]:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    return builder.sign(key, _hash(key)).public_bytes(serialization.Encoding.PEM).decode()


def _validity(moment: str) -> Any:
    """Returns a date of the new certificate, in RFC 3339."""

    def read(subject: Subject) -> str:
        certificate = x509.load_pem_x509_certificate(subject["certPem"].encode())
        return getattr(certificate, moment).isoformat().replace("+00:00", "Z")

    return read


def _key_algorithm(path: str) -> Any:
    def read(subject: Subject) -> str:
        key = _key(subject.inputs[path])
        return {"RSAPrivateKey": "RSA", "Ed25519PrivateKey": "ED25519"}.get(type(key).__name__.lstrip("_"), "ECDSA")

    return read


def _fingerprint(algorithm: str) -> Any:
    def read(subject: Subject) -> str:
        der = _key(subject["privateKeyPem"]).public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )  # fmt: skip
        digest = hashlib.new(algorithm, der).hexdigest()
        return ":".join(digest[index : index + 2] for index in range(0, len(digest), 2))

    return read


CERTIFICATE_OUTPUTS = {
    "validityStartTime": _validity("not_valid_before_utc"),
    "validityEndTime": _validity("not_valid_after_utc"),
    "readyForRenewal": False,
}
CERTIFICATE_DEFAULTS = {"earlyRenewalHours": 0, "isCaCertificate": False, "setSubjectKeyId": False}

ENTRIES = [
    Entry(
        token="tls:index/privateKey:PrivateKey",
        id="{seed:40}",
        outputs={
            "privateKeyPem": _new_key,
            "privateKeyPemPkcs8": lambda subject: _private_pem(
                _key(subject["privateKeyPem"]), serialization.PrivateFormat.PKCS8
            ),
            "privateKeyOpenssh": _private_openssh,
            "publicKeyPem": lambda subject: _public(
                subject, serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "publicKeyOpenssh": _public_openssh,
            "publicKeyFingerprintMd5": _fingerprint("md5"),
            "publicKeyFingerprintSha256": _fingerprint("sha256"),
        },
        defaults={"rsaBits": 2048, "ecdsaCurve": "P224"},
        replaces_on=paths("algorithm rsaBits ecdsaCurve"),
        checks=(
            only("ecdsaCurve", CURVES, f"Attribute ecdsa_curve value must be one of {', '.join(CURVES)}"),
            only("algorithm", ALGORITHMS, "Attribute algorithm value must be one of: {allowed}, got: {value}"),
        ),
    ),
    Entry(
        token="tls:index/certRequest:CertRequest",
        id="{seed:40}",
        outputs={"certRequestPem": _request, "keyAlgorithm": _key_algorithm("privateKeyPem")},
        replaces_on=frozenset(NAMED),
    ),
    Entry(
        token="tls:index/selfSignedCert:SelfSignedCert",
        id="{seed:38}",
        outputs={"certPem": _self_signed, "keyAlgorithm": _key_algorithm("privateKeyPem"), **CERTIFICATE_OUTPUTS},
        defaults=CERTIFICATE_DEFAULTS,
        replaces_on=frozenset({*NAMED, *CERTIFIED, "setAuthorityKeyId"}),
        checks=(USES_ARE_KNOWN,),
    ),
    Entry(
        token="tls:index/locallySignedCert:LocallySignedCert",
        id="{seed:38}",
        outputs={
            "certPem": _locally_signed,
            "caKeyAlgorithm": _key_algorithm("caPrivateKeyPem"),
            **CERTIFICATE_OUTPUTS,
        },
        defaults=CERTIFICATE_DEFAULTS,
        replaces_on=frozenset({*CERTIFIED, "certRequestPem", "caCertPem", "caPrivateKeyPem"}),
        checks=(USES_ARE_KNOWN,),
    ),
]

TLS = Package(name="tls", stateless=True, entries={entry.token: entry for entry in ENTRIES})
