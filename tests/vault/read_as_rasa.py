# pyright: basic, reportMissingImports=false
"""Run by Rasa Pro's Python: reads the tracker store's credentials as Rasa does, once for every line of its input."""

import sys

from rasa.core.secrets_manager.factory import load_secret_manager
from rasa.core.secrets_manager.secret_manager import EndpointResolver
from rasa.utils.endpoints import read_endpoint_config

FILE = sys.argv[1]

load_secret_manager(FILE)
section = read_endpoint_config(FILE, "tracker_store")
for _ in sys.stdin:
    found = EndpointResolver.update_config(section).kwargs
    print("credentials:", found["username"], found["password"], flush=True)
