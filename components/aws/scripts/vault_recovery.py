# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Runs in the cluster, beside the script that initialises Vault: adds a value to the one secret for recovery keys.

The pod's identity may add, and neither read nor make: the secret is the program's.
"""


def add(place, value):
    """Add the value to the secret of Secrets Manager with the ARN `secret`, in `region`."""
    import boto3

    client = boto3.client("secretsmanager", region_name=place["region"])
    client.put_secret_value(SecretId=place["secret"], SecretString=value)
