"""Minutes on AWS."""

from __future__ import annotations

from typing import Final

from sandbox.clock.rows import Times

AWS: Final[tuple[Times, ...]] = (
    # Transcripts of VPC modules: a VPC waits for its DNS settings, everything else of a network is a record.
    Times(token="aws:ec2/vpc:Vpc", create=0.2, update=0.2, delete=0.1, slow=0.5),
    Times(token="aws:ec2/subnet:Subnet", create=0.2, update=0.1, delete=0.2, slow=0.5),
    Times(token="aws:ec2/internetGateway:InternetGateway", create=0.1, update=0.1, delete=0.5, slow=0.5),
    # Transcripts: 1 m 24 s to 3 m.
    Times(token="aws:ec2/natGateway:NatGateway", create=2, update=0.1, delete=1, slow=3),
    # Transcripts: an interface endpoint makes an address in each zone; a gateway endpoint is a route.
    Times(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        create=1.5,
        update=1,
        delete=1.5,
        slow=5,
        when=("vpcEndpointType", "Interface"),
    ),
    # The provider waits until the key's policy is the same everywhere.
    Times(token="aws:kms/key:Key", create=0.2, update=0.2, delete=0.1, slow=0.5),
    Times(token="aws:iam/role:Role", create=0.2, update=0.1, delete=0.1, slow=0.5),
    Times(token="aws:s3/bucket:Bucket", create=0.2, update=0.1, delete=0.1, slow=0.5),
    Times(token="aws:secretsmanager/secret:Secret", create=0.2, update=0.1, delete=0.1, slow=0.5),
    # aws/containers-roadmap#1227 and transcripts: 8.2 to 15, once 38. An update is one of the version.
    Times(token="aws:eks/cluster:Cluster", create=10.3, update=10, delete=3, slow=38),
    # Transcripts: 1.5 to 3.4, once 33. An update replaces node after node.
    Times(token="aws:eks/nodeGroup:NodeGroup", create=2.2, update=10, delete=4, slow=33),
    # Transcripts: seconds to 5, until the add-on's pods are ready.
    Times(token="aws:eks/addon:Addon", create=1, update=1, delete=0.3, slow=5),
    # Transcripts: 10 to 20 with a standby, 5.2 to 10 without. A delete makes a final snapshot.
    Times(token="aws:rds/instance:Instance", create=14, update=5, delete=8, slow=20, when=("multiAz", True)),
    Times(token="aws:rds/instance:Instance", create=7.5, update=5, delete=6, slow=10),
    # Transcripts: 5.6 to 10; time-outs at 40 were reported.
    Times(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        create=7,
        update=7,
        delete=5,
        slow=40,
    ),
    # Vendor: a group is active when its users are.
    Times(token="aws:elasticache/userGroup:UserGroup", create=0.5, update=0.5, delete=0.5, slow=2),
    # hashicorp/terraform-provider-aws#11736 and #17726: 15 to 36, an hour and more reported.
    Times(token="aws:msk/cluster:Cluster", create=24, update=20, delete=6, slow=65),
    # Vendor: what the topic API answers is about a minute behind.
    Times(token="aws:msk/topic:Topic", create=1, update=1, delete=1, slow=2),
)
