"""HashiCorp Vault in the cluster: namespace, certificates, volumes, release, and the Job that initialises it.

It creates everything in the namespace `vault` except what an assistant adds (`assistant`). The cloud creates the key
that unseals it, the identities and the store of the recovery keys (`VaultSeal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.artifacts import VAULT_CHART, VAULT_CHART_REPOSITORY, VAULT_CHART_VERSION, chart_of, image_of
from components.connections import ClusterConnection, VaultSeal, WorkloadIdentity
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.network import from_namespaces, from_pods, pods_named, to_apis, to_identity, to_pods
from components.kubernetes.vault import names
from components.kubernetes.vault.certificates import VaultCertificates
from components.kubernetes.vault.initialisation import initialisation
from components.kubernetes.vault.values import vault_values
from settings import Profile, Settings
from settings.company import NO_COMPANY, Company
from settings.secrets_manager import INIT_ACCOUNT, VAULT_NAMESPACE, CreateVault, ExistingVault, KubernetesSecrets

_STORAGE_CLASS: Final = "vault"
_NO_ANNOTATIONS: Final[dict[str, pulumi.Input[str]]] = {}


def vault_of(
    settings: Settings, seal: VaultSeal | None, cluster: ClusterConnection, opts: pulumi.ResourceOptions
) -> VaultServer | ExistingVault | None:
    """Returns the Vault of the stack file; None if credentials come by Secret."""
    match settings.secrets_manager:
        case KubernetesSecrets():
            return None
        case ExistingVault() as existing:
            return existing
        case CreateVault() as chosen:
            if seal is None:
                raise ValueError("a Vault in the cluster needs a key of the cloud that unseals it")
            return VaultServer(
                "vault",
                settings=chosen,
                profile=settings.profile,
                protect=settings.protect,
                seal=seal,
                cluster=cluster,
                clients=tuple(assistant.namespace for assistant in settings.assistants),
                image=image_of(settings.assistants[0], settings.registries),
                company=settings.company,
                opts=opts,
            )


def vault_addresses(vault: VaultServer | ExistingVault | None) -> Mapping[str, pulumi.Input[str]]:
    """Returns Vault's address, and the command that shows its recovery keys to people who may read them."""
    match vault:
        case None:
            return {}
        case ExistingVault(address=address):
            return {"secretsManager": address}
        case VaultServer(recovery_command=command):
            return {"secretsManager": names.ADDRESS, **({} if command is None else {"recoveryKeys": command})}


class VaultServer(pulumi.ComponentResource):
    """Vault. `usable` says whether assistants can use it. If so, Vault is set up when `ready` exists.

    `clients` are the namespaces that read from it. `image` is an image of Rasa Pro, which contains the Vault client.
    `protect` keeps the data from deletion.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateVault,
        profile: Profile,
        protect: bool,
        seal: VaultSeal,
        cluster: ClusterConnection,
        clients: tuple[str, ...],
        image: str,
        company: Company = NO_COMPANY,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:VaultServer", name, None, opts)
        self._name, self._settings, self._profile = name, settings, profile
        self._cluster, self._seal, self._clients = cluster, seal, clients
        self._child = pulumi.ResourceOptions(parent=self)
        self.image = image
        self.pod_security = cluster.pod_security
        self.usable = settings.init == "job" or settings.initialized
        space = RestrictedNamespace(
            f"{name}-space",
            VAULT_NAMESPACE,
            self.pod_security,
            protect=protect,
            company=company,
            opts=self._child,
        )
        self.pull_secrets = space.pull_secrets
        self.namespace: pulumi.Output[str] = space.name
        certificates = VaultCertificates(f"{name}-tls", opts=self._child)
        self.ca_pem: pulumi.Output[str] = certificates.ca_pem
        secret = kubernetes.core.v1.Secret(
            f"{name}-certificate",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=names.CERTIFICATE_SECRET, namespace=space.name),
            string_data={
                "ca.crt": certificates.ca_pem,
                "tls.crt": certificates.certificate_pem,
                "tls.key": certificates.private_key_pem,
            },
            opts=self._child,
        )
        ca = kubernetes.core.v1.ConfigMap(
            f"{name}-ca",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=space.name),
            data={names.CA_FILE: certificates.ca_pem},
            opts=self._child,
        )
        self.ca_config_map: pulumi.Output[str] = ca.metadata.name
        policies = (*space.policies, *self._policies(space))
        chart = chart_of(VAULT_CHART, VAULT_CHART_REPOSITORY, company.registries)
        release = kubernetes.helm.v3.Release(
            f"{name}-release",
            name=names.RELEASE,
            namespace=space.name,
            chart=chart.chart,
            version=VAULT_CHART_VERSION,
            repository_opts=chart.repository_opts,
            values=vault_values(
                settings=settings,
                profile=profile,
                pod_security=cluster.pod_security,
                seal=seal,
                storage_class=self._storage_class(),
                certificate_until=certificates.until,
                company=company,
                pull_secrets=space.pull_secrets,
            ),
            # Before the initialisation no pod is ready, and the initialisation needs the pods.
            skip_await=True,
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect, depends_on=[secret, *policies, *seal.ready, *seal.server.ready]
            ),
        )
        self.ready: tuple[pulumi.Resource, ...] = (release, *policies, self._account(names.CONFIG_ACCOUNT, None))
        recovery = seal.recovery
        self.recovery_command = recovery.command if recovery is not None else None
        account = self._account(INIT_ACCOUNT, recovery.identity if recovery is not None else None)
        if self.usable:
            job = initialisation(
                f"{name}-init",
                settings=settings,
                profile=profile,
                recovery=recovery,
                namespace=self.namespace,
                pod_security=self.pod_security,
                ca_config_map=self.ca_config_map,
                pull_secrets=self.pull_secrets,
                image=image,
                after=(*self.ready, account),
                opts=self._child,
            )
            self.ready = (*self.ready, job.job)
        self.register_outputs({"namespace": self.namespace})

    def _storage_class(self) -> pulumi.Input[str] | None:
        volumes = self._cluster.volumes
        if self._settings.storage_class is not None or volumes is None:
            return self._settings.storage_class
        made = kubernetes.storage.v1.StorageClass(
            f"{self._name}-volumes",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=_STORAGE_CLASS),
            provisioner=volumes.provisioner,
            parameters=dict(volumes.parameters),
            # The zone of a disk is fixed only when its pod is scheduled.
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Retain" if self._profile is Profile.PROD else "Delete",
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(volumes.ready),
                # A StatefulSet cannot change its class, so the name has to stay.
                delete_before_replace=True,
            ),
        )
        return made.metadata.name

    def _account(self, account: str, identity: WorkloadIdentity | None) -> kubernetes.core.v1.ServiceAccount:
        annotations = _NO_ANNOTATIONS if identity is None else dict(identity.service_account_annotations)
        return kubernetes.core.v1.ServiceAccount(
            f"{self._name}-account-{account}",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=account, namespace=self.namespace, annotations=annotations),
            automount_service_account_token=False,
            opts=self._child,
        )

    def _policies(self, space: RestrictedNamespace) -> list[pulumi.Resource]:
        networks, seal = self._cluster.networks, self._seal
        servers = pods_named(names.SERVER_POD)
        jobs = pods_named(names.SERVER_POD, names.INIT_POD, names.CONFIG_POD)
        client_egress = [to_pods(servers, names.PORT), to_apis()]
        identity = to_identity(seal.recovery.identity, networks) if seal.recovery is not None else []
        return [
            space.policy(
                f"{self._name}-policy-server",
                "vault",
                names.SERVER_POD,
                ingress=[
                    from_pods(jobs, names.PORT),
                    from_pods(servers, names.CLUSTER_PORT),
                    from_namespaces(self._clients, names.PORT),
                ],
                egress=[
                    to_pods(servers, names.PORT),
                    to_pods(servers, names.CLUSTER_PORT),
                    to_apis(),
                    *to_identity(seal.server, networks),
                ],
                parent=self,
            ),
            space.policy(
                f"{self._name}-policy-init",
                names.INIT_POD,
                names.INIT_POD,
                egress=[*client_egress, *identity],
                parent=self,
            ),
            space.policy(
                f"{self._name}-policy-config", names.CONFIG_POD, names.CONFIG_POD, egress=client_egress, parent=self
            ),
        ]
