"""The settings of a stack: read once, validated as a whole, then passed down. See docs/configuration.md.

Each layer has its own module with everything about its settings. Import the kinds of a layer from there.
"""

from settings.assistant import Assistant
from settings.aws import AwsSettings
from settings.azure import AzureSettings
from settings.base import Cloud, PodSecurity
from settings.company import Registries
from settings.defaults import AnySettings
from settings.gcp import GcpSettings
from settings.load import load
from settings.model import Settings
from settings.parse import parse
from settings.problems import Problem, SettingsError
from settings.setting import Profile

__all__ = [
    "AnySettings",
    "Assistant",
    "AwsSettings",
    "AzureSettings",
    "Cloud",
    "GcpSettings",
    "PodSecurity",
    "Problem",
    "Profile",
    "Registries",
    "Settings",
    "SettingsError",
    "load",
    "parse",
]
