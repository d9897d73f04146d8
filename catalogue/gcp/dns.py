"""Cloud DNS."""

from catalogue.entry import Entry, Ref, Refused, Subject
from catalogue.gcp.compute import NAMED, name_is_valid, network_ref
from catalogue.gcp.projects import api
from catalogue.needs import needs
from catalogue.rules import matches, only
from catalogue.wire import as_list, reveal

ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"


def _record_is_in_its_zone(subject: Subject) -> None:
    name = subject.inputs["name"]
    zone = subject.world.find(ZONE, "name", subject.inputs["managedZone"])
    domain = reveal(zone.inputs)["dnsName"] if zone else ""
    if not name.endswith("."):
        raise Refused(f'"{name}" must end with a dot')
    if name != domain and not name.endswith(f".{domain}"):
        raise Refused(f"Error 400: record set {name} is not in zone {domain}")
    if not as_list(subject.inputs.get("rrdatas")) and not subject.inputs.get("routingPolicy"):
        raise Refused("one of `routing_policy,rrdatas` must be specified")


ENTRIES = [
    Entry(
        token=ZONE,
        id="projects/{project}/managedZones/{name}",
        outputs={
            "managedZoneId": lambda subject: int(subject.seed.hex(12, "zone"), 16),
            "nameServers": ["ns-gcp-private.googledomains.com."],
            "creationTime": "2026-01-01T00:00:00.000Z",
        },
        defaults={"description": "Managed by Pulumi", "visibility": "public", "forceDestroy": False},
        autoname=NAMED,
        refers=(network_ref("privateVisibilityConfig.networks.networkUrl"),),
        checks=(
            name_is_valid,
            matches(
                "dnsName",
                r"([a-z0-9*_-]+\.)+",
                "Error 400: Invalid value for 'entity.managedZone.dnsName': {value!r} (it ends with a dot)",
            ),
            only("visibility", ("public", "private"), "expected visibility to be one of {allowed}, got {value}"),
        ),
        admits=(api("dns"),),
        not_found="Error 404: The 'parameters.managedZone' resource named '{value}' does not exist.",
        in_use="Error 400: The resource named '{id}' cannot be deleted because it contains 'resource records'.",
        needs=needs("dns.managedZones.", "get", "create update delete")
        + needs("dns.", write="networks.bindPrivateDNSZone resourceRecordSets.list"),
    ),
    Entry(
        token=RECORD,
        id="projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}",
        refers=(Ref(path="managedZone", to=(ZONE,), by=("name", "id")),),
        admits=(api("dns"), _record_is_in_its_zone),
        taken="Error 409: The resource 'entity.change.additions[0]' named '{id}' already exists",
        needs=needs(
            "dns.",
            "resourceRecordSets.get resourceRecordSets.list managedZones.get",
            "resourceRecordSets.create resourceRecordSets.update resourceRecordSets.delete changes.create changes.get",
        ),
    ),
]
