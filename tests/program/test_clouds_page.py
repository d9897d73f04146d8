"""The side-by-side page is fresh, and every cell of it says something."""

from __future__ import annotations

from settings import Cloud, Profile
from tests.program.stacks import SHIPPED, STACKS
from tools.write_clouds import NAMES, PAGE, PRODUCTS, ROOT, ROWS, page, resource


def test_the_page_is_fresh():
    assert (ROOT / PAGE).read_text() == page(), "run: python -m tools.write_clouds"


def test_it_tells_of_every_service_on_every_cloud():
    assert PRODUCTS.keys() == NAMES.keys()
    for row in ("authentication", "TLS", "key", "protected by"):
        for layer in PRODUCTS:
            assert [cloud for cloud in Cloud if not ROWS[row](cloud, Profile.PROD, layer)] == [], (row, layer)


def test_it_is_read_from_the_program():
    """A control: what the page says of protection is what the resources have."""
    assert {STACKS[stack]["cloud"] for stack in SHIPPED} == set(Cloud)
    for cloud in Cloud:
        for layer in PRODUCTS:
            assert ROWS["protected by"](cloud, Profile.DEV, layer) == "no"
            assert resource(cloud, Profile.PROD, layer).protect
            assert ROWS["protected by"](cloud, Profile.PROD, layer).startswith("Pulumi")
