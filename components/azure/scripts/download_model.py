# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Downloads the model with the pod's own identity, without a key. Runs in the cluster before Rasa, in Rasa Pro's image.

`download_model.py <key> <file>` downloads the blob `<key>` to `<file>`. Without arguments the script only checks that
the container can be reached. It reads AZURE_ACCOUNT_NAME, AZURE_CONTAINER and the variables that Entra Workload ID
adds to the pod. It reports an error in one sentence.
"""

import os
import sys
from pathlib import Path


def download(container, arguments):
    """Downloads the complete model or nothing, and returns a sentence about it."""
    if not arguments:
        container.get_container_properties()
        return "the container can be reached; no model was requested"
    key, file = arguments[0], Path(arguments[1])
    part = file.with_name(f"{file.name}.part")
    with part.open("wb") as stream:
        container.download_blob(key).readinto(stream)
    part.replace(file)
    return f"the model {key} was downloaded, {file.stat().st_size} bytes"


def main(arguments):
    """Returns 0 if the model was downloaded, else 1."""
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
        fault = f"the pod has no identity that can read {account}/{name}: {error.message}"
    except HttpResponseError as error:
        fault = f"{account}/{name} refuses ({error.status_code} {error.reason})"
        if error.status_code == 403:
            client = os.environ.get("AZURE_CLIENT_ID")
            fault += f"; does the identity {client} have the role Storage Blob Data Reader?"
    except ValueError as error:
        # The webhook of Entra Workload ID did not handle the pod, so its variables are missing.
        fault = f"the pod has no identity: {error}"
    sys.stderr.write(" ".join(fault.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
