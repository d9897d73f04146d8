"""Confluent Cloud itself: an organisation, ids and names as it writes them."""

import re
from collections.abc import Callable, Iterable

from catalogue.entry import Problem, Record, Seed, Subject, Where
from catalogue.wire import Properties, reveal

ENVIRONMENT = "confluentcloud:index/environment:Environment"
CLUSTER = "confluentcloud:index/kafkaCluster:KafkaCluster"
KINDS = ("basic", "standard", "enterprises", "freights", "dedicated")
CRN = re.compile(
    r"crn://confluent\.cloud/organization=[0-9a-f-]{36}(/environment=(?P<environment>env-\w+))?"
    r"(/cloud-cluster=(?P<cluster>lkc-\w+))?(/kafka=(?P<kafka>lkc-\w+))?(?P<part>/(topic|group|transactional-id)=.+)?"
)
LETTERS = "abcdefghjkmnpqrvwxyz0123456789"  # no vowels, so no words


def configure(config: Properties, stack: str) -> Where:
    """An organisation for each stack."""
    guid = Seed(f"confluent/{stack}").guid()
    scope = f"confluent/{guid}"
    return Where(
        scopes={"region": scope, "account": scope, "global": "confluent"}, facts={"organization": guid}, config=config
    )


def config_problems(config: Properties) -> Iterable[Problem]:
    """The sandbox reads no environment variable, so the key has to be said."""
    for key in ("cloudApiKey", "cloudApiSecret"):
        if not config.get(key):
            yield key, f"no {key}; set confluentcloud.Provider(cloud_api_key=..., cloud_api_secret=...)"


def made_up(prefix: str, seed: Seed, length: int = 6) -> str:
    """An id as Confluent writes them."""
    digits = seed.hex(2 * length, prefix)
    pairs = (int(digits[2 * place : 2 * place + 2], 16) for place in range(length))
    return prefix + "".join(LETTERS[pair % len(LETTERS)] for pair in pairs)


def has_an_id(prefix: str) -> Callable[[Subject], str]:
    """The id of an entry: its prefix, and six letters that are its own."""
    return lambda subject: made_up(prefix, subject.seed)


def types_of(cluster: Properties) -> list[str]:
    """The type of a cluster; one, if the inputs are right."""
    return [kind for kind in KINDS if cluster.get(kind) is not None]


def is_of_type(cluster: Properties | Record, kind: str) -> bool:
    """Whether a cluster has this type."""
    return types_of(reveal(cluster.inputs) if isinstance(cluster, Record) else cluster) == [kind]


def is_private(cluster: Properties | Record) -> bool:
    """Whether only clients in the network reach the cluster."""
    return is_of_type(cluster, "enterprises")
