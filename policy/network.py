"""Rules on the network: nothing is public, and firewalls limit private access."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.checks import absent, either, equals, every, false, given, true, value, where, without
from policy.resource import Resource, items_of, mapping_of
from policy.rule import Check, Companion, Rule, in_prod

EVERYONE: Final = ("0.0.0.0/0", "::/0", "*", "Internet", "Any")


def _admits_nobody_else(resource: Resource) -> Iterator[str]:
    """Requires that no rule of a firewall admits everyone."""
    for found in items_of(resource.at("securityRules")):
        one = mapping_of(found)
        if (one.get("access"), one.get("direction")) == ("Allow", "Inbound"):
            sources = [one.get("sourceAddressPrefix"), *items_of(one.get("sourceAddressPrefixes"))]
            yield from (f"rule {one.get('name')} admits {source}" for source in sources if source in EVERYONE)


def _enforces_network_policies(resource: Resource) -> Iterator[str]:
    """Requires that the network plug-in of EKS enforces network policies."""
    configured = resource.at("configurationValues")
    if isinstance(configured, str) and json.loads(configured).get("enableNetworkPolicy") != "true":
        yield "enableNetworkPolicy of configurationValues is not true"
    if configured is None:
        yield "configurationValues is not set"


def _listed(path: str) -> Check:
    """Requires a list of ranges that does not include everyone."""
    return every(value(path, given()), value(path, without(*EVERYONE)))


RULES: Final = (
    Rule(
        name="no-public-bucket",
        description="Object storage refuses public access, even if an object or a policy allows it.",
        remedy="Block public access on the bucket or account.",
        on={
            kinds.S3_PRIVATE: true("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
            kinds.BLOB_ACCOUNT: false("allowBlobPublicAccess"),
            kinds.BLOB_CONTAINER: value("publicAccess", equals("None")),
            kinds.GCS: value("publicAccessPrevention", equals("enforced")),
        },
    ),
    Rule(
        name="no-object-acl",
        description="Access to objects is granted on the bucket, by identity, not on single objects.",
        remedy="Turn off ACLs, or sign-in with the account's key by default.",
        on={
            kinds.S3_OWNERSHIP: value("rule.objectOwnership", equals("BucketOwnerEnforced")),
            kinds.BLOB_ACCOUNT: true("defaultToOAuthAuthentication"),
            kinds.GCS: true("uniformBucketLevelAccess"),
        },
    ),
    Rule(
        name="bucket-guards",
        description="A bucket has the resources that keep it private and versioned.",
        remedy="Declare the missing resource: without it the provider's default applies.",
        companions={
            kinds.S3: Companion(type=kinds.S3_PRIVATE, by="bucket"),
            kinds.BLOB_ACCOUNT: Companion(type=kinds.BLOB_SERVICE, by="accountName"),
        },
    ),
    Rule(
        name="no-public-database",
        description="PostgreSQL has no public address.",
        remedy="Keep it in the private network.",
        on={
            kinds.RDS: false("publiclyAccessible"),
            kinds.AZURE_POSTGRES: value("network.publicNetworkAccess", equals("Disabled")),
            kinds.CLOUD_SQL: false("settings.ipConfiguration.ipv4Enabled"),
        },
    ),
    Rule(
        name="no-public-redis",
        description="Redis has no public address.",
        remedy="Keep it in the private network.",
        on={
            kinds.ELASTICACHE: value("subnetGroupName", given()),
            kinds.AZURE_REDIS: value("publicNetworkAccess", equals("Disabled")),
            kinds.MEMORYSTORE: value("connectMode", equals("PRIVATE_SERVICE_ACCESS")),
        },
    ),
    Rule(
        name="no-public-kafka",
        description="Kafka has no public address.",
        remedy="Use the private network or a private endpoint.",
        on={
            kinds.MSK: value("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", equals(None, "DISABLED")),
            kinds.EVENT_HUBS: value("publicNetworkAccess", equals("Disabled")),
            kinds.EVENT_HUBS_NETWORK: every(
                value("publicNetworkAccess", equals("Disabled")), value("defaultAction", equals("Deny"))
            ),
        },
    ),
    in_prod(
        name="private-link-to-confluent",
        description="In prod, Rasa reaches Confluent Cloud through a private endpoint.",
        remedy="Use an Enterprise or Dedicated cluster: other clusters have only public brokers.",
        on={kinds.CONFLUENT: every(value("basic", equals(None)), value("standard", equals(None)))},
    ),
    Rule(
        name="firewalled-stores",
        description="Stores with a public address answer only listed networks.",
        remedy="Deny by default and list the networks.",
        on={
            kinds.BLOB_ACCOUNT: value("networkRuleSet.defaultAction", equals("Deny")),
            kinds.KEY_VAULT: value("properties.networkAcls.defaultAction", equals("Deny")),
        },
    ),
    in_prod(
        name="no-public-endpoint",
        description="In prod, stores have no public address.",
        remedy="Disable public network access and use a private endpoint.",
        on={
            kinds.BLOB_ACCOUNT: value("publicNetworkAccess", equals("Disabled")),
            kinds.KEY_VAULT: value("properties.publicNetworkAccess", equals("Disabled")),
        },
    ),
    Rule(
        name="restricted-api-server",
        description="The Kubernetes API answers only listed address ranges.",
        remedy="List the ranges of your offices and runners in rasa:cluster.apiAccess.",
        on={
            kinds.EKS: either(false("vpcConfig.endpointPublicAccess"), _listed("vpcConfig.publicAccessCidrs")),
            kinds.AKS: either(
                true("apiServerAccessProfile.enablePrivateCluster"),
                _listed("apiServerAccessProfile.authorizedIPRanges"),
            ),
            kinds.GKE: either(
                true("privateClusterConfig.enablePrivateEndpoint"),
                every(
                    value("masterAuthorizedNetworksConfig", given()),
                    false("masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled"),
                    value("masterAuthorizedNetworksConfig.cidrBlocks[*].cidrBlock", without(*EVERYONE)),
                ),
            ),
        },
    ),
    Rule(
        name="private-nodes",
        description="Nodes have no public address.",
        remedy="Let nodes reach the internet through NAT.",
        on={
            kinds.AWS_SUBNET: false("mapPublicIpOnLaunch"),
            kinds.AKS: false("agentPoolProfiles[*].enableNodePublicIP"),
            kinds.AKS_NODES: false("enableNodePublicIP"),
            kinds.GKE: true("privateClusterConfig.enablePrivateNodes"),
            kinds.GKE_NODES: true("networkConfig.enablePrivateNodes"),
        },
    ),
    Rule(
        name="no-open-firewall",
        description="No firewall admits everyone.",
        remedy="Name the security group or range of the clients.",
        on={
            kinds.INGRESS: every(value("cidrIpv4", without(*EVERYONE)), value("cidrIpv6", without(*EVERYONE))),
            kinds.FIREWALL: _admits_nobody_else,
        },
    ),
    Rule(
        name="empty-network-defaults",
        description="The default security group admits nothing, and subnets have no default internet access.",
        remedy="Leave the default security group without rules, and create subnets explicitly.",
        on={
            kinds.DEFAULT_GROUP: every(value("ingress", absent()), value("egress", absent())),
            kinds.AZURE_SUBNET: either(false("defaultOutboundAccess"), value("delegations", given())),
            kinds.GCP_NETWORK: false("autoCreateSubnetworks"),
        },
    ),
    Rule(
        name="network-policies-enforced",
        description="The cluster enforces network policies: otherwise they have no effect.",
        remedy="Turn on the network plug-in's policy engine.",
        on={
            kinds.EKS_ADDON: where("addonName", equals("vpc-cni"), _enforces_network_policies),
            kinds.AKS: value("networkProfile.networkPolicy", given()),
            kinds.GKE: value("datapathProvider", equals("ADVANCED_DATAPATH")),
        },
    ),
    in_prod(
        name="flow-logs",
        description="In prod, flow logs record the connections in the network.",
        remedy="Add a flow log to the network.",
        companions={kinds.VPC: Companion(type=kinds.FLOW_LOG, by="vpcId")},
    ),
)
