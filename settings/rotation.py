"""`rasa:rotation`: which generation of its credentials each layer is at. To raise a number is to rotate them.

Only of what the program makes: what the user gives is changed where it stands. What follows from a number is told in
docs/rotation.md; where there is nothing to rotate is said by `rotation_rules`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.base import RESTARTS_PODS, Model, at_least

Generation = Annotated[int, AfterValidator(at_least(1, "the first generation"))]


class Rotation(Model):
    """The generation of each layer's credentials. Raise a number by one to rotate them."""

    tracker_store: Generation = Field(
        default=1,
        description="PostgreSQL: the administrator's password, and each assistant's login with its password.",
        json_schema_extra=RESTARTS_PODS,
    )
    lock_store: Generation = Field(
        default=1,
        description="Redis: each assistant's password; on Azure, which of the two access keys is used.",
        json_schema_extra=RESTARTS_PODS,
    )
    event_queue: Generation = Field(
        default=1,
        description="Kafka: the SCRAM user, the connection strings or the API keys.",
        json_schema_extra=RESTARTS_PODS,
    )
    model_storage: Generation = Field(
        default=1,
        description="Models, on Azure with `auth: key`: which of the account's two keys is used.",
        json_schema_extra=RESTARTS_PODS,
    )
    assistants: Generation = Field(
        default=1,
        description="Each assistant's API token and JWT secret, which its clients have to learn.",
        json_schema_extra=RESTARTS_PODS,
    )
