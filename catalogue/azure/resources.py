"""Resource groups. Deleting a group deletes everything in it."""

from catalogue import holdings
from catalogue.azure.needs import crud
from catalogue.azure.provider import GROUP, GROUP_ID, name_matches, not_locked
from catalogue.entry import AutoName, Entry, Minutes, paths

ENTRIES = [
    Entry(
        token=GROUP,
        id=GROUP_ID,
        outputs={"name": "{resourceGroupName}", "type": "Microsoft.Resources/resourceGroups"},
        scope="account",
        replaces_on=paths("resourceGroupName location"),
        autoname=AutoName(path="resourceGroupName", digits=8, separator=""),
        checks=(name_matches("resourceGroupName", r"[\w().-]{0,89}[\w()-]", "InvalidResourceGroup: 1-90 characters"),),
        guards=(not_locked,),
        not_found="ResourceGroupNotFound: Resource group '{value}' could not be found.",
        taken="cannot create already existing resource '{value}'",
        needs=crud("Resources/subscriptions/resourceGroups"),
        holds=holdings.RESOURCE_GROUP,
        # Transcripts: group, network, subnets and NAT together 0.2 to 1.5. A delete waits for the group's contents.
        minutes=(Minutes(0.1, 0.1, 1, slow=0.5),),
    )
]
