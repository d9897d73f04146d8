"""The settings of a stack: read once, validated as a whole, then passed down. See docs/configuration.md."""

from settings.assistant import ActionServer, Assistant, Ingress, NlgServer, Resources
from settings.base import Auth, Cloud, Profile
from settings.layers import (
    CreateCluster,
    CreateLockStore,
    CreateModelStorage,
    CreateMsk,
    CreateNetwork,
    CreateTrackerStore,
    EventQueue,
    KubernetesSecrets,
    LockStore,
    ModelStorage,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)
from settings.load import load
from settings.model import Settings, parse
from settings.problems import Problem, SettingsError

__all__ = [
    "ActionServer",
    "Assistant",
    "Auth",
    "Cloud",
    "CreateCluster",
    "CreateLockStore",
    "CreateModelStorage",
    "CreateMsk",
    "CreateNetwork",
    "CreateTrackerStore",
    "EventQueue",
    "Ingress",
    "KubernetesSecrets",
    "LockStore",
    "ModelStorage",
    "NlgServer",
    "NoEventQueue",
    "NoLockStore",
    "NoModelStorage",
    "Problem",
    "Profile",
    "Resources",
    "Settings",
    "SettingsError",
    "load",
    "parse",
]
