"""The embedded cloud: a test double for the clouds, Kubernetes and small helpers, served to the real Pulumi engine.

    python -m sandbox pulumi up

`command.py` prepares the directory `.sandbox/`, starts the providers (`server.py`) and runs the CLI. A provider is a
`Package` of the catalogue. `cloud.py` runs the entries of the package on the `store.py`. The program does not depend
on the sandbox, and the sandbox never connects to a real cloud.
"""
