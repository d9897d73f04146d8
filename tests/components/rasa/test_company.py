"""What a company's network needs reaches every pod: mirrors and a login, a proxy, an authority."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from requests.utils import should_bypass_proxies

from components.rasa.outgoing import bundle, outgoing
from components.rasa.secrets import certificate_authorities
from components.rasa.values import values
from sandbox.recording import Recording, Secret
from settings import Cloud, Registries, parse
from settings.company import Company, Proxy
from settings.secrets_manager import CreateVault
from tests.certificates import Authority
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record
from tests.components.rasa.test_assistant import policies, text_of
from tests.settings.existing import existing
from tests.settings.stack_files import DEV
from tools.stacks import changed

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
MIRROR = "mirror.example.com:5000/all"
LOGIN = json.dumps({"auths": {"mirror.example.com:5000": {"auth": "dXNlcjpwYXNz"}}})
VAULT = CreateVault(init="job", version="2.0.4", nodes=3, storage_gb=10)


def company(charts: str) -> Company:
    """A company with mirrors, whose nodes have to sign in."""
    registries = Registries(charts=charts, images=MIRROR, pull_secret="mirror")
    return Company(registries=registries, pull_login=wirings.secret(LOGIN))


@pytest.fixture(scope="module")
def mirrored() -> Recording:
    """An assistant with everything, on mirrors."""
    return record(
        wirings.everything(),
        connections=wirings.with_redis(wirings.wiring(), tunnel=True).connections,
        secrets_manager=VAULT,
        company=company("oci://mirror.example.com/charts"),
    )


def images(value: Any) -> Iterator[str]:
    """Every image in a manifest or in values."""
    match value:
        case {"repository": repository, "tag": tag}:
            yield f"{repository}:{tag}"
        case dict():
            for key, item in value.items():
                if key == "image" and isinstance(item, str):
                    yield item
                yield from images(item)
        case list():
            for item in value:
                yield from images(item)
        case _:
            pass


def pods(recording: Recording) -> list[dict[str, Any]]:
    """The pods of all Jobs."""
    jobs = [one.inputs["spec"] for one in recording.of_type(JOB)]
    jobs += [one.inputs["spec"]["jobTemplate"]["spec"] for one in recording.of_type(CRON_JOB)]
    return [job["template"]["spec"] for job in jobs]


def test_every_image_comes_from_the_mirror_except_the_users_own(mirrored: Recording) -> None:
    used = {
        image for kind in (JOB, CRON_JOB, RELEASE) for one in mirrored.of_type(kind) for image in images(one.inputs)
    }
    assert {image for image in used if not image.startswith(f"{MIRROR}/")} == {"registry.example.com/actions:1.0"}
    assert {image.removeprefix(f"{MIRROR}/").partition(":")[0] for image in used} >= {
        "rasa-releases/rasa-pro/rasa-pro", "rasa-releases/rasa-pro/rasa-pro-services", "library/haproxy",
        "hashicorp/vault",
    }  # fmt: skip


def test_every_pod_signs_in_at_the_registries(mirrored: Recording) -> None:
    secrets = {
        one.inputs["metadata"]["namespace"]: one.inputs
        for one in mirrored.of_type("kubernetes:core/v1:Secret")
        if one.inputs.get("type") == "kubernetes.io/dockerconfigjson"
    }
    assert secrets.keys() == {one.inputs["metadata"]["name"] for one in mirrored.of_type(NAMESPACE)}
    for one in secrets.values():
        assert one["metadata"]["name"] == "rasa-registries"
        assert isinstance(one["stringData"], Secret)
        assert one["stringData"].value == {".dockerconfigjson": LOGIN}
    wanted = [{"name": "rasa-registries"}]
    found = pods(mirrored)
    assert len(found) >= 5
    assert all(pod["imagePullSecrets"] == wanted for pod in found)
    by_name = {one.inputs["name"]: one.inputs["values"] for one in mirrored.of_type(RELEASE)}
    assert by_name["rasa"]["imagePullSecrets"] == wanted
    assert by_name["vault"]["global"]["imagePullSecrets"] == wanted
    assert not [one.name for one in mirrored.resources.values() if "dXNlcjpwYXNz" in text_of(one.inputs)]


@pytest.mark.parametrize(
    ("charts", "places"),
    [
        ("oci://mirror.example.com/charts", {("oci://mirror.example.com/charts/rasa", None),
                                             ("oci://mirror.example.com/charts/vault", None)}),
        ("https://mirror.example.com/helm", {("rasa", "https://mirror.example.com/helm"),
                                             ("vault", "https://mirror.example.com/helm")}),
    ],
)  # fmt: skip
def test_both_charts_come_from_the_mirror(charts: str, places: set[tuple[str, str | None]]) -> None:
    recording = record(wirings.everything(), secrets_manager=VAULT, company=company(charts))
    found = {
        (one.inputs["chart"], one.inputs.get("repositoryOpts", {}).get("repo")) for one in recording.of_type(RELEASE)
    }
    assert found == places


def test_without_mirrors_nothing_signs_in() -> None:
    assert "imagePullSecrets" not in text_of([one.inputs for one in record(wirings.everything()).resources.values()])


PROXY = Proxy(https="http://10.8.0.3:3128", http="http://10.8.0.3:8080")


def test_the_download_of_a_model_uses_the_proxy_and_trusts_the_authorities() -> None:
    wiring = wirings.with_models(wirings.in_company(Company(proxy=PROXY, ca="PEM")), wirings.downloaded_model())
    rasa: Any = values(wiring, "revision")["rasa"]
    variables = {one["name"]: one.get("value") for one in rasa["initContainers"][0]["env"]}
    assert variables.items() >= outgoing(wiring).items()


def of_actions(recording: Recording) -> dict[str, Any]:
    """The variables of the action server."""
    found = recording.outputs["rasa"]["values"]["actionServer"]["additionalEnv"]
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in found}


def test_rasa_and_its_actions_use_the_proxy_in_both_spellings() -> None:
    recording = record(wirings.everything(), company=Company(proxy=PROXY, direct=("10.0.0.0/16",)))
    rasa = outgoing(wirings.in_company(Company(proxy=PROXY, direct=("10.0.0.0/16",))))
    assert of_actions(recording).items() >= rasa.items()
    assert rasa["HTTPS_PROXY"] == rasa["https_proxy"] == "http://10.8.0.3:3128"
    assert rasa["HTTP_PROXY"] == rasa["http_proxy"] == "http://10.8.0.3:8080"
    assert rasa["NO_PROXY"] == rasa["no_proxy"]
    for policy in ("rasa-egress", "action-server"):
        peers = [(rule["to"], rule["ports"][0]["port"]) for rule in policies(recording)[policy]["egress"]]
        for port in (3128, 8080):
            assert ([{"ipBlock": {"cidr": "10.8.0.3/32"}}], port) in peers


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("http://localhost:5005", True),
        ("http://rasa-duckling:8000/parse", True),
        ("https://vault-active.vault.svc:8200", True),
        ("http://169.254.170.23/v1/credentials", True),
        ("https://vault.acme.internal:8200", True),
        ("http://10.20.1.7:8000", True),
        ("https://wiki.example.com", True),
        ("https://api.openai.com", False),
        ("https://bedrock-runtime.eu-central-1.amazonaws.com", False),
        ("http://192.0.2.1", False),
    ],
)
def test_requests_sends_all_but_the_own_network_to_the_proxy(
    url: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = {"https": "http://10.8.0.3:3128", "noProxy": [".example.com"]}
    stack_file = changed(existing(Cloud.AWS, "network", "cluster", "secretsManager"), proxy=proxy)
    stack_file = changed(stack_file, **{"cluster.networks": ["10.20.0.0/16"]})
    stack_file = changed(stack_file, **{"secretsManager.address": "https://vault.acme.internal:8200"})
    variables = outgoing(wirings.in_company(parse(stack_file)[0].company))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    assert should_bypass_proxies(url, None) is direct


def test_object_storage_of_an_own_network_is_reached_directly() -> None:
    company = parse(changed(DEV, proxy={"https": "http://10.8.0.3:3128"}))[0].company
    assert company.direct == ("s3.eu-central-1.amazonaws.com", "10.0.0.0/16", "172.20.0.0/16")


def test_a_login_at_the_proxy_is_in_the_secret_alone() -> None:
    company = Company(proxy=PROXY, proxy_login=wirings.secret("me:p@ss/word"))
    recording = record(wirings.everything(), company=company)
    held = recording.named("rasa-secrets-secret").inputs["stringData"].value
    assert held["httpsProxy"] == "http://me:p%40ss%2Fword@10.8.0.3:3128"
    assert held["httpProxy"] == "http://me:p%40ss%2Fword@10.8.0.3:8080"
    assert of_actions(recording)["https_proxy"] == {"secretKeyRef": {"name": "rasa-secrets", "key": "httpsProxy"}}
    config = json.loads(recording.named("rasa-smoke-test-files").inputs["data"]["smoke_test.json"])
    assert set(config["secrets"]) >= {"HTTPS_PROXY", "http_proxy"}
    assert not [one.name for one in recording.resources.values() if "p%40ss" in text_of(one.inputs)]


def test_a_proxy_by_name_is_reached_at_its_networks() -> None:
    proxy = Proxy(https="http://proxy.example.com:3128", networks=("10.8.0.0/24",))
    spec = policies(record(wirings.everything(), company=Company(proxy=proxy)))["rasa-egress"]
    opened = [rule["to"] for rule in spec["egress"] if [one["port"] for one in rule["ports"]] == [3128]]
    assert opened == [[{"ipBlock": {"cidr": "10.8.0.0/24"}}]]


def test_own_authorities_are_trusted_like_the_public_ones(tmp_path: Path) -> None:
    own = Authority(tmp_path, "Acme Root").pem
    wiring = wirings.in_company(Company(ca=own))
    file = tmp_path / "bundle.pem"
    file.write_text(str(certificate_authorities(wiring)["outgoing-ca.pem"]))
    certificates: Any = ssl.create_default_context(cafile=str(file)).get_ca_certs()
    trusted = {dict(part[0] for part in one["subject"]).get("commonName") for one in certificates}
    assert trusted >= {"Acme Root", "Amazon Root CA 1", "GTS Root R1", "ISRG Root X1"}
    variables = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), "/etc/rasa/ca/outgoing-ca.pem")
    assert outgoing(wiring) == variables
    server: Any = values(wiring, "revision")["actionServer"]
    assert {one["name"]: one["value"] for one in server["additionalEnv"]} == variables
    assert server["volumes"][0]["configMap"]["name"] == "rasa-cloud-ca"
    assert server["volumeMounts"][0]["mountPath"] == "/etc/rasa/ca"
    # A ConfigMap holds at most 1 MiB.
    assert len(bundle(own)) < 500_000
