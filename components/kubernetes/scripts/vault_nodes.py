# pyright: basic
"""Reads the health of Vault's nodes: whether Vault is initialised, and which node is the leader."""

from vault_client import Fault, vault

# The body contains the whole health, so every state is asked to return the HTTP status 200.
HEALTH = "/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200&haunhealthycode=200"


def look(nodes):
    """Returns by node its health, or the fault that prevents an answer."""
    found = {}
    for url in nodes:
        try:
            found[url] = vault(url).call("GET", HEALTH)
        except Fault as fault:
            found[url] = fault
    return found


def is_initialised(nodes, deadline):
    """Returns whether Vault is initialised. One node can confirm it; only all nodes together can deny it."""
    while True:
        found = look(nodes)
        silent = [str(state) for state in found.values() if isinstance(state, Fault)]
        if any(state["initialized"] for state in found.values() if not isinstance(state, Fault)):
            return True
        if not silent:
            return False
        if not deadline.pause():
            raise Fault(f"Vault was not changed, because not every node answers: {'; '.join(silent)}")


def wait_for_leader(nodes, deadline):
    """Waits for a leader and returns its address."""
    while True:
        found = look(nodes)
        for url, state in found.items():
            if _obstacle(url, state) is None and not state["standby"]:
                return url
        if not deadline.pause():
            raise Fault(f"Vault has no leader: {_obstacles(found) or 'the nodes have not elected one'}")


def wait_for_all(nodes, deadline):
    """Waits until every node has joined the cluster and is unsealed."""
    while True:
        obstacles = _obstacles(look(nodes))
        if not obstacles:
            return
        if not deadline.pause():
            raise Fault(f"Vault is configured, but not all nodes work: {obstacles}")


def _obstacles(found):
    return "; ".join(filter(None, (_obstacle(url, state) for url, state in found.items())))


def _obstacle(url, state):
    """Returns why a node cannot serve requests, or None."""
    if isinstance(state, Fault):
        return str(state)
    if not state["initialized"]:
        return f"{url} has not joined the others"
    if state["sealed"]:
        return f"{url} is sealed: it cannot use its key in the cloud; see its log"
    return None
