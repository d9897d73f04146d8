"""The connection to a Redis whose certificate names no host: a sidecar uses TLS in place of Rasa.

Redis clients compare the host name, and Rasa has no setting against that. HAProxy checks the chain alone, against
exactly the authorities of the connection, so no other certificate passes. Rasa connects to it inside the pod, without
TLS. Pure. `secrets` has the ConfigMap with configuration and certificates.
"""

from __future__ import annotations

from typing import Final

import pulumi

from components.artifacts import HAPROXY_IMAGE, mirrored
from components.connections import RedisConnection
from components.kubernetes.pod import CA_DIRECTORY
from components.kubernetes.sidecar import Sidecar
from components.rasa import names
from settings import Registries

HOST: Final = "127.0.0.1"
PORT: Final = 6379
CONFIGURATION: Final = "redis-tunnel.cfg"


def sidecar(registries: Registries) -> Sidecar:
    """Returns the container."""
    return Sidecar(
        name="redis-tunnel",
        image=mirrored(HAPROXY_IMAGE, registries),
        command=("haproxy", "-db", "-f", f"{CA_DIRECTORY}/{CONFIGURATION}"),
        directory=CA_DIRECTORY,
        cpu="50m",
        memory="64Mi",
    )


def configuration(redis: RedisConnection) -> pulumi.Output[str]:
    """Returns HAProxy's configuration. HAProxy looks a host name up once, at its start."""
    return pulumi.Output.format(_CONFIGURATION, redis.host, redis.port)


# Without maxconn HAProxy reserves memory for as many connections as the node allows files: up to all of it.
_CONFIGURATION: Final = f"""\
global
  log stderr format raw local0 warning
  maxconn 1000
defaults
  mode tcp
  log global
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  option tcpka
listen redis
  bind {HOST}:{PORT}
  server redis {{0}}:{{1}} ssl verify required ca-file {CA_DIRECTORY}/{names.REDIS_CA}
"""
