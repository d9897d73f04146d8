"""Every way to change a setting of a shipped stack: derived from its description, by hand only if it cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from settings import Profile, SettingsError, parse
from settings.schema import Described, described
from tests.settings.existing import EXISTING, SECRETS
from tests.settings.full import PUBLIC_KEYS
from tools.stacks import DEV, PROD, changed, settings_of

STACKS: Final = {stack: cloud for stacks in (DEV, PROD) for cloud, stack in stacks.items()}
DUCKLING: Final = {"replicas": 2}
ACTIONS: Final = {"image": "registry.example.com/actions:1.4.2"}
EGRESS: Final = {"cidr": {"cidr": "10.9.0.0/16"}, "namespace": {"namespace": "vllm"}, "ports": {"cidr": "10.9.0.0/16"}}
_CA: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
# More values of a setting whose description has no second one. Those that a cloud does not take are left out.
VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "proxy.http": ("http://10.8.0.4:3128",),
    "proxy.https": ("http://10.8.0.4:3128",),
    "proxy.login": ("proxyLogin",),
    "proxy.networks": (["10.8.0.0/24"],),
    "proxy.noProxy": ([".example.com"],),
    "ca": (_CA,),
    "registries.charts": ("oci://registry.example.com/charts",),
    "registries.images": ("registry.example.com/mirror",),
    "registries.pullSecret": ("registryLogin",),
    "region": ("eu-west-1", "northeurope", "europe-west4"),
    "tags": ({"owner": "me"},),
    "secrets": (dict.fromkeys(("license", "openaiApiKey", "confluentApiKey", "confluentApiSecret"), "another"),),
    "provider.roleArn": ("arn:aws:iam::444455556666:role/deployer",),
    "provider.permissionsBoundary": ("arn:aws:iam::111122223333:policy/boundary",),
    "provider.iamPath": ("/platform/",),
    "provider.subscriptionId": ("11111111-2222-3333-4444-666666666666",),
    "provider.project": ("another-project",),
    "network.cidr": ("10.8.0.0/16",),
    "network.zones": (
        ["eu-central-1b", "eu-central-1a", "eu-central-1c"],
        ["2", "1", "3"],
        ["europe-west1-c", "europe-west1-b", "europe-west1-d"],
    ),
    "cluster.version": ("1.34",),
    "cluster.nodeSizes": (["m7i.2xlarge"], ["Standard_D8ds_v5"], ["n2-standard-8"]),
    "cluster.serviceCidr": ("172.21.0.0/16", "172.21.0.0/20"),
    "cluster.podCidr": ("10.68.0.0/14", "10.245.0.0/16"),
    "cluster.apiAccess": (["198.51.100.0/24"],),
    "cluster.admins": (["arn:aws:iam::111122223333:role/operators"], ["11111111-2222-3333-4444-666666666666"]),
    "trackerStore.version": ("16",),
    "lockStore.version": ("8.0", "7.0"),
    "eventQueue.version": ("3.8.x", "3.9.x.kraft"),
    "eventQueue.brokers": (6,),
    "eventQueue.apiKey": ("dbPassword",),
    "eventQueue.apiSecret": ("dbPassword",),
    "secretsManager.version": ("2.0.5",),
    "secretsManager.nodes": (5,),
    "secretsManager.storageClass": ("fast",),
    "assistants[].name": ("other",),
    "assistants[].image": ("registry.example.com/rasa:1.2.3", f"rasa:1.2.3@sha256:{'0' * 64}"),
    "assistants[].rasaVersion": ("3.16.32",),
    "assistants[].model": ("other.tar.gz",),
    "assistants[].resources.cpu": ("1",),
    "assistants[].resources.memory": ("3Gi",),
    "assistants[].resources.memoryLimit": ("6Gi", "10Gi"),
    "assistants[].endpoints": (
        {"model_groups": [{"id": "gpt", "models": [{"provider": "openai", "model": "gpt-4o"}]}]},
    ),
    "assistants[].credentials": ({"rest": {}, "channels.Own": {}},),
    "assistants[].integrations": ({"channels": {"rest": {"enabled": True}}},),
    "assistants[].env": ({"LITELLM_LOG": "ERROR"},),
    "assistants[].secretEnv": ({"ANOTHER_KEY": "openaiApiKey"},),
    "assistants[].actionServer": (ACTIONS,),
    "assistants[].actionServer.image": ("registry.example.com/actions:1.4.3",),
    **{
        f"assistants[].actionServer.resources.{key}": (value,)
        for key, value in (("cpu", "200m"), ("memory", "512Mi"), ("memoryLimit", "2Gi"))
    },
    "assistants[].actionServer.url": ("http://actions.bots:5055/webhook",),
    "assistants[].actionServer.env": ({"CRM_URL": "https://crm.example.com"},),
    "assistants[].actionServer.secretEnv": ({"CRM_TOKEN": "openaiApiKey"},),
    "assistants[].actionServer.egress": ([{"cidr": "10.9.0.0/16", "ports": [5432]}],),
    "assistants[].duckling": (DUCKLING,),
    "assistants[].duckling.image": ("registry.example.com/duckling:0.2.0",),
    **{
        f"assistants[].duckling.resources.{key}": (value,)
        for key, value in (("cpu", "200m"), ("memory", "512Mi"), ("memoryLimit", "2Gi"))
    },
    "assistants[].duckling.url": ("http://duckling.tools.svc:8000",),
    "assistants[].egress": ([{"namespace": "vllm", "ports": [8000]}],),
    **{
        f"assistants[].{of}egress[].{key}": (value,)
        for of in ("", "actionServer.")
        for key, value in (("cidr", "10.8.0.0/16"), ("namespace", "bots"), ("ports", [8001]))
    },
    "assistants[].values": ({"rasa": {"nodeSelector": {"pool": "rasa"}}},),
    "assistants[].jwt": ({"method": "ES256", "publicKey": PUBLIC_KEYS[0]},),
    "assistants[].jwt.publicKey": (PUBLIC_KEYS[1],),
    "assistants[].ingress": ({"host": "rasa.example.com", "className": "nginx", "tlsSecret": "rasa-tls"},),
    "assistants[].ingress.host": ("chat.example.com",),
    "assistants[].ingress.className": ("traefik",),
    "assistants[].ingress.tlsSecret": ("other-tls",),
    "policyExceptions[].rule": ("another-rule",),
    "policyExceptions[].resource": ("rasa",),
    "policyExceptions[].reason": ("another trial",),
    "policyExceptions[].until": ("2027-02-28",),
}
# A consent, another profile, or another name of everything would hide what the others do.
NOT_ALONE: Final = ("allowDestroy", "profile", "region", "secrets", ".name", ".rasaVersion", ".kind", ".init")
# Refused already on the way there, or without a value that can be read back.
NOT_BACK: Final = ("profile", "region", "secrets", ".kind")
# What has to be so before a setting can be changed.
_EXCEPTION: Final = {"policyExceptions": [{"rule": "a-rule", "reason": "a trial", "until": "2027-01-31"}]}
_PUBLIC_KEY: Final = {"assistants[0].jwt": {"method": "ES256", "publicKey": PUBLIC_KEYS[0]}}
_PROXY: Final = {"proxy": {"http": "http://10.8.0.3:3128", "https": "http://10.8.0.3:3128"}}
BEFORE: Final[Mapping[str, Mapping[str, Any]]] = {
    "secretsManager.initialized": {"secretsManager.init": "runbook"},
    "trackerStore.auth": {"secretsManager": {"kind": "kubernetes"}, "trackerStore.auth": "password"},
    "modelStorage.kind": {"assistants[0].model": None},
    **{key: {"assistants[0].actionServer": ACTIONS} for key in VALUES if key.startswith("assistants[].actionServer.")},
    "assistants[].actionServer.replicas": {"assistants[0].actionServer": ACTIONS},
    **{key: {"assistants[0].duckling": DUCKLING} for key in VALUES if key.startswith("assistants[].duckling.")},
    "assistants[].duckling.replicas": {"assistants[0].duckling": DUCKLING},
    "assistants[].duckling.url": {"assistants[0].duckling": {"url": "http://duckling.other.svc:8000"}},
    "assistants[].integrations": {"assistants[0].rasaVersion": "3.21.0"},
    "assistants[].actionServer.url": {"assistants[0].actionServer": {"url": "http://actions.other:5055/webhook"}},
    **{
        f"assistants[].egress[].{key}": {"assistants[0].egress": [{**at, "ports": [8000]}]}
        for key, at in EGRESS.items()
    },
    **{
        f"assistants[].actionServer.egress[].{key}": {
            "assistants[0].actionServer": {**ACTIONS, "egress": [{**at, "ports": [8000]}]}
        }
        for key, at in EGRESS.items()
    },
    **dict.fromkeys(("assistants[].jwt.publicKey", "assistants[].jwt.method"), _PUBLIC_KEY),
    **dict.fromkeys((key for key in VALUES if key.startswith("proxy.")), _PROXY),
    **dict.fromkeys((key for key in VALUES if key.startswith("policyExceptions")), _EXCEPTION),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One setting of a stack, before and after: changes of the shipped stack file, where None removes a key.

    `way` is the direction, as `Effects` calls it.
    """

    setting: Described
    way: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.setting.key} {self.way} to {next(iter(self.after.values()))!r}"


def changes(stack: str) -> list[Change]:
    """Every change of a shipped stack that the settings take, there and back."""
    cloud, base = STACKS[stack], stack_file(stack)
    now, in_other_profile = (_filled(changed(base, profile=profile)) for profile in _profiles(base))
    there: list[Change] = []
    more: dict[str, Any] = {}  # all that can be changed at once
    for one in described(cloud):
        path = one.key.removesuffix(".kind").replace("[]", "[0]")
        before = BEFORE.get(one.key, {})
        if one.effects is None or "<" in path or one.key == "cloud":
            continue
        if one.kind in ("none", "kubernetes"):
            before = {**before, path: {"kind": one.kind}}
            if _fits(stack_file(stack, before)):
                there.append(Change(setting=one, way="changed", before=before, after={path: None}))
            continue
        if not _is_chosen(one, now):
            continue
        old = _at(_filled(stack_file(stack, before)) if before else now, path)
        layers = ({"kind": "none"}, {"kind": "kubernetes"}, EXISTING[cloud].get(path))
        for new in layers if one.key.endswith(".kind") else _others(one, old, _at(in_other_profile, path)):
            if _fits(stack_file(stack, before, {path: new})):
                there.append(Change(setting=one, way=_way(one, old, new), before=before, after={path: new}))
                alone = bool(before) or one.key.endswith(NOT_ALONE) or path in more
                if not alone and _fits(stack_file(stack, more, {path: new})):
                    more[path] = new
    return [*there, *_back(stack, there, more, now)]


def _back(stack: str, there: list[Change], more: Mapping[str, Any], now: Any) -> Iterator[Change]:
    """The way back: of most settings from a stack in which all of them are changed, since to create one takes time."""
    for change in there:
        ((path, new),) = change.after.items()
        old = _at(now, path)
        after = {path: None if old in (None, [], {}) else old}
        before = more if more.get(path) == new else {**change.before, **change.after}
        is_first = more.get(path) == new or path.endswith(NOT_ALONE)
        if is_first and not change.setting.key.endswith(NOT_BACK) and _fits(stack_file(stack, before, after)):
            yield Change(setting=change.setting, way=_way(change.setting, new, old), before=before, after=after)


def stack_file(stack: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
    """A shipped stack's settings with changes; None removes a key. The secrets of existing layers are among them."""
    result = _shipped(stack)
    for step in steps:
        for path, value in step.items():
            result = changed(result, **{path: value})
            if value is None:
                holder, _, key = path.rpartition(".")
                del (_at(result, holder) if holder else result)[key]
    return result


@cache
def _shipped(stack: str) -> dict[str, Any]:
    settings = settings_of(stack)
    login = {"proxyLogin": "me:dummy", "registryLogin": '{"auths": {"registry.example.com": {"auth": "dummy"}}}'}
    return {**settings, "secrets": {**SECRETS, **login, **settings["secrets"]}}


def _profiles(base: Mapping[str, Any]) -> tuple[str, str]:
    own = Profile(base["profile"])
    return own, next(profile for profile in Profile if profile is not own)


def _filled(settings: dict[str, Any]) -> dict[str, Any]:
    return parse(settings)[0].model_dump(mode="json", by_alias=True)


def _fits(settings: dict[str, Any]) -> bool:
    try:
        parse(settings)
    except SettingsError:
        return False
    return True


def _at(whole: Any, path: str) -> Any:
    for step in re.findall(r"[\w-]+", path):
        if isinstance(whole, list):
            whole = whole[int(step)] if int(step) < len(whole) else None
        else:
            whole = whole.get(step) if isinstance(whole, dict) else None
    return whole


def _is_chosen(one: Described, whole: Mapping[str, Any]) -> bool:
    layer = whole.get(one.key.split(".")[0])
    return not one.kind or (isinstance(layer, dict) and layer.get("kind") == one.kind)


def _others(one: Described, now: Any, in_other_profile: Any) -> list[Any]:
    """Values that the setting does not have now. Of a number, a larger and a smaller one."""
    others: list[Any] = [*VALUES.get(one.key, ()), *one.choices, in_other_profile]
    if one.type == "boolean":
        others.append(not now)
    elif one.type == "integer":
        others += [(now or 0) + 1, (now or 0) - 1]
    return [value for index, value in enumerate(others) if value not in (now, None) and value not in others[:index]]


def _way(one: Described, old: Any, new: Any) -> str:
    if old in (None, [], {}) or new in (None, [], {}):
        return "raised" if old in (None, [], {}) else "lowered"
    if isinstance(new, bool):
        return "raised" if new else "lowered"
    if one.type == "integer" or (one.effects and one.effects.raised != one.effects.lowered):
        ranks = [[int(number) for number in re.findall(r"\d+", str(value))] for value in (old, new)]
        return "raised" if ranks[0] < ranks[1] else "lowered" if ranks[0] > ranks[1] else "changed"
    return "changed"
