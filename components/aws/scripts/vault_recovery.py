# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Adds a value to the secret for recovery keys. The script that initialises Vault in the cluster uses this module.

The pod's identity may add values, but neither read nor create the secret: the program creates it.
"""


def add(place, value):
    """Adds the value to the secret with the ARN `secret` in Secrets Manager, in `region`."""
    import boto3

    client = boto3.client("secretsmanager", region_name=place["region"])
    client.put_secret_value(SecretId=place["secret"], SecretString=value)
