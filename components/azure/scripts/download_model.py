# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Runs in the cluster, in Rasa Pro's image, before Rasa: downloads the model as the pod's own identity, without a key.

`download_model.py <key> <file>` downloads the blob `<key>` to `<file>`; without arguments it only reaches the
container. Reads AZURE_ACCOUNT_NAME and AZURE_CONTAINER, and what Entra Workload ID puts into the pod. Says in one
sentence what is wrong.
"""

import os
import sys
from pathlib import Path


def download(container, arguments):
    """The model, as a whole or not at all."""
    if not arguments:
        container.get_container_properties()
        return "the container answers; no model was asked for"
    key, file = arguments[0], Path(arguments[1])
    part = file.with_name(f"{file.name}.part")
    with part.open("wb") as stream:
        container.download_blob(key).readinto(stream)
    part.replace(file)
    return f"the model {key} was downloaded, {file.stat().st_size} bytes"


def main(arguments):
    """0 when the model is there."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
    from azure.identity import WorkloadIdentityCredential
    from azure.storage.blob import ContainerClient

    account, name = os.environ["AZURE_ACCOUNT_NAME"], os.environ["AZURE_CONTAINER"]
    try:
        container = ContainerClient(
            f"https://{account}.blob.core.windows.net", name, credential=WorkloadIdentityCredential()
        )
        sys.stdout.write(f"{download(container, arguments)}\n")
        return 0
    except ResourceNotFoundError:
        fault = f"{' '.join(arguments[:1]) or 'the container'} is not in {account}/{name}; upload the model first"
    except ClientAuthenticationError as error:
        fault = f"the pod has no identity that may read {account}/{name}: {error.message}"
    except HttpResponseError as error:
        fault = f"{account}/{name} refuses ({error.status_code} {error.reason})"
        if error.status_code == 403:
            client = os.environ.get("AZURE_CLIENT_ID")
            fault += f"; does the identity {client} have the role Storage Blob Data Reader?"
    except ValueError as error:
        # Neither label nor annotation reached the pod: the webhook of Entra Workload ID did not see it.
        fault = f"the pod was given no identity: {error}"
    sys.stderr.write(" ".join(fault.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
