"""EKS: the cluster, its nodes, add-ons and permissions."""

import base64
import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.serialization import Encoding

from catalogue import holdings
from catalogue.authorities import make_authority
from catalogue.aws.cloudwatch import LOG_GROUP
from catalogue.aws.ec2 import LAUNCH_TEMPLATE, security_groups_ref, subnets_ref, vpc_of, zones_of
from catalogue.aws.iam import role_ref
from catalogue.aws.kms import key_of, kms_ref
from catalogue.aws.needs import EKS_ADMIN, EKS_GRANTS, EKS_ROLE, EKS_TAGS, PASS_ROLE, PLACE, POD_ROLES, TAGS, linked
from catalogue.entry import AutoName, Entry, Hold, Minutes, Record, Ref, Refused, Subject, Where, World, paths
from catalogue.needs import needs
from catalogue.rules import matches, only, only_rises, unprotected
from catalogue.wire import Properties, as_map, at_path

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
VERSIONS = ("1.33", "1.34", "1.35", "1.36")
ADDONS = paths(
    "vpc-cni kube-proxy coredns eks-pod-identity-agent aws-ebs-csi-driver aws-efs-csi-driver metrics-server "
    "amazon-cloudwatch-observability snapshot-controller cert-manager external-dns eks-node-monitoring-agent"
)
AUTO_SCALING = "AWSServiceRoleForAutoScaling"
NEEDS_NODES = frozenset({"coredns", "aws-ebs-csi-driver", "metrics-server"})
ACCESS_POLICIES = "arn:aws:eks::aws:cluster-access-policy/"
ACCESS_POLICY_NAMES = frozenset({
    "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
})  # fmt: skip
NAME = r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}"


def in_cluster(hold: Hold) -> Ref:
    """The cluster of a resource, by name."""
    return Ref(path="clusterName", to=(CLUSTER,), by=("name",), hold=hold)


def cluster_of(subject: Subject) -> Record | None:
    """Returns the cluster of a resource."""
    return subject.world.find(CLUSTER, "name", subject.inputs.get("clusterName"))


def _certificate_authority(subject: Subject) -> dict[str, str]:
    """Returns the cluster's own authority, created once: an update must not change it."""
    old = subject.old_outputs.get("certificateAuthority")
    return old or {"data": base64.b64encode(make_authority("kubernetes").public_bytes(Encoding.PEM)).decode()}


def _vpc_config(subject: Subject) -> Properties:
    given = subject.inputs["vpcConfig"]
    defaults = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
    own = {
        "clusterSecurityGroupId": f"sg-{subject.seed.hex(17, 'cluster')}",
        "vpcId": vpc_of(subject, given["subnetIds"][0]),
    }
    return {**defaults, **given, **own}


def _network_config(subject: Subject) -> Properties:
    return {
        "ipFamily": "ipv4",
        "serviceIpv4Cidr": "10.100.0.0/16",
        **as_map(subject.inputs.get("kubernetesNetworkConfig")),
    }


def _access_config(subject: Subject) -> Properties:
    defaults = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
    return {**defaults, **as_map(subject.inputs.get("accessConfig"))}


def _issuer(subject: Subject) -> str:
    return f"https://oidc.eks.{subject['region']}.amazonaws.com/id/{subject.seed.hex(32, 'endpoint').upper()}"


def _subnets_span_two_zones(subject: Subject) -> None:
    if len(zones_of(subject, subject.inputs["vpcConfig"]["subnetIds"])) < 2:
        raise Refused("InvalidParameterException: Subnets specified must be in at least two different AZs")


def _log_group_of_its_own(subject: Subject) -> Iterable[str]:
    """EKS creates the log group itself if the program does not, and keeps it."""
    name = f"/aws/eks/{subject.id}/cluster"
    if subject.inputs.get("enabledClusterLogTypes") and not subject.world.find(LOG_GROUP, "name", name):
        yield f"log group {name}"


def _autoscaling_groups(subject: Subject) -> list[Properties]:
    return [{"autoscalingGroups": [{"name": f"eks-{subject['nodeGroupName']}-{subject.seed.guid()}"}]}]


def _nodes_have_a_network(subject: Subject) -> None:
    """Without the built-in add-ons a node is Ready only with vpc-cni; EKS gives up after half an hour."""
    cluster = cluster_of(subject)
    bare = cluster is not None and cluster.inputs.get("bootstrapSelfManagedAddons") is False
    own = (one.inputs for one in subject.world.all(ADDON) if one.inputs["clusterName"] == subject.inputs["clusterName"])
    if bare and not any(addon["addonName"] == "vpc-cni" for addon in own):
        raise Refused(
            f"NodeCreationFailure: Instances failed to join the kubernetes cluster {subject.inputs['clusterName']}: "
            "no vpc-cni add-on; the node group must depend on it"
        )


def _role_lets_nodes_join(subject: Subject) -> None:
    role = subject.inputs["nodeRoleArn"].rsplit("/", 1)[1]
    attached = [
        record.inputs["policyArn"].rsplit("/", 1)[1]
        for record in subject.world.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if record.inputs["role"] == role
    ]
    if not any(policy.startswith("AmazonEKSWorkerNode") for policy in attached):
        raise Refused(
            f"NodeCreationFailure: Instances failed to join the kubernetes cluster: role {role} has no "
            "AmazonEKSWorkerNodePolicy yet; the node group must depend on the attachment"
        )


def _auto_scaling_may_use_the_key(subject: Subject) -> None:
    """Without a right on the key of their disks, nodes end at once: "Required AWS KMS key policy for use with encrypted
    volumes" in the user guide of EC2 Auto Scaling. Nothing is known of the policy of an existing key.
    """
    template = subject.world.find(LAUNCH_TEMPLATE, "id", as_map(subject.inputs.get("launchTemplate")).get("id"))
    for arn in at_path(template.inputs, "blockDeviceMappings.ebs.kmsKeyId") if template else ():
        key = key_of(subject, arn)
        if key and "policy" in key.inputs and AUTO_SCALING not in key.inputs["policy"]:
            raise Refused(
                "NodeCreationFailure: AsgInstanceLaunchFailures: Client.InvalidKMSKey.InvalidState: The KMS key "
                f"provided is in an incorrect state: the policy of {arn} does not name {AUTO_SCALING}"
            )


def _scaling_is_possible(subject: Subject) -> None:
    scaling = as_map(subject.inputs.get("scalingConfig"))
    given = [scaling.get(key) for key in ("minSize", "desiredSize", "maxSize")]
    sizes = [size for size in given if isinstance(size, int)]
    if sizes != sorted(sizes):
        raise Refused(f"InvalidParameterException: minSize <= desiredSize <= maxSize does not hold for {sizes}")


def _image_fits_the_machines(subject: Subject) -> None:
    """AWS: "Amazon EKS optimized Amazon Linux AMIs", which are made for one architecture each."""
    image = str(subject.inputs.get("amiType", "AL2023_x86_64_STANDARD"))
    for size in subject.inputs.get("instanceTypes", ()):
        arm = isinstance(size, str) and re.match(r"([a-z-]+\d+g[a-z]*|a1)\.", size)
        if bool(arm) != ("_ARM_64" in image):
            raise Refused(
                f"InvalidParameterException: [{size}] is not a valid instance type for requested amiType {image}"
            )


def _addon_is_offered(subject: Subject) -> None:
    name = subject.inputs.get("addonName")
    if isinstance(name, str) and "-" in name and len(name) < 34 and name not in ADDONS:
        raise Refused(
            f"InvalidParameterException: Addon {name} specified is not supported (the sandbox knows {sorted(ADDONS)})"
        )


def _addon_can_run(subject: Subject) -> None:
    """An add-on with pods that need a node becomes DEGRADED without one, and its creation fails."""
    cluster = cluster_of(subject)
    name = subject.inputs["addonName"]
    has_nodes = _groups(subject.inputs["clusterName"], subject.world) or (
        cluster and as_map(cluster.inputs.get("computeConfig")).get("enabled")
    )
    if name in NEEDS_NODES and cluster and not has_nodes:
        raise Refused(
            f"waiting for EKS Add-On ({name}) create: unexpected state 'DEGRADED', wanted target 'ACTIVE': "
            "InsufficientNumberOfReplicas; it must depend on the node group"
        )


def _access_policy_exists(subject: Subject) -> None:
    arn = subject.inputs.get("policyArn")
    if isinstance(arn, str) and ":" in arn and arn.removeprefix(ACCESS_POLICIES) not in ACCESS_POLICY_NAMES:
        raise Refused(f"InvalidParameterException: The policyArn parameter format is not valid: {arn}")


def _authentication_allows_entries(subject: Subject) -> None:
    cluster = cluster_of(subject)
    if cluster and cluster.outputs["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise Refused(
            "InvalidRequestException: The cluster's authentication mode must be set to one of [API, "
            "API_AND_CONFIG_MAP] to perform this operation."
        )


def _entry_exists(subject: Subject) -> Iterable[str]:
    return [f"{subject['clusterName']}:{arn}" for arn in at_path(subject.inputs, "principalArn")]


def _groups(cluster: str, world: World) -> dict[str, Record]:
    groups = [group for group in world.all(NODE_GROUP) if group.inputs["clusterName"] == cluster]
    return {group.inputs["nodeGroupName"]: group for group in groups}


def node_groups(args: Properties, _where: Where, world: World) -> Properties:
    """`eks.get_node_groups`: the names."""
    return {**args, "id": args["clusterName"], "names": sorted(_groups(args["clusterName"], world))}


def node_group(args: Properties, _where: Where, world: World) -> Properties:
    """`eks.get_node_group`: as much of it as the program reads."""
    group = _groups(args["clusterName"], world).get(args["nodeGroupName"])
    if group is None:
        raise Refused(f"ResourceNotFoundException: No node group found for name: {args['nodeGroupName']}.")
    return {**args, "id": group.id, "scalingConfigs": [group.outputs["scalingConfig"]]}


ASKS = {
    "aws:eks/getNodeGroups:getNodeGroups": node_groups,
    "aws:eks/getNodeGroup:getNodeGroup": node_group,
}

ENTRIES = [
    Entry(
        token=CLUSTER,
        id="{name}",
        outputs={
            "arn": "arn:aws:eks:{region}:{account}:cluster/{name}",
            "endpoint": lambda subject: (
                f"https://{subject.seed.hex(32, 'endpoint').upper()}.gr7.{subject['region']}.eks.amazonaws.com"
            ),
            "certificateAuthority": _certificate_authority,
            "identities": lambda subject: [{"oidcs": [{"issuer": _issuer(subject)}]}],
            "vpcConfig": _vpc_config,
            "kubernetesNetworkConfig": _network_config,
            "accessConfig": _access_config,
            "platformVersion": "eks.1",
            "status": "ACTIVE",
            "createdAt": "2026-01-01T00:00:00Z",
        },
        defaults={"version": VERSIONS[-2], "bootstrapSelfManagedAddons": True, "deletionProtection": False},
        autoname=AutoName(),
        refers=(
            role_ref("roleArn"),
            subnets_ref("vpcConfig.subnetIds"),
            security_groups_ref("vpcConfig.securityGroupIds"),
            kms_ref("encryptionConfig.provider.keyArn"),
        ),
        checks=(
            matches("name", NAME, "InvalidParameterException: cluster name {value!r} must match {form}"),
            only(
                "version",
                VERSIONS,
                "InvalidParameterException: unsupported Kubernetes version {value}; the sandbox offers {allowed}",
            ),
            only_rises(
                "version",
                VERSIONS,
                "InvalidParameterException: Unsupported Kubernetes minor version update from {old} to {new}",
                by_one=True,
            ),
        ),
        admits=(_subnets_span_two_zones,),
        guards=(unprotected("InvalidRequestException: Cannot delete cluster {id}: deletion protection is enabled"),),
        keeps=_log_group_of_its_own,
        not_found="ResourceNotFoundException: No cluster found for name: {value}.",
        in_use="ResourceInUseException: Cluster has nodegroups attached: {id}",
        taken="ResourceInUseException: Cluster already exists with name: {id}",
        # The creator of a cluster becomes its administrator, by an access entry.
        needs=needs(
            "eks:",
            "DescribeCluster",
            "CreateCluster UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig DeleteCluster"
            f" DescribeUpdate CreateAccessEntry {EKS_ADMIN}",
            EKS_ROLE,
            linked("eks"),
            EKS_GRANTS,
            PLACE,
            EKS_TAGS,
        ),
        holds=holdings.CLUSTER,
        # aws/containers-roadmap#1227 and transcripts: 8.2 to 15, once 38. An update is one of the version.
        minutes=(Minutes(10.3, 10, 3, slow=38),),
    ),
    Entry(
        token=NODE_GROUP,
        id="{clusterName}:{nodeGroupName}",
        outputs={
            "arn": "arn:aws:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{guid}",
            "status": "ACTIVE",
            "resources": _autoscaling_groups,
        },
        defaults={"amiType": "AL2023_x86_64_STANDARD", "capacityType": "ON_DEMAND", "instanceTypes": ["t3.medium"]},
        autoname=AutoName(path="nodeGroupName", unless=("nodeGroupNamePrefix",)),
        refers=(
            in_cluster("blocks"),
            role_ref("nodeRoleArn"),
            subnets_ref("subnetIds"),
            Ref(path="launchTemplate.id", to=(LAUNCH_TEMPLATE,), hold="free"),
        ),
        checks=(_scaling_is_possible, _image_fits_the_machines),
        admits=(_nodes_have_a_network, _role_lets_nodes_join, _auto_scaling_may_use_the_key),
        taken="ResourceInUseException: NodeGroup already exists with name {id}",
        # EKS tries a launch template with the caller's rights, and looks for the service-linked role of node groups
        # (terraform-aws-modules/terraform-aws-eks#823).
        needs=needs(
            "eks:",
            "DescribeNodegroup ListNodegroups",
            "CreateNodegroup UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup DescribeUpdate",
            EKS_ROLE,
            linked("eks-nodegroup autoscaling spot"),
            PLACE,
            TAGS,
            EKS_TAGS,
        )
        + needs("iam:", write="GetRole@eks-nodegroup.amazonaws.com")
        + needs(
            "ec2:",
            write="RunInstances DescribeLaunchTemplates DescribeLaunchTemplateVersions DescribeRouteTables",
        ),
        # Transcripts: 1.5 to 3.4, once 33. An update replaces node after node.
        minutes=(Minutes(2.2, 10, 4, slow=33),),
    ),
    Entry(
        token=ADDON,
        id="{clusterName}:{addonName}",
        outputs={
            "arn": "arn:aws:eks:{region}:{account}:addon/{clusterName}/{addonName}/{guid}",
            "createdAt": "2026-01-01T00:00:00Z",
        },
        defaults={"addonVersion": "v1.0.0-eksbuild.1"},
        refers=(in_cluster("owned"), role_ref("serviceAccountRoleArn"), role_ref("podIdentityAssociations.roleArn")),
        checks=(_addon_is_offered,),
        admits=(_addon_can_run,),
        taken="ResourceInUseException: Addon already exists: {id}",
        needs=needs(
            "eks:",
            "DescribeAddon DescribePodIdentityAssociation",
            f"DescribeAddonVersions CreateAddon UpdateAddon DeleteAddon DescribeUpdate {POD_ROLES}",
            PASS_ROLE,
            EKS_TAGS,
        ),
        # Transcripts: seconds to 5, until the add-on's pods are ready.
        minutes=(Minutes(1, 1, 0.3, slow=5),),
    ),
    Entry(
        token="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        id="a-{seed:17}",
        outputs={
            "associationId": "{id}",
            "associationArn": "arn:aws:eks:{region}:{account}:podidentityassociation/{clusterName}/{id}",
        },
        names={"pod identity": "{clusterName}/{namespace}/{serviceAccount}"},
        refers=(in_cluster("owned"), role_ref("roleArn")),
        taken="ResourceInUseException: Association already exists: {value}",
        needs=needs("eks:", "DescribePodIdentityAssociation", POD_ROLES, PASS_ROLE, EKS_TAGS),
    ),
    Entry(
        token="aws:eks/accessEntry:AccessEntry",
        id="{clusterName}:{principalArn}",
        outputs={"accessEntryArn": "arn:aws:eks:{region}:{account}:access-entry/{clusterName}/{guid}"},
        defaults={"type": "STANDARD", "userName": "{principalArn}"},
        refers=(in_cluster("owned"),),
        admits=(_authentication_allows_entries,),
        not_found="ResourceNotFoundException: The specified principalArn could not be found: {value}",
        taken="ResourceInUseException: The specified access entry resource is already in use on this cluster: {id}",
        needs=needs("eks:", "DescribeAccessEntry", "CreateAccessEntry UpdateAccessEntry DeleteAccessEntry", EKS_TAGS),
    ),
    Entry(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        id="{clusterName}#{principalArn}#{policyArn}",
        outputs={"associatedAt": "2026-01-01T00:00:00Z"},
        refers=(
            in_cluster("owned"),
            Ref(path="principalArn", to=("aws:eks/accessEntry:AccessEntry",), hold="owned", values=_entry_exists),
        ),
        checks=(_access_policy_exists,),
        needs=needs("eks:", "ListAssociatedAccessPolicies", EKS_ADMIN),
    ),
]
