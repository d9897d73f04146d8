"""The embedded cloud: a test double for AWS, Kubernetes and small helpers, served to the real Pulumi engine.

    python -m sandbox pulumi up

`command.py` prepares a place of its own under `.sandbox/`, starts the providers (`server.py`) and runs the CLI.
A provider is a `Package` of the catalogue; `cloud.py` carries its entries out over the
`store.py`. Nothing outside this directory knows that the sandbox exists, and nothing in it talks to a real cloud.
"""
