"""`aws`: one file per service, each a list of entries."""

from catalogue.aws import eks
from catalogue.aws.provider import INVOKES, config_problems, configure, derived, stays
from catalogue.needs import Needs
from catalogue.package import Package, entries_of

AWS = Package(
    name="aws",
    entries={entry.token: entry for entry in entries_of(__name__)},
    configure=configure,
    stays=stays,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks=eks.ASKS,
    call_needs={
        "aws:index/getCallerIdentity:getCallerIdentity": Needs(),  # needs no permission
        "aws:eks/getNodeGroups:getNodeGroups": Needs(read=("eks:ListNodegroups",)),
        "aws:eks/getNodeGroup:getNodeGroup": Needs(read=("eks:DescribeNodegroup",)),
    },
    record_minutes=(0.1, 0.5),
)
