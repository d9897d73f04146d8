# pyright: basic
"""What the nodes of Vault say of themselves: whether it is initialised, and which of them leads."""

from vault_client import Fault, vault

# All that is known of a node is in the body; the status would repeat it.
HEALTH = "/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200&haunhealthycode=200"


def look(nodes):
    """Of each node what it says, or the fault that keeps it from answering."""
    found = {}
    for url in nodes:
        try:
            found[url] = vault(url).call("GET", HEALTH)
        except Fault as fault:
            found[url] = fault
    return found


def is_initialised(nodes, deadline):
    """Whether Vault is. One node can say that it is; that it is not only all of them together."""
    while True:
        found = look(nodes)
        silent = [str(state) for state in found.values() if isinstance(state, Fault)]
        if any(state["initialized"] for state in found.values() if not isinstance(state, Fault)):
            return True
        if not silent:
            return False
        if not deadline.pause():
            raise Fault(f"Vault is left alone, since not every node answers: {'; '.join(silent)}")


def wait_for_leader(nodes, deadline):
    """The address of the node that leads, once there is one."""
    while True:
        found = look(nodes)
        for url, state in found.items():
            if _obstacle(url, state) is None and not state["standby"]:
                return url
        if not deadline.pause():
            raise Fault(f"no node of Vault leads: {_obstacles(found) or 'they have not elected one'}")


def wait_for_all(nodes, deadline):
    """Until every node is one of the cluster, and unsealed."""
    while True:
        obstacles = _obstacles(look(nodes))
        if not obstacles:
            return
        if not deadline.pause():
            raise Fault(f"Vault is set up, but runs on fewer nodes than it should: {obstacles}")


def _obstacles(found):
    return "; ".join(filter(None, (_obstacle(url, state) for url, state in found.items())))


def _obstacle(url, state):
    """Why a node cannot serve, or None."""
    if isinstance(state, Fault):
        return str(state)
    if not state["initialized"]:
        return f"{url} has not joined the others"
    if state["sealed"]:
        return f"{url} is sealed: it cannot use its key in the cloud, and its log tells why"
    return None
