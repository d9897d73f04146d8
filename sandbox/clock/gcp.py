"""Minutes on GCP, and in Confluent Cloud, which provides Kafka there."""

from __future__ import annotations

from typing import Final

from sandbox.clock.rows import Times

GCP: Final[tuple[Times, ...]] = (
    # Transcripts: 0.3 to 3 until an API that was switched on answers.
    Times(token="gcp:projects/service:Service", create=1, update=0.1, delete=0.3, slow=3),
    # Vendor: a grant holds within two minutes; services that encrypt with a key see its grants at once.
    Times(token="gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", create=0.2, update=0.2, delete=0.2, slow=2),
    Times(token="gcp:projects/iAMMember:IAMMember", create=0.2, update=0.2, delete=0.2, slow=2),
    # Transcripts: network, subnet and NAT together 0.5 to 1.5.
    Times(token="gcp:compute/network:Network", create=0.4, update=0.2, delete=0.6, slow=0.6),
    Times(token="gcp:compute/subnetwork:Subnetwork", create=0.3, update=0.2, delete=0.3, slow=0.5),
    Times(token="gcp:compute/router:Router", create=0.2, update=0.2, delete=0.2, slow=0.3),
    Times(token="gcp:compute/routerNat:RouterNat", create=0.2, update=0.2, delete=0.2, slow=0.3),
    # Transcripts: 0.4 to 2.
    Times(token="gcp:servicenetworking/connection:Connection", create=0.6, update=0.5, delete=0.3, slow=2),
    # Transcripts: regional 6 to 20, zonal 3.5 to 11.2; a regional cluster names the zones of its nodes.
    Times(token="gcp:container/cluster:Cluster", create=6, update=5, delete=3, slow=11.2, when=("nodeLocations", None)),
    Times(token="gcp:container/cluster:Cluster", create=9, update=10, delete=4, slow=20),
    # Transcripts: 1.4 to 10.
    Times(token="gcp:container/nodePool:NodePool", create=2, update=8, delete=3, slow=10),
    # hashicorp/terraform-provider-google#14770 and transcripts: with a standby 10 to 20, without 4.5 to 12.
    Times(
        token="gcp:sql/databaseInstance:DatabaseInstance",
        create=13,
        update=4,
        delete=2,
        slow=20,
        when=("settings.availabilityType", "REGIONAL"),
    ),
    Times(token="gcp:sql/databaseInstance:DatabaseInstance", create=5.5, update=3, delete=1, slow=12),
    # Transcripts: 4.3 to 10.
    Times(token="gcp:redis/instance:Instance", create=5, update=5, delete=4, slow=10),
    # Nobody published times of the elastic kinds. Vendor: a dedicated one takes 25 on average, so these take less.
    Times(
        token="confluentcloud:index/kafkaCluster:KafkaCluster",
        create=3,
        update=1,
        delete=1,
        slow=20,
        when=("enterprises", None),
    ),
    Times(token="confluentcloud:index/kafkaCluster:KafkaCluster", create=10, update=2, delete=2, slow=25),
    # A gateway and an access point are made in Confluent's own network, like a private endpoint elsewhere.
    Times(token="confluentcloud:index/gateway:Gateway", create=1, update=0.2, delete=0.5, slow=5),
    Times(token="confluentcloud:index/accessPoint:AccessPoint", create=1, update=0.2, delete=0.5, slow=5),
    # The provider waits until the key may be used with the cluster.
    Times(token="confluentcloud:index/apiKey:ApiKey", create=0.5, update=0.1, delete=0.1, slow=2),
)
