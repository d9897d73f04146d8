"""What a URN tells: `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`."""


def stack_of(urn: str) -> str:
    """The stack that declares the resource."""
    return urn.removeprefix("urn:pulumi:").split("::")[0]


def type_of(urn: str) -> str:
    """The resource's type."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's logical name."""
    return urn.rsplit("::", 1)[1]
