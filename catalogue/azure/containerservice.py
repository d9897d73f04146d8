"""AKS: the cluster, its nodes, and the kubeconfig for a sign-in with Entra."""

import base64
import datetime
import hashlib
import ipaddress
import json
import re

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from catalogue import holdings
from catalogue.authorities import make_authority
from catalogue.azure.identity import identities_of, identities_ref, may
from catalogue.azure.needs import AKS_STATUS, ASSIGN, JOIN_SUBNET
from catalogue.azure.network import NAT, subnet_of, subnet_ref
from catalogue.azure.provider import arm, called, name_matches
from catalogue.entry import Minutes, Record, Refused, Subject, Where, World
from catalogue.rules import at, only_rises, text_at
from catalogue.wire import UNKNOWN, Properties, as_list, as_map

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
CLUSTER_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
VERSIONS = ("1.33", "1.34", "1.35", "1.36")
POOL_NAME = r"[a-z][a-z0-9]{0,11}"
SCHEDULES = ("default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
SERVER_APP = "6dae42f8-4368-4678-94ff-3960e28e3630"
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def _cluster_is_valid(subject: Subject) -> None:
    inputs, network = subject.inputs, as_map(subject.inputs.get("networkProfile"))
    _version_is_offered(inputs.get("kubernetesVersion"))
    pools = [as_map(pool) for pool in as_list(inputs.get("agentPoolProfiles"))]
    if not any(pool.get("mode") == "System" for pool in pools):
        raise Refused("InvalidParameter: There must be at least one system agent pool")
    for pool in pools:
        _pool_is_possible(pool)
    services, dns = text_at(subject, "networkProfile.serviceCidr"), text_at(subject, "networkProfile.dnsServiceIP")
    if services and dns and ipaddress.IPv4Address(dns) not in ipaddress.IPv4Network(services):
        raise Refused(f"ServiceCidrNotContainDNSServiceIP: {dns} is not in {services}")
    if network.get("networkDataplane") == "cilium" and network.get("networkPolicy") not in (None, "cilium"):
        raise Refused("InvalidNetworkPolicy: with the dataplane cilium the network policy is cilium")
    if not inputs.get("dnsPrefix"):
        raise Refused("InvalidParameter: dnsPrefix is required")
    if at(subject, "aadProfile.enableAzureRBAC") and not inputs.get("enableRBAC", True):
        raise Refused("InvalidParameter: Azure RBAC needs Kubernetes RBAC")
    if inputs.get("disableLocalAccounts") and not at(subject, "aadProfile.managed"):
        raise Refused(
            "DisableLocalAccountsNotAllowed: without local accounts a cluster needs managed Entra integration"
        )
    if at(subject, "securityProfile.workloadIdentity.enabled") and not at(subject, "oidcIssuerProfile.enabled"):
        raise Refused("OIDCIssuerNotEnabled: workload identity needs the OIDC issuer")


def _version_is_offered(version: object) -> None:
    if isinstance(version, str) and re.match(r"\d+\.\d+", version) and version[:4] not in VERSIONS:
        raise Refused(f"K8sVersionNotSupported: {version}; the sandbox offers {VERSIONS}")


def _pool_is_possible(pool: Properties) -> None:
    name = pool.get("name") or pool.get("agentPoolName")
    if isinstance(name, str) and name != UNKNOWN and not re.fullmatch(POOL_NAME, name):
        raise Refused(f"InvalidParameter: agent pool name {name!r} is not 1-12 of a-z and 0-9, letter first")
    sizes = [pool.get(key) for key in ("minCount", "count", "maxCount")]
    known = [size for size in sizes if isinstance(size, int)]
    if pool.get("enableAutoScaling"):
        if len(known) < 3 or known != sorted(known):
            raise Refused(f"InvalidParameter: minCount <= count <= maxCount does not hold for {sizes}")
    elif pool.get("minCount") or pool.get("maxCount"):
        raise Refused("InvalidParameter: minCount and maxCount are only possible with autoscaling")


def _api_access_is_possible(subject: Subject) -> None:
    access = as_map(subject.inputs.get("apiServerAccessProfile"))
    for text in as_list(access.get("authorizedIPRanges")):
        if text != UNKNOWN and "/" in text and ipaddress.IPv4Network(text, strict=False).prefixlen == 0:
            raise Refused("InvalidParameter: 0.0.0.0/0 is not an authorized IP range")
    if access.get("enablePrivateCluster") and access.get("authorizedIPRanges"):
        raise Refused("InvalidParameter: a private cluster has no authorized IP ranges")


def _network_is_ready(subject: Subject) -> None:
    """The identity may join the subnet; with a NAT gateway as outbound type the subnet has one."""
    path = "agentPoolProfiles.vnetSubnetID"
    subnet = subnet_of(subject, path)
    if subnet is None:
        return
    subnet_id = str(at(subject, path))
    for identity in as_list(as_map(subject.inputs.get("identity")).get("userAssignedIdentities")):
        if not may(subject.world, identity, NETWORK_CONTRIBUTOR, subnet_id):
            raise Refused(
                f"CustomRouteTableOrSubnetWithoutPermission: identity {identity} may not join {subnet_id}; "
                "depend on its role assignment"
            )
    way_out = at(subject, "networkProfile.outboundType", "loadBalancer")
    nat = as_map(subnet.get("natGateway")).get("id")
    if way_out == "userAssignedNATGateway" and not subject.world.find(NAT, "id", nat):
        raise Refused(f"SubnetNotAssociatedWithNATGateway: {subnet_id} has no NAT gateway")
    _nodes_reach_the_api(subject, nat)


def _nodes_reach_the_api(subject: Subject, nat_id: str | None) -> None:
    """Nodes reach a public API from the address of their NAT gateway: if it is not allowed, they never become ready."""
    allowed = as_list(as_map(subject.inputs.get("apiServerAccessProfile")).get("authorizedIPRanges"))
    nat = subject.world.find(NAT, "id", nat_id) if allowed and nat_id else None
    for address in as_list(nat.inputs.get("publicIpAddresses")) if nat else []:
        record = subject.world.find("azure-native:network:PublicIPAddress", "id", address["id"])
        ip = record.outputs["ipAddress"] if record else None
        if ip and not any(ipaddress.IPv4Address(ip) in ipaddress.IPv4Network(text) for text in allowed):
            raise Refused(
                f"VMExtensionError_K8SAPIServerConnFail: nodes come from {ip}, which may not reach the API server"
            )


def _pool_is_valid(subject: Subject) -> None:
    _pool_is_possible(subject.inputs)
    _version_is_offered(subject.inputs.get("orchestratorVersion"))


def _pool_is_not_newer(subject: Subject) -> None:
    cluster = subject.world.find(CLUSTER, "name", subject.inputs["resourceName"])
    version, newest = subject.inputs.get("orchestratorVersion"), cluster and cluster.inputs.get("kubernetesVersion")
    if version and newest and version[:4] in VERSIONS and VERSIONS.index(version[:4]) > VERSIONS.index(newest[:4]):
        raise Refused(f"NodePoolMcVersionIncompatible: nodes of {version} are newer than the control plane of {newest}")


def _is_private(subject: Subject) -> bool:
    return at(subject, "apiServerAccessProfile.enablePrivateCluster") is True


def _host(subject: Subject) -> str:
    """Returns the name of the API server; that of a private cluster resolves in its network only."""
    host, location = f"{subject.inputs.get('dnsPrefix')}-{subject.seed.hex(8, 'host')}", subject["location"]
    zone = f"{subject.seed.guid('zone')}.privatelink.{location}" if _is_private(subject) else f"hcp.{location}"
    return f"{host}.{zone}.azmk8s.io"


def _issuer(subject: Subject) -> Properties:
    profile = as_map(subject.inputs.get("oidcIssuerProfile"))
    if not profile.get("enabled"):
        return profile
    tenant, own = subject.where.facts["tenant"], subject.seed.guid("issuer")
    return {**profile, "issuerURL": f"https://{subject['location']}.oic.prod-aks.azure.com/{tenant}/{own}/"}


def _authority(cluster: Record) -> bytes:
    """Returns the cluster's certificate authority, PEM: real, and equal at every call."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{cluster.seed}/authority".encode()).digest())
    serial = int(hashlib.sha256(cluster.seed.encode()).hexdigest()[:16], 16) + 1
    return make_authority("ca", key=key, serial=serial, begin=BEGIN, days=10950).public_bytes(Encoding.PEM)


def list_user_credentials(args: Properties, _where: Where, world: World) -> Properties:
    """`listManagedClusterUserCredentials`: a kubeconfig that asks a person to sign in."""
    cluster = called(world.find(CLUSTER, "name", args["resourceName"]), f"managed cluster '{args['resourceName']}'")
    name, user = cluster.outputs["name"], f"clusterUser_{args['resourceGroupName']}_{cluster.outputs['name']}"
    authority = base64.b64encode(_authority(cluster)).decode()
    server = f"https://{cluster.outputs.get('fqdn') or cluster.outputs['privateFQDN']}:443"
    login = ["get-token", "--environment", "AzurePublicCloud", "--server-id", SERVER_APP, "--login", "devicecode"]
    sign_in = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "kubelogin", "args": login, "env": None}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"certificate-authority-data": authority, "server": server}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
        "users": [{"name": user, "user": {"exec": sign_in}}],
    }
    return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(json.dumps(document).encode()).decode()}]}


def agent_pool(args: Properties, _where: Where, world: World) -> Properties:
    """`get_agent_pool`: as much of it as the program reads."""
    names = (args["resourceName"], args["agentPoolName"])
    pools = [one for one in world.all(POOL) if (one.inputs["resourceName"], one.inputs["agentPoolName"]) == names]
    pool = called(pools[0] if pools else None, f"agent pool '{'/'.join(names)}'")
    return {"id": pool.id, "name": args["agentPoolName"], "count": pool.outputs["count"]}


ASKS = {
    "azure-native:containerservice:getAgentPool": agent_pool,
    "azure-native:containerservice:listManagedClusterUserCredentials": list_user_credentials,
}

ENTRIES = [
    arm(
        "containerservice:ManagedCluster", "Microsoft.ContainerService/managedClusters", "resourceName",
        outputs={
            "identity": identities_of,
            "fqdn": lambda subject: None if _is_private(subject) else _host(subject),
            "privateFQDN": lambda subject: _host(subject) if _is_private(subject) else None,
            "oidcIssuerProfile": _issuer,
            "currentKubernetesVersion": lambda subject: f"{str(subject.inputs.get('kubernetesVersion'))[:4]}.1",
            "powerState": lambda _subject: {"code": "Running"},
        },
        volatile=frozenset({"currentKubernetesVersion"}),
        refers=(subnet_ref("agentPoolProfiles.vnetSubnetID"), identities_ref("identity.userAssignedIdentities")),
        checks=(
            name_matches("resourceName", r"[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?", "InvalidParameter: 1-63 characters"),
            name_matches("dnsPrefix", r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?", "InvalidDNSPrefix: at most 54"),
            _cluster_is_valid,
            _api_access_is_possible,
            only_rises(
                "kubernetesVersion", VERSIONS,
                "OperationNotAllowed: Upgrading Kubernetes version {old} to {new} is not allowed: one minor at a time",
                by_one=True,
            ),
        ),
        admits=(_network_is_ready,),
        more=f"{ASSIGN} {JOIN_SUBNET} {AKS_STATUS} Compute/diskEncryptionSets/read",
        holds=holdings.CLUSTER,
        # Transcripts: 3.6 to 12, once 15. A separate pool is like a node group on other clouds.
        minutes=(Minutes(5, 5, 4, slow=15),),
    ),
    arm(
        "containerservice:AgentPool", "Microsoft.ContainerService/managedClusters/agentPools",
        "resourceName agentPoolName",
        parent=CLUSTER,
        refers=(subnet_ref("vnetSubnetID"),),
        checks=(_pool_is_valid,),
        admits=(_pool_is_not_newer,),
        more=f"{JOIN_SUBNET} {AKS_STATUS}",
        minutes=(Minutes(2.2, 8, 3, slow=10),),
    ),
    arm(
        "containerservice:MaintenanceConfiguration",
        "Microsoft.ContainerService/managedClusters/maintenanceConfigurations", "resourceName configName",
        parent=CLUSTER,
        checks=(name_matches("configName", "|".join(SCHEDULES), f"InvalidParameter: one of {SCHEDULES}"),),
        one_at_a_time="{resourceName}",
    ),
]  # fmt: skip
