"""Confluent Cloud itself: the organisation, and ids and names in its form."""

import re
from collections.abc import Callable, Iterable

from catalogue.entry import Problem, Record, Seed, Subject, Where
from catalogue.needs import Needs
from catalogue.wire import Properties, reveal

ENVIRONMENT = "confluentcloud:index/environment:Environment"
CLUSTER = "confluentcloud:index/kafkaCluster:KafkaCluster"
KINDS = ("basic", "standard", "enterprises", "freights", "dedicated")
CRN = re.compile(
    r"crn://confluent\.cloud/organization=[0-9a-f-]{36}(/environment=(?P<environment>env-\w+))?"
    r"(/cloud-cluster=(?P<cluster>lkc-\w+))?(/kafka=(?P<kafka>lkc-\w+))?(?P<part>/(topic|group|transactional-id)=.+)?"
)
LETTERS = "abcdefghjkmnpqrvwxyz0123456789"  # no vowels, so no words


# The role that the service account of the Cloud API key needs.
ENVIRONMENT_ADMIN = Needs(write=("EnvironmentAdmin",))
# No lower role may create an environment or a service account, or assign roles in them.
ORGANIZATION_ADMIN = Needs(write=("OrganizationAdmin",))


def configure(config: Properties, stack: str) -> Where:
    """Every stack has its own organisation."""
    guid = Seed(f"confluent/{stack}").guid()
    scope = f"confluent/{guid}"
    return Where(
        scopes={"region": scope, "account": scope, "global": "confluent"}, facts={"organization": guid}, config=config
    )


def config_problems(config: Properties) -> Iterable[Problem]:
    """Checks that a key is given: the sandbox reads no environment variable."""
    for key in ("cloudApiKey", "cloudApiSecret"):
        if not config.get(key):
            yield key, f"no {key}; set confluentcloud.Provider(cloud_api_key=..., cloud_api_secret=...)"


def made_up(prefix: str, seed: Seed, length: int = 6) -> str:
    """Returns an id in Confluent's form."""
    digits = seed.hex(2 * length, prefix)
    pairs = (int(digits[2 * place : 2 * place + 2], 16) for place in range(length))
    return prefix + "".join(LETTERS[pair % len(LETTERS)] for pair in pairs)


def has_an_id(prefix: str) -> Callable[[Subject], str]:
    """Returns a template for the id of an entry: its prefix, and six letters of its own."""
    return lambda subject: made_up(prefix, subject.seed)


def types_of(cluster: Properties) -> list[str]:
    """Returns the types of a cluster: exactly one, if the inputs are valid."""
    return [kind for kind in KINDS if cluster.get(kind) is not None]


def is_of_type(cluster: Properties | Record, kind: str) -> bool:
    """Returns whether a cluster has this type."""
    return types_of(reveal(cluster.inputs) if isinstance(cluster, Record) else cluster) == [kind]


def is_private(cluster: Properties | Record) -> bool:
    """Returns whether only clients in the network reach the cluster."""
    return is_of_type(cluster, "enterprises")
