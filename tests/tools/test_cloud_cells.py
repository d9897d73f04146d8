"""Every cell of the side-by-side page says something."""

from __future__ import annotations

import re

import pytest

from settings import Cloud, Profile
from tests.program.stacks import STACKS
from tools.cloud_cells import PRODUCTS, ROWS, resource
from tools.stacks import SHIPPED
from tools.write_clouds import NAMES


def test_it_tells_of_every_service_on_every_cloud():
    assert PRODUCTS.keys() == NAMES.keys()
    for row in ("sign-in", "TLS", "encrypted with", "availability", "protected by"):
        for layer in PRODUCTS:
            assert ROWS[row](Cloud.AWS, Profile.DEV, layer), (row, layer)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_filled_on_every_cloud_or_on_none(row: str):
    for layer in PRODUCTS:
        cells = {bool(ROWS[row](cloud, profile, layer)) for cloud in Cloud for profile in Profile}
        assert len(cells) == 1, (row, layer)


@pytest.mark.parametrize("cloud", Cloud)
def test_what_a_redis_keeps_is_told_where_it_keeps_something(cloud: Cloud):
    assert ROWS["backup"](cloud, Profile.DEV, "lockStore") == "none"
    assert re.search(r"\d+ (days|hours)$", ROWS["backup"](cloud, Profile.PROD, "lockStore"))


def test_it_is_read_from_the_program():
    """A control: what the page says of protection is what the resources have."""
    assert {STACKS[stack]["cloud"] for stack in SHIPPED} == set(Cloud)
    for cloud in Cloud:
        for layer in PRODUCTS:
            assert ROWS["protected by"](cloud, Profile.DEV, layer) == "nothing"
            assert resource(cloud, Profile.PROD, layer).protect
            assert ROWS["protected by"](cloud, Profile.PROD, layer).startswith("Pulumi")
