"""Minutes inside the cluster, on any cloud: pods are scheduled, fetch their image, and run."""

from __future__ import annotations

from typing import Final

from sandbox.clock.rows import Times

IN_CLUSTER: Final[tuple[Times, ...]] = (
    # Vault: 1 to 5 until its three pods run and the init Job has opened them. The Job does the waiting, the release
    # itself is not waited for; its pods are what takes the time.
    Times(token="kubernetes:helm.sh/v3:Release", create=2, update=2, delete=0.5, slow=3.5, when=("skipAwait", True)),
    # Rasa: 2 to 8 until all pods have fetched the image and loaded the model.
    Times(token="kubernetes:helm.sh/v3:Release", create=4, update=4, delete=0.5, slow=8),
    # A script of seconds, in a pod that has to be scheduled and to fetch its image.
    Times(token="kubernetes:batch/v1:Job", create=0.5, update=0.5, delete=0.1, slow=1.5),
    # A namespace is gone when all that was in it is.
    Times(token="kubernetes:core/v1:Namespace", create=0.02, update=0.02, delete=0.3, slow=0.1),
)
