"""The facts about each resource type, by cloud and service. A type has one entry, which all other packages read.

`entry.py` has the classes. `aws/`, `azure/`, `gcp/` and `confluentcloud/` have one file for each service,
`kubernetes/`, `random.py` and `tls.py` are the smaller providers, `packages.py` lists them all. The sandbox runs the
entries. The catalogue imports no other package of the repository.
"""
