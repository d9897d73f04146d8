"""The parts of a URN: `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`."""


def stack_of(urn: str) -> str:
    """Returns the stack that declares the resource."""
    return urn.removeprefix("urn:pulumi:").split("::")[0]


def type_of(urn: str) -> str:
    """Returns the resource's type."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Returns the resource's logical name."""
    return urn.rsplit("::", 1)[1]
