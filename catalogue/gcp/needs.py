"""Permissions that several resource types of Google Cloud need."""

from __future__ import annotations

from typing import Final

from catalogue.needs import Needs, needs

OPERATIONS: Final = needs("compute.", write="globalOperations.get regionOperations.get")
USE_NETWORK: Final = needs("compute.", write="networks.get networks.use subnetworks.get subnetworks.use")
ACT_AS: Final = needs("iam.serviceAccounts.", write="actAs")
USE_APIS: Final = needs("serviceusage.", "services.get services.list", "services.enable services.use operations.get")
READ_PROJECT: Final = needs("resourcemanager.projects.", "get")


def policy_of(service: str) -> Needs:
    """Read and write of the IAM policy of one kind of resource."""
    return needs(service, "getIamPolicy", "setIamPolicy")
