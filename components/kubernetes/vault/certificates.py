"""Vault's own certificate authority, and the certificate of its nodes.

An `up` before their end renews both; nodes load a new certificate at their restart (docs/vault.md). The keys are in the
state, encrypted.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_tls as tls

from components.kubernetes.vault.names import certificate_names

_YEAR_HOURS: Final = 365 * 24
_MONTH_HOURS: Final = 30 * 24


class VaultCertificates(pulumi.ComponentResource):
    """`ca_pem` is the authority for clients; a node has `certificate_pem`, valid `until`, and `private_key_pem`."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:kubernetes:VaultCertificates", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ca_key = self._key(f"{name}-ca-key")
        ca = tls.SelfSignedCert(
            f"{name}-ca",
            private_key_pem=ca_key,
            is_ca_certificate=True,
            subject={"common_name": "Vault of the platform"},
            validity_period_hours=10 * _YEAR_HOURS,
            early_renewal_hours=2 * _YEAR_HOURS,
            allowed_uses=["cert_signing", "crl_signing"],
            opts=child,
        )
        key = self._key(f"{name}-key")
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key,
            subject={"common_name": "vault"},
            dns_names=certificate_names(),
            ip_addresses=["127.0.0.1"],
            opts=child,
        )
        certificate = tls.LocallySignedCert(
            f"{name}-certificate",
            ca_private_key_pem=ca_key,
            ca_cert_pem=ca.cert_pem,
            cert_request_pem=request.cert_request_pem,
            validity_period_hours=_YEAR_HOURS,
            early_renewal_hours=4 * _MONTH_HOURS,
            # Nodes are each other's clients as well.
            allowed_uses=["digital_signature", "key_encipherment", "server_auth", "client_auth"],
            opts=child,
        )
        self.ca_pem: pulumi.Output[str] = ca.cert_pem
        self.certificate_pem: pulumi.Output[str] = certificate.cert_pem
        self.until: pulumi.Output[str] = certificate.validity_end_time
        self.private_key_pem: pulumi.Output[str] = key
        self.register_outputs({"caPem": self.ca_pem})

    def _key(self, name: str) -> pulumi.Output[str]:
        key = tls.PrivateKey(name, algorithm="ECDSA", ecdsa_curve="P256", opts=pulumi.ResourceOptions(parent=self))
        return pulumi.Output.secret(key.private_key_pem)
