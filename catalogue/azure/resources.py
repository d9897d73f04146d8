"""Resource groups. Deleting one deletes all that is in it."""

from catalogue.azure.provider import GROUP, GROUP_ID, name_matches, not_locked
from catalogue.entry import AutoName, Entry

ENTRIES = [
    Entry(
        token=GROUP,
        id=GROUP_ID,
        outputs={"name": "{resourceGroupName}", "type": "Microsoft.Resources/resourceGroups"},
        scope="account",
        autoname=AutoName(path="resourceGroupName", digits=8, separator=""),
        checks=(name_matches("resourceGroupName", r"[\w().-]{0,89}[\w()-]", "InvalidResourceGroup: 1-90 characters"),),
        guards=(not_locked,),
        not_found="ResourceGroupNotFound: Resource group '{value}' could not be found.",
        taken="cannot create already existing resource '{value}'",
    ),
]
