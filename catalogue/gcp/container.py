"""GKE: clusters and their nodes."""

import base64
import ipaddress
import re
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from catalogue import holdings
from catalogue.authorities import make_authority
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.gcp.compute import SUBNETWORK, named, network_ref, subnetwork_ref
from catalogue.gcp.kms import key_ref, may_encrypt
from catalogue.gcp.needs import ACT_AS, USE_NETWORK
from catalogue.gcp.projects import ACCOUNT, IAM_MEMBER, api
from catalogue.needs import needs
from catalogue.rules import matches, only, only_rises, text_at, unprotected
from catalogue.wire import Properties, as_list, as_map, reveal

CLUSTER = "gcp:container/cluster:Cluster"
POOL = "gcp:container/nodePool:NodePool"
NAME = r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?"
MACHINE = r"[a-z]\d[a-z]?-[a-z]+(-\d+)?(-lssd)?"
VERSIONS = ("1.32", "1.33", "1.34", "1.35")
CHANNELS = ("RAPID", "REGULAR", "STABLE", "EXTENDED", "UNSPECIFIED")
NODE_ROLES = ("roles/container.defaultNodeServiceAccount", "roles/container.nodeServiceAccount", "roles/editor")


def _version_is_offered(subject: Subject) -> None:
    version = text_at(subject, "minMasterVersion")
    if version.count(".") == 1 and version not in VERSIONS:
        raise Refused(f"Error 400: Master version {version!r} is unsupported; the sandbox offers {VERSIONS}")


def _has_nodes(subject: Subject) -> None:
    inputs = subject.inputs
    if not (inputs.get("initialNodeCount") or inputs.get("nodePools") or inputs.get("enableAutopilot")):
        raise Refused("Error 400: Cluster.initial_node_count must be greater than zero.")


def _data_plane_and_policies_fit(subject: Subject) -> None:
    if subject.inputs.get("datapathProvider") == "ADVANCED_DATAPATH" and subject.inputs.get("networkPolicy"):
        raise Refused("Error 400: Network policy addon must be disabled with Dataplane V2, which has its own")


def _access_is_possible(subject: Subject) -> None:
    private = as_map(subject.inputs.get("privateClusterConfig")).get("enablePrivateEndpoint")
    networks = subject.inputs.get("masterAuthorizedNetworksConfig")
    endpoints = as_map(subject.inputs.get("controlPlaneEndpointsConfig"))
    by_ip = as_map(endpoints.get("ipEndpointsConfig")).get("enabled", True)
    by_name = as_map(endpoints.get("dnsEndpointConfig")).get("allowExternalTraffic", False)
    if private and networks is None:
        raise Refused("Error 400: master authorized networks must be enabled when the private endpoint is enabled")
    if networks is not None and not by_ip:
        raise Refused("Error 400: authorized networks cannot be set while IP endpoints are disabled")
    if not by_ip and not by_name:
        raise Refused("Error 400: at least one of the IP endpoints and the DNS endpoint must be enabled")


def _location_is_in_the_region(subject: Subject) -> None:
    location = str(subject.inputs.get("location") or subject["region"])
    for zone in as_list(subject.inputs.get("nodeLocations")):
        if not zone.startswith(re.sub(r"-[a-z]$", "", location)):
            raise Refused(f"Error 400: zone {zone} is not in the region of {location}")


def _ranges_exist(subject: Subject) -> None:
    policy = as_map(subject.inputs.get("ipAllocationPolicy"))
    found = named(subject, SUBNETWORK, subject.inputs.get("subnetwork"))
    if found is None:
        return
    inputs = reveal(found.inputs)
    ranges = {each["rangeName"] for each in as_list(inputs.get("secondaryIpRanges"))}
    for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        if policy.get(key) and policy[key] not in ranges:
            raise Refused(f"Error 400: Pod or service secondary range {policy[key]!r} does not exist in {found.id}")


def _identity_has_its_roles(subject: Subject) -> None:
    email = as_map(subject.inputs.get("nodeConfig")).get("serviceAccount")
    if not email or not subject.world.find(ACCOUNT, "email", email):
        return
    roles = {
        reveal(member.inputs)["role"]
        for member in subject.world.all(IAM_MEMBER)
        if reveal(member.inputs)["member"] == f"serviceAccount:{email}"
    }
    if not roles & set(NODE_ROLES):
        raise Refused(
            f"Error: nodes of {email} could not register: the service account has none of {NODE_ROLES} yet; the "
            "resource must depend on the role"
        )


def _address(subject: Subject, label: str, base: str) -> str:
    return str(ipaddress.IPv4Address(base) + int(subject.seed.hex(4, label), 16) % 60000 + 1)


def _version(subject: Subject) -> str:
    return f"{subject.inputs.get('minMasterVersion') or VERSIONS[-1]}.1-gke.1000000"


def _private_config(subject: Subject) -> Properties:
    return {
        **as_map(subject.inputs.get("privateClusterConfig")),
        "privateEndpoint": "10.0.0.2",
        "publicEndpoint": _address(subject, "public", "34.76.0.0"),
    }


def _endpoint(subject: Subject) -> str:
    config = _private_config(subject)
    return config["privateEndpoint"] if config.get("enablePrivateEndpoint") else config["publicEndpoint"]


def _endpoints_config(subject: Subject) -> Properties:
    given = as_map(subject.inputs.get("controlPlaneEndpointsConfig"))
    name = f"gke-{subject.seed.hex(28, 'dns')}-{subject['number']}.{subject['region']}.gke.goog"
    by_name = {"allowExternalTraffic": False, **as_map(given.get("dnsEndpointConfig")), "endpoint": name}
    return {"ipEndpointsConfig": {"enabled": True}, **given, "dnsEndpointConfig": by_name}


def _master_auth(subject: Subject) -> Any:
    if old := subject.old_outputs.get("masterAuth"):
        return old
    authority = base64.b64encode(make_authority("kubernetes", path_length=0).public_bytes(Encoding.PEM)).decode()
    return {"clientCertificateConfig": {"issueClientCertificate": False}, "clusterCaCertificate": authority}


def _pool_name(subject: Subject) -> str:
    """Returns the given name, or a prefix with generated digits; a name that was generated before stays."""
    made_up = f"{subject.inputs.get('namePrefix')}{subject.seed.hex(26)}"
    return subject.inputs.get("name") or subject.old_outputs.get("name") or made_up


def _pool_id(subject: Subject) -> str:
    cluster = named(subject, CLUSTER, subject.inputs["cluster"])
    return f"{cluster.id if cluster else subject.inputs['cluster']}/nodePools/{_pool_name(subject)}"


def _node_counts_fit(subject: Subject) -> None:
    scaling = as_map(subject.inputs.get("autoscaling"))
    total = {"totalMinNodeCount", "totalMaxNodeCount"} & scaling.keys()
    if total and {"minNodeCount", "maxNodeCount"} & scaling.keys():
        raise Refused("Error 400: counts for each zone and total counts exclude one another")
    for least, most in (("minNodeCount", "maxNodeCount"), ("totalMinNodeCount", "totalMaxNodeCount")):
        low, high = scaling.get(least), scaling.get(most)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            raise Refused(f"Error 400: {least} {low} is above {most} {high}")


def _location_is_the_clusters(subject: Subject) -> None:
    cluster, location = named(subject, CLUSTER, subject.inputs["cluster"]), subject.inputs.get("location")
    if cluster and location and cluster.outputs["location"] != location:
        raise Refused(f"Error 404: Not found: cluster {cluster.id} is not in {location}")


ENTRIES = [
    Entry(
        token=CLUSTER,
        id="projects/{project}/locations/{location}/clusters/{name}",
        outputs={
            "endpoint": _endpoint,
            "selfLink": "https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}",
            "masterAuth": _master_auth,
            "privateClusterConfig": _private_config,
            "controlPlaneEndpointsConfig": _endpoints_config,
            "masterVersion": _version,
            "labelFingerprint": "{seed:8}",
            "operation": "",
            "servicesIpv4Cidr": "",
            "tpuIpv4CidrBlock": "",
        },
        defaults={
            "location": "{region}",
            "deletionProtection": True,
            "networkingMode": "VPC_NATIVE",
            "datapathProvider": "LEGACY_DATAPATH",
            "nodeVersion": _version,
            "nodeLocations": lambda subject: [f"{subject['region']}-b"],
        },
        autoname=AutoName(lower=True),
        refers=(
            network_ref("network"),
            subnetwork_ref("subnetwork"),
            Ref(path="nodeConfig.serviceAccount", to=(ACCOUNT,), by=("email",), hold="free"),
            key_ref("databaseEncryption.keyName"),
            key_ref("nodeConfig.bootDiskKmsKey"),
        ),
        checks=(
            matches("name", NAME, '"name" ({value!r}) must match {form} (at most 40)'),
            only(
                "releaseChannel.channel",
                CHANNELS,
                "expected release_channel.0.channel to be one of {allowed}, got {value}",
            ),
            _version_is_offered,
            only_rises("minMasterVersion", VERSIONS, "Error 400: Invalid master version {new}: below {old}"),
            _has_nodes,
            _data_plane_and_policies_fit,
            _access_is_possible,
            _location_is_in_the_region,
        ),
        admits=(
            api("container"),
            _ranges_exist,
            _identity_has_its_roles,
            may_encrypt("databaseEncryption.keyName", "container-engine-robot"),
            may_encrypt("nodeConfig.bootDiskKmsKey", "compute-system"),
        ),
        guards=(unprotected("Cannot destroy cluster because deletion_protection is set to true: {id}", default=True),),
        not_found="Error 404: Not found: {value}",
        in_use="Error 400: Cluster {id} has node pools",
        taken="Error 409: Already exists: {id}",
        needs=needs(
            "container.",
            "clusters.get",
            "clusters.create clusters.update clusters.delete operations.get",
            USE_NETWORK,
            ACT_AS,
        )
        + needs("compute.instanceGroupManagers.", "get"),
        holds=holdings.CLUSTER,
        # Transcripts: regional 6 to 20, zonal 3.5 to 11.2; a regional cluster names the zones of its nodes.
        minutes=(Minutes(6, 5, 3, slow=11.2, when=("nodeLocations", None)), Minutes(9, 10, 4, slow=20)),
    ),
    Entry(
        token=POOL,
        id=_pool_id,
        outputs={"instanceGroupUrls": [], "managedInstanceGroupUrls": [], "operation": ""},
        defaults={"name": _pool_name, "version": _version, "location": "{region}", "maxPodsPerNode": 110},
        autoname=AutoName(lower=True, unless=("namePrefix",)),
        refers=(
            Ref(path="cluster", to=(CLUSTER,), by=("id", "name", "selfLink"), hold="owned"),
            Ref(path="nodeConfig.serviceAccount", to=(ACCOUNT,), by=("email",), hold="free"),
            key_ref("nodeConfig.bootDiskKmsKey"),
        ),
        checks=(
            _node_counts_fit,
            matches("nodeConfig.machineType", MACHINE, "Error 400: Machine type with name {value!r} does not exist"),
        ),
        admits=(
            api("container"),
            _location_is_the_clusters,
            _identity_has_its_roles,
            may_encrypt("nodeConfig.bootDiskKmsKey", "compute-system"),
        ),
        taken="Error 409: Already exists: {id}",
        needs=needs("container.", "clusters.get", "clusters.update operations.get", ACT_AS)
        + needs("compute.instanceGroupManagers.", "get"),
        # Transcripts: 1.4 to 10.
        minutes=(Minutes(2, 8, 3, slow=10),),
    ),
]
