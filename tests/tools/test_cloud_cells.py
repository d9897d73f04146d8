"""The cells of the side-by-side page are those of the program; `test_docs.py` holds the page."""

from __future__ import annotations

import pytest

from settings import Cloud, Profile
from tests.program.stacks import STACKS
from tools.cloud_cells import PRODUCTS, ROWS, resource
from tools.stacks import SHIPPED


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_filled_on_every_cloud_or_on_none(row: str):
    for layer in PRODUCTS:
        cells = {bool(ROWS[row](cloud, profile, layer)) for cloud in Cloud for profile in Profile}
        assert len(cells) == 1, (row, layer)


def test_it_is_read_from_the_program():
    """A control: what the page says of protection is what the resources have."""
    assert {STACKS[stack]["cloud"] for stack in SHIPPED} == set(Cloud)
    for cloud in Cloud:
        for layer in PRODUCTS:
            assert ROWS["protected by"](cloud, Profile.DEV, layer) == "nothing"
            assert resource(cloud, Profile.PROD, layer).protect
            assert ROWS["protected by"](cloud, Profile.PROD, layer).startswith("Pulumi")
