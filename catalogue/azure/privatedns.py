"""Private DNS zones and the networks in which they resolve."""

from catalogue.azure.needs import DNS_STATUS
from catalogue.azure.provider import arm, name_matches, refers_to
from catalogue.entry import Minutes, Refused, Subject
from catalogue.rules import at, matches

ZONE = "azure-native:privatedns:PrivateZone"
LINK = "azure-native:privatedns:VirtualNetworkLink"
ZONE_NAME = r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.){1,33}[a-z0-9-]{2,63}"
GLOBAL = matches("location", "(?i)global", "LocationRequired: location must be global, not {value}")


def _is_global(subject: Subject) -> None:
    if subject.inputs.get("location") is None:
        raise Refused("LocationNotAvailableForResourceType: a private DNS zone is in the location 'global'")


def _network_sees_the_name_once(subject: Subject) -> None:
    """A network can be linked to only one zone of a name."""
    vnet, zone = at(subject, "virtualNetwork.id"), subject.inputs["privateZoneName"]
    for other in subject.world.all(LINK):
        if (
            other.urn != subject.urn
            and other.inputs["virtualNetwork"]["id"] == vnet
            and other.inputs["privateZoneName"] == zone
        ):
            raise Refused(
                f"BadRequest: A virtual network cannot be linked to multiple zones with overlapping namespaces: {zone}"
            )


def is_linked(subject: Subject, zone_id: str, vnet_id: str) -> bool:
    """Returns whether names of a zone resolve in a network."""
    return any(
        link.id.startswith(f"{zone_id}/") and link.inputs["virtualNetwork"]["id"] == vnet_id
        for link in subject.world.all(LINK)
    )


ENTRIES = [
    arm(
        "privatedns:PrivateZone", "Microsoft.Network/privateDnsZones", "privateZoneName",
        checks=(name_matches("privateZoneName", ZONE_NAME, "InvalidZoneName: not a DNS name"), _is_global, GLOBAL),
        in_use="CannotDeleteResource: nested resources exist: {id} has virtual network links",
        more=DNS_STATUS,
        # Transcripts: a zone and its link together 0.5 to 1.5.
        minutes=(Minutes(0.4, 0.1, 0.4, slow=0.8),),
    ),
    arm(
        "privatedns:VirtualNetworkLink", "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "privateZoneName virtualNetworkLinkName",
        parent=ZONE,
        hold="blocks",
        refers=(refers_to("virtualNetwork.id", "network:VirtualNetwork", hold="free"),),
        checks=(_is_global, GLOBAL),
        admits=(_network_sees_the_name_once,),
        more=f"Network/virtualNetworks/join/action {DNS_STATUS}",
        minutes=(Minutes(0.4, 0.1, 0.4, slow=0.7),),
    ),
]  # fmt: skip
