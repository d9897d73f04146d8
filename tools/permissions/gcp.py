"""Google Cloud: the permissions that each type of resource and each call needs, and the custom role for one stack.

A role of a project holds for the whole project: give each environment a project of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import yaml

from tools.permissions import cluster
from tools.permissions.needs import Mode, Needs, look_up, needs
from tools.permissions.program import Used

TABLE: Final = "tools/permissions/gcp.py"
_OPERATIONS: Final = needs("compute.", write="globalOperations.get regionOperations.get")
_NETWORK: Final = needs("compute.", write="networks.get networks.use subnetworks.get subnetworks.use")
_ACT_AS: Final = needs("iam.serviceAccounts.", write="actAs")
_APIS: Final = needs(
    "serviceusage.", read="services.get services.list", write="services.enable services.use operations.get"
)
_PROJECT: Final = needs("resourcemanager.projects.", read="get")


def _policy(service: str) -> Needs:
    return needs(service, read="getIamPolicy", write="setIamPolicy")


TYPES: Final[Mapping[str, Needs]] = {
    "gcp:compute/address:Address": needs(
        "compute.addresses.", read="get", write="create createInternal delete deleteInternal setLabels use useInternal"
    )
    + _NETWORK
    + _OPERATIONS,
    # An endpoint of Private Service Connect, to a service in a network of somebody else.
    "gcp:compute/forwardingRule:ForwardingRule": needs(
        "compute.forwardingRules.",
        read="get",
        write="create delete pscCreate pscDelete pscSetLabels pscUpdate setLabels update",
    )
    + needs("compute.", write="addresses.use addresses.useInternal")
    + _NETWORK
    + _OPERATIONS,
    "gcp:compute/globalAddress:GlobalAddress": needs(
        "compute.globalAddresses.", read="get", write="create createInternal delete deleteInternal setLabels use"
    )
    + needs("compute.networks.", write="get use")
    + _OPERATIONS,
    "gcp:compute/network:Network": needs("compute.networks.", read="get", write="create delete update updatePolicy use")
    + _OPERATIONS,
    "gcp:compute/router:Router": needs("compute.routers.", read="get", write="create delete update use")
    + needs("compute.networks.", write="get use updatePolicy")
    + _OPERATIONS,
    # A NAT is a part of its router.
    "gcp:compute/routerNat:RouterNat": needs("compute.routers.", read="get", write="update use")
    + _NETWORK
    + _OPERATIONS,
    "gcp:compute/subnetwork:Subnetwork": needs(
        "compute.subnetworks.",
        read="get",
        write="create delete update expandIpCidrRange setPrivateIpGoogleAccess use",
    )
    + needs("compute.networks.", write="get use updatePolicy")
    + _OPERATIONS,
    "gcp:container/cluster:Cluster": needs(
        "container.", read="clusters.get", write="clusters.create clusters.update clusters.delete operations.get"
    )
    + needs("compute.instanceGroupManagers.", read="get")
    + _NETWORK
    + _ACT_AS,
    "gcp:container/nodePool:NodePool": needs("container.", read="clusters.get", write="clusters.update operations.get")
    + needs("compute.instanceGroupManagers.", read="get")
    + _ACT_AS,
    "gcp:dns/managedZone:ManagedZone": needs("dns.managedZones.", read="get", write="create update delete")
    + needs("dns.", write="networks.bindPrivateDNSZone resourceRecordSets.list"),
    "gcp:dns/recordSet:RecordSet": needs(
        "dns.",
        read="resourceRecordSets.get resourceRecordSets.list managedZones.get",
        write="resourceRecordSets.create resourceRecordSets.update resourceRecordSets.delete changes.create"
        " changes.get",
    ),
    # A key cannot be deleted; its versions are destroyed.
    "gcp:kms/cryptoKey:CryptoKey": needs(
        "cloudkms.",
        read="cryptoKeys.get",
        write="cryptoKeys.create cryptoKeys.update cryptoKeyVersions.list cryptoKeyVersions.destroy",
    ),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": _policy("cloudkms.cryptoKeys."),
    "gcp:kms/keyRing:KeyRing": needs("cloudkms.keyRings.", read="get", write="create"),
    "gcp:projects/iAMMember:IAMMember": _policy("resourcemanager.projects.") + _PROJECT,
    "gcp:projects/service:Service": _APIS,
    "gcp:projects/serviceIdentity:ServiceIdentity": _APIS,
    "gcp:redis/instance:Instance": needs(
        "redis.",
        read="instances.get instances.getAuthString",
        write="instances.create instances.update instances.updateAuth instances.upgrade instances.delete"
        " operations.get",
    )
    + needs("compute.networks.", write="get"),
    "gcp:secretmanager/secret:Secret": needs("secretmanager.secrets.", read="get", write="create update delete"),
    "gcp:secretmanager/secretIamMember:SecretIamMember": _policy("secretmanager.secrets."),
    "gcp:serviceaccount/account:Account": needs(
        "iam.serviceAccounts.", read="get", write="create update enable disable delete"
    ),
    # The range of the network that is lent to Google.
    "gcp:servicenetworking/connection:Connection": needs(
        "servicenetworking.",
        read="services.get",
        write="services.addPeering services.deleteConnection operations.get",
    )
    + needs(
        "compute.",
        write="networks.get networks.use networks.addPeering networks.updatePeering networks.removePeering"
        " globalAddresses.list",
    )
    + _PROJECT,
    "gcp:sql/databaseInstance:DatabaseInstance": needs(
        "cloudsql.instances.", read="get listServerCas", write="create update restart delete"
    )
    # The user that Google makes with every instance is deleted at once.
    + needs("cloudsql.users.", write="list delete")
    + needs("compute.networks.", write="get"),
    "gcp:sql/user:User": needs(
        "cloudsql.", read="users.list users.get instances.get", write="users.create users.update users.delete"
    ),
    "gcp:storage/bucket:Bucket": needs("storage.buckets.", read="get getIamPolicy", write="create update delete"),
    "gcp:storage/bucketIAMMember:BucketIAMMember": _policy("storage.buckets."),
}

# What an input brings along, where it is set: by type and input.
INPUTS: Final[Mapping[tuple[str, str], Needs]] = {
    # What is not protected is emptied before it is deleted.
    ("gcp:storage/bucket:Bucket", "forceDestroy"): needs("storage.objects.", write="list get delete"),
}

CALLS: Final[Mapping[str, Needs]] = {
    "gcp:organizations/getProject:getProject": _PROJECT,
    "gcp:sql/getCaCerts:getCaCerts": needs("cloudsql.instances.", read="get listServerCas"),
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": _PROJECT,
}


def needed(used: Used) -> Needs:
    """All that the resources and calls of a stack need; in a cluster of GKE, also what is in it."""
    total = Needs()
    for resource in used.of("gcp"):
        total += look_up(TYPES, resource.type, TABLE)
        for (type_, key), extra in INPUTS.items():
            if type_ == resource.type and resource.inputs.get(key):
                total += extra
    for call in used.calls_of("gcp"):
        total += look_up(CALLS, call, TABLE)
    if "gcp:container/cluster:Cluster" in used.types:
        total += cluster.gke(used)
    return total


def role(used: Used, mode: Mode) -> str:
    """The YAML of a custom role that allows what is needed."""
    return yaml.safe_dump(
        {
            "title": f"{used.name} {'preview' if mode.read_only else 'deploy'}",
            "description": f"{'Previews' if mode.read_only else 'Deploys'} the stack {used.stack} of Rasa",
            "stage": "GA",
            "includedPermissions": sorted(set(mode.of(needed(used)))),
        },
        sort_keys=False,
    )


def services(permissions: Sequence[str]) -> Mapping[str, list[str]]:
    """Permissions by their service."""
    found: dict[str, list[str]] = {}
    for permission in sorted(set(permissions)):
        service, _, name = permission.partition(".")
        found.setdefault(service, []).append(name)
    return found


def is_read(permission: str) -> bool:
    """Whether it only looks."""
    return permission.rpartition(".")[2].startswith(("get", "list"))
