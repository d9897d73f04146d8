"""The contract between the platform and a cloud."""

from __future__ import annotations

import pytest

from components.cloud import Access, GrantedElsewhere, NoIdentityNeeded, Rights, narrowed, together
from settings.event_queue import NoEventQueue
from settings.secrets_manager import CreateVault


@pytest.mark.parametrize(
    ("accesses", "wanted"),
    [
        pytest.param([], NoIdentityNeeded(), id="no service"),
        pytest.param([NoIdentityNeeded(), NoIdentityNeeded()], NoIdentityNeeded(), id="passwords alone"),
        pytest.param([NoIdentityNeeded(), GrantedElsewhere()], GrantedElsewhere(), id="rights from somebody else"),
        pytest.param([GrantedElsewhere(), Rights(("read",))], Rights(("read",)), id="rights from both"),
        pytest.param([Rights(("read",)), Rights(("write",))], Rights(("read", "write")), id="rights to two services"),
    ],
)
def test_a_service_account_has_the_rights_of_all_services_that_it_uses(
    accesses: list[Access[str]], wanted: Access[str]
):
    assert together(accesses) == wanted


def test_a_cloud_creates_only_what_the_platform_asks_for():
    with pytest.raises(TypeError, match="NoEventQueue"):
        narrowed(NoEventQueue(), CreateVault)
    vault = CreateVault(version="2.0.4", nodes=1, storage_gb=10)
    assert narrowed(vault, CreateVault) is vault
