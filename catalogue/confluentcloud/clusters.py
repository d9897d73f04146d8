"""Environments, clusters, and the endpoints in their networks."""

from collections.abc import Callable

from catalogue import holdings
from catalogue.confluentcloud.provider import (
    CLUSTER,
    ENVIRONMENT,
    ENVIRONMENT_ADMIN,
    ORGANIZATION_ADMIN,
    has_an_id,
    is_private,
    types_of,
)
from catalogue.entry import Entry, Minutes, Ref, Refused, Subject
from catalogue.rules import unprotected
from catalogue.wire import UNKNOWN, Properties, as_map

GATEWAY = "confluentcloud:index/gateway:Gateway"
ACCESS_POINT = "confluentcloud:index/accessPoint:AccessPoint"
PSC_RULE = "gcp:compute/forwardingRule:ForwardingRule"
AVAILABILITY = {"basic": ("SINGLE_ZONE", "LOW", "HIGH"), "enterprises": ("LOW", "HIGH")}
ANY_AVAILABILITY = ("SINGLE_ZONE", "MULTI_ZONE", "LOW", "HIGH")
IN_ENVIRONMENT = Ref(path="environment.id", to=(ENVIRONMENT,), hold="blocks")


def _cluster_is_possible(subject: Subject) -> None:
    inputs, kinds = subject.inputs, types_of(subject.inputs)
    if len(kinds) != 1:
        raise Refused(f"exactly one of basic, standard, enterprise, freight and dedicated must be given, got {kinds}")
    if inputs.get("cloud") not in ("AWS", "AZURE", "GCP"):
        raise Refused(f"expected cloud to be one of [AWS AZURE GCP], got {inputs.get('cloud')}")
    allowed, given = AVAILABILITY.get(kinds[0], ANY_AVAILABILITY), inputs.get("availability")
    if given not in (*allowed, UNKNOWN):
        raise Refused(f"400 Bad Request: a cluster of this type has availability {allowed}, not {given}")


def _reached_at(path: str, public: str) -> Callable[[Subject], str]:
    """Returns a template for an address: of the first endpoint, or of a public cluster's host."""

    def address(subject: Subject) -> str:
        host = f"pkc-{subject.seed.hex(5, 'pkc')}.{subject.inputs['region']}.gcp.confluent.cloud"
        found = [endpoint[path] for endpoint in _endpoints(subject)] or [""]
        return found[0] if is_private(subject.inputs) else public.format(host)

    return address


def _endpoints(subject: Subject) -> list[Properties]:
    """Returns an endpoint for each existing access point; none for a public cluster."""
    if not is_private(subject.inputs):
        return []
    environment, region = subject.inputs["environment"]["id"], subject.inputs["region"]
    found: list[Properties] = []
    for point in subject.world.all(ACCESS_POINT):
        if point.inputs["environment"]["id"] == environment:
            host = f"{subject.id}-{point.id.replace('-', '')}.{region}.gcp.accesspoint.glb.confluent.cloud"
            found.append(
                {
                    "accessPointId": point.id,
                    "bootstrapEndpoint": f"{host}:9092",
                    "restEndpoint": f"https://{host}:443",
                    "connectionType": "PRIVATE_SERVICE_CONNECT",
                }
            )
    return found


def _cluster_crn(subject: Subject) -> str:
    environment = subject.inputs["environment"]["id"]
    return f"crn://confluent.cloud/organization={subject['organization']}/environment={environment}/cloud-cluster={subject.id}"


def _gateway(subject: Subject) -> Properties:
    given = as_map(subject.inputs.get("gcpIngressPrivateServiceConnectGateway"))
    region = given.get("region")
    attachment = (
        f"projects/plattg-{subject.seed.hex(6, 'p')}/regions/{region}/serviceAttachments/{subject.id}-attachment"
    )
    return {**given, "privateServiceConnectServiceAttachment": attachment} if given else {}


def _access_point(subject: Subject) -> Properties:
    given = as_map(subject.inputs.get("gcpIngressPrivateServiceConnectEndpoint"))
    gateway = subject.world.find(GATEWAY, "id", subject.inputs["gateway"]["id"])
    made = as_map(gateway.outputs.get("gcpIngressPrivateServiceConnectGateway")) if gateway else {}
    domain = f"{subject.id.replace('-', '')}.{made.get('region')}.gcp.accesspoint.confluent.cloud"
    return {
        **given,
        "dnsDomain": domain,
        "privateServiceConnectServiceAttachment": made.get("privateServiceConnectServiceAttachment"),
    }


def _connection_exists(subject: Subject) -> None:
    """Confluent accepts the connection by its id, which has more digits than a JSON number keeps."""
    point = as_map(subject.inputs.get("gcpIngressPrivateServiceConnectEndpoint"))
    connection = point.get("privateServiceConnectConnectionId")
    if connection and not subject.world.find(PSC_RULE, "pscConnectionId", connection):
        raise Refused(f"400 Bad Request: no Private Service Connect connection {connection!r} to the gateway")


ENTRIES = [
    Entry(
        token=ENVIRONMENT,
        id=has_an_id("env-"),
        outputs={"resourceName": "crn://confluent.cloud/organization={organization}/environment={id}"},
        not_found="404 Not Found: no environment {value}",
        in_use="409 Conflict: environment {id} is not empty",
        # No lower role may create an environment or assign roles in it.
        needs=ORGANIZATION_ADMIN,
        holds=holdings.KAFKA,
    ),
    Entry(
        token=CLUSTER,
        id=has_an_id("lkc-"),
        outputs={
            "apiVersion": "cmk/v2",
            "kind": "Cluster",
            "rbacCrn": _cluster_crn,
            "bootstrapEndpoint": _reached_at("bootstrapEndpoint", "SASL_SSL://{}:9092"),
            "restEndpoint": _reached_at("restEndpoint", "https://{}:443"),
            "endpoints": _endpoints,
        },
        refers=(IN_ENVIRONMENT,),
        checks=(_cluster_is_possible,),
        guards=(
            unprotected("400 Bad Request: cluster {id} has deletion protection; set deletion_protection to false"),
        ),
        not_found="404 Not Found: no cluster {value}",
        needs=ENVIRONMENT_ADMIN,
        holds=holdings.KAFKA,
        # There are no published times of the elastic kinds. Vendor: a dedicated one takes 25 on average, so these less.
        minutes=(Minutes(3, 1, 1, slow=20, when=("enterprises", None)), Minutes(10, 2, 2, slow=25)),
    ),
    Entry(
        token=GATEWAY,
        id=has_an_id("gw"),
        outputs={"gcpIngressPrivateServiceConnectGateway": _gateway},
        refers=(IN_ENVIRONMENT,),
        not_found="404 Not Found: no gateway {value}",
        in_use="409 Conflict: gateway {id} has access points",
        needs=ENVIRONMENT_ADMIN,
        # A gateway and an access point are in Confluent's own network, like a private endpoint elsewhere.
        minutes=(Minutes(1, 0.2, 0.5, slow=5),),
    ),
    Entry(
        token=ACCESS_POINT,
        id=has_an_id("ap-"),
        outputs={"gcpIngressPrivateServiceConnectEndpoint": _access_point},
        refers=(IN_ENVIRONMENT, Ref(path="gateway.id", to=(GATEWAY,))),
        admits=(_connection_exists,),
        needs=ENVIRONMENT_ADMIN,
        minutes=(Minutes(1, 0.2, 0.5, slow=5),),
    ),
]
