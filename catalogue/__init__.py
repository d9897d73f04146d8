"""What is known of each resource type, by cloud and service: one entry a type, which everybody reads.

`entry.py` has the classes. `aws/`, `azure/`, `gcp/` and `confluentcloud/` have one file for each service,
`kubernetes/`, `random.py` and `tls.py` are the smaller providers, `packages.py` lists them all. The sandbox carries the
entries out. The catalogue imports no other package of the repository.
"""
