"""Common rules of Cloud SQL and Memorystore: both are in the address range that a network lends to Google."""

from catalogue.entry import Record, Refused, Rule, Subject, Template
from catalogue.gcp.compute import CONNECTION, GLOBAL_ADDRESS, NETWORK, network_of, next_address
from catalogue.wire import Properties, at_path, reveal


def at(inputs: Properties, path: str) -> str:
    """Returns the text at a dotted path; empty if there is none."""
    return next(at_path(inputs, path), "")


def connected(network: str, lent: str) -> Rule:
    """The network must be connected before, and the range lent. The inputs at both paths are names."""

    def is_connected(subject: Subject) -> None:
        value, range_name = at(subject.inputs, network), at(subject.inputs, lent)
        connection = _connection(subject, value)
        existing = subject.world.find(NETWORK, "id", value)
        if existing and not existing.urn:
            return  # an existing network is not checked
        if connection is None:
            raise Refused(
                f"Error 400: Failed to create subnetwork. Please create Service Networking connection with service "
                f"'servicenetworking.googleapis.com' from consumer network {value!r}: NETWORK_NOT_PEERED; the "
                "resource must depend on the connection"
            )
        if range_name and range_name not in connection.inputs["reservedPeeringRanges"]:
            raise Refused(f"Error 400: range {range_name} is not in the connection of {value}")

    return is_connected


def address_in(network: str, lent: str, token: str) -> Template:
    """Returns a template for an address in the lent range."""

    def address(subject: Subject) -> str:
        connection = _connection(subject, at(subject.inputs, network))
        name = at(subject.inputs, lent) or (connection.inputs["reservedPeeringRanges"][0] if connection else "")
        found = subject.world.find(GLOBAL_ADDRESS, "name", name)
        if found is None:
            return "10.0.240.2"
        inputs = reveal(found.inputs)
        # Google uses a small subnetwork for each service.
        first = 1 if token.startswith("gcp:sql") else 250
        return next_address(subject, f"{inputs.get('address', '10.0.240.0')}/{inputs['prefixLength']}", first)

    return address


def used_network(network: str) -> Template:
    """Returns a template for the network whose connection Google holds for days after the service was deleted."""
    return lambda subject: network_of(subject, at(subject.inputs, network))


def _connection(subject: Subject, network: str) -> Record | None:
    wanted = network_of(subject, network)
    for connection in subject.world.all(CONNECTION):
        if network_of(subject, connection.inputs["network"]) == wanted:
            return connection
    return None
