"""The Google Cloud provider itself: the project and region of an instance, labels, the functions."""

import hashlib
import re
from collections.abc import Iterable

from catalogue import sdk
from catalogue.entry import Problem, Refused, Subject, Where, World
from catalogue.gcp.needs import READ_PROJECT
from catalogue.needs import needs
from catalogue.wire import UNKNOWN, Properties, as_map, reveal

REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
SQL = "gcp:sql/databaseInstance:DatabaseInstance"


def configure(config: Properties, stack: str) -> Where:
    """A stack has its own project, unless the provider names one."""
    project = config.get("project") or f"sandbox-{hashlib.sha256(stack.encode()).hexdigest()[:8]}"
    return _in_project(project, config)


def _in_project(project: str, config: Properties) -> Where:
    return Where(
        scopes={"region": f"gcp/{project}", "account": f"gcp/{project}", "global": "gcp"},
        facts={"project": project, "number": project_number(project), "region": config["region"]},
        config=config,
    )


def stays(where: Where, known: Properties) -> Where:
    """A resource stays in the project of its state, even if the provider's changes."""
    project = known.get("project")
    return _in_project(project, where.config) if project not in (None, UNKNOWN) else where


def project_number(project: str) -> str:
    """Returns a project's number, which is in the names of identities."""
    return f"{int(hashlib.sha256(project.encode()).hexdigest(), 16) % 9 * 10**11 + 10**11:012d}"


def config_problems(config: Properties) -> Iterable[Problem]:
    """The region is required, because the sandbox reads no environment variable; labels have Google's alphabet."""
    region = config.get("region")
    if region is None:
        yield "region", "no region; set gcp.Provider(region=...)"
    elif region != UNKNOWN and not REGION.fullmatch(region):
        yield "region", f"invalid value for region: {region}"
    for key, value in as_map(config.get("defaultLabels")).items():
        if not LABEL_KEY.fullmatch(key) or (value != UNKNOWN and not LABEL_VALUE.fullmatch(value)):
            yield "defaultLabels", f"{key}={value!r} is no label: a-z, 0-9, _ and -, a letter first in keys, at most 63"


def may_be_deleted(subject: Subject) -> None:
    """Refuses to delete a resource with deletion policy PREVENT."""
    if subject.inputs.get("deletionPolicy") == "PREVENT":
        raise Refused(f"cannot destroy {subject.id}: deletion_policy is PREVENT")


def derived(subject: Subject) -> Properties:
    """Every resource has its project; one with labels has its own together with the provider's."""
    types = sdk.resource_shape(subject.token).types
    outputs: Properties = {}
    if "project" in types:
        outputs["project"] = subject.where.facts["project"]
    if "region" in types:
        own = subject.inputs.get("region") or subject.old_outputs.get("region")
        outputs["region"] = own or subject.where.facts["region"]
    if "deletionPolicy" in types:  # its default, by the documentation of pulumi-gcp 10
        outputs["deletionPolicy"] = subject.inputs.get("deletionPolicy") or "DELETE"
    if own := {"labels", "resourceLabels"} & types.keys():
        given = subject.inputs.get(own.pop())
        labels = {**as_map(subject.where.config.get("defaultLabels")), **as_map(given)}
        outputs |= {"pulumiLabels": labels, "effectiveLabels": labels}
    return outputs


def project(args: Properties, where: Where) -> Properties:
    """`gcp.organizations.get_project`."""
    name = args.get("projectId") or where.facts["project"]
    return {
        "id": f"projects/{name}",
        "projectId": name,
        "name": name,
        "number": project_number(name),
        "autoCreateNetwork": False,
        "billingAccount": "000000-000000-000000",
        "deletionPolicy": "PREVENT",
        "folderId": "",
        "orgId": "123456789012",
        "labels": {},
        "effectiveLabels": {},
        "pulumiLabels": {},
        "tags": {},
    }


def storage_agent(_args: Properties, where: Where, world: World) -> Properties:
    """`gcp.storage.get_project_service_account`: the first call creates the account, if the API is enabled."""
    if world.find("gcp:projects/service:Service", "service", "storage.googleapis.com") is None:
        raise Refused("Error 403: Cloud Storage API has not been used in this project before or it is disabled")
    email = f"service-{where.facts['number']}@gs-project-accounts.iam.gserviceaccount.com"
    return {
        "id": email,
        "emailAddress": email,
        "member": f"serviceAccount:{email}",
        "project": where.facts["project"],
        "userProject": None,
    }


def sql_authorities(args: Properties, where: Where, world: World) -> Properties:
    """`gcp.sql.get_ca_certs`."""
    instance = world.find(SQL, "id", args["instance"])
    if instance is None:
        raise Refused(f"Error 404: The Cloud SQL instance {args['instance']} does not exist.")
    certs = reveal(instance.outputs)["serverCaCerts"]
    return {
        "id": f"projects/{where.facts['project']}/instances/{args['instance']}",
        "instance": args["instance"],
        "project": where.facts["project"],
        "activeVersion": certs[0]["sha1Fingerprint"],
        "certs": certs,
    }


def sql_instance(args: Properties, where: Where, world: World) -> Properties:
    """`gcp.sql.get_database_instance`: as much of it as the program reads."""
    instance = world.find(SQL, "id", args["name"])
    if instance is None:
        raise Refused(f"Error 404: The Cloud SQL instance {args['name']} does not exist.")
    return {"id": instance.id, "name": instance.id, "settings": [instance.outputs["settings"]]}


INVOKES = {"gcp:organizations/getProject:getProject": project}
ASKS = {
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": storage_agent,
    "gcp:sql/getCaCerts:getCaCerts": sql_authorities,
    "gcp:sql/getDatabaseInstance:getDatabaseInstance": sql_instance,
}
CALL_NEEDS = {
    "gcp:organizations/getProject:getProject": READ_PROJECT,
    "gcp:sql/getCaCerts:getCaCerts": needs("cloudsql.instances.", "get listServerCas"),
    "gcp:sql/getDatabaseInstance:getDatabaseInstance": needs("cloudsql.instances.", "get"),
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": READ_PROJECT,
}
