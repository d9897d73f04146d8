"""The project: enabled APIs, Google's own identities, and roles."""

import re

from catalogue.entry import Entry, Minutes, Refused, Rule, Subject, paths
from catalogue.gcp.needs import READ_PROJECT, USE_APIS, policy_of
from catalogue.needs import needs
from catalogue.rules import matches, only

SERVICE = "gcp:projects/service:Service"
SERVICE_IDENTITY = "gcp:projects/serviceIdentity:ServiceIdentity"
IAM_MEMBER = "gcp:projects/iAMMember:IAMMember"
ACCOUNT = "gcp:serviceaccount/account:Account"

# Enabled in every project that the console or the CLI created.
FROM_THE_START = paths("cloudresourcemanager.googleapis.com serviceusage.googleapis.com")
# The identity of each service, which the first request for it creates.
AGENTS = {
    "sqladmin.googleapis.com": "gcp-sa-cloud-sql",
    "redis.googleapis.com": "cloud-redis",
    "container.googleapis.com": "container-engine-robot",
    "secretmanager.googleapis.com": "gcp-sa-secretmanager",
}
ROLE = r"roles/[a-zA-Z0-9_.]+|projects/[a-z0-9-]+/roles/[a-zA-Z0-9_.]+"
MEMBER = (
    r"(user|group|serviceAccount):[^@\s]+@[^@\s]+|domain:\S+|allUsers|allAuthenticatedUsers|"
    r"principal(Set)?://iam\.googleapis\.com/projects/\d+/locations/global/workloadIdentityPools/\S+"
)
ACCOUNT_ID = r"[a-z](?:[-a-z0-9]{4,28}[a-z0-9])"


# Misspelt roles and members are refused, and the project's id instead of its number.
ROLE_AND_MEMBER = (
    matches("role", ROLE, "Error 400: Role {value} is not supported for this resource."),
    matches("member", MEMBER, "Error 400: Invalid principal or member: {value}"),
)


def api(name: str) -> Rule:
    """The API of a service must be enabled before a resource is created."""

    def is_on(subject: Subject) -> None:
        service = f"{name}.googleapis.com"
        if service in FROM_THE_START or subject.world.find(SERVICE, "service", service):
            return
        raise Refused(
            f"Error 403: {service} has not been used in project {subject['number']} before or it is disabled: "
            "SERVICE_DISABLED; the resource must depend on the gcp.projects.Service"
        )

    return is_on


def member_exists(subject: Subject) -> None:
    """IAM checks service accounts of the project and the pools of its clusters; it accepts any others."""
    member, project = str(subject.inputs["member"]), subject["project"]
    email = member.removeprefix("serviceAccount:")
    if email.endswith(f"@{project}.iam.gserviceaccount.com") and not subject.world.find(ACCOUNT, "email", email):
        raise Refused(f"Error 400: Service account {email} does not exist.")
    if found := re.search(r"/projects/(\d+)/locations/global/workloadIdentityPools/([^/]+)/subject/ns/", member):
        number, pool = found.groups()
        if pool != f"{project}.svc.id.goog":
            return
        if number != subject["number"]:
            raise Refused(f"Error 400: Identity Pool {pool} does not exist in project {number}")
        if not subject.world.find("gcp:container/cluster:Cluster", "workloadIdentityConfig.workloadPool", pool):
            raise Refused(f"Error 400: Identity Pool does not exist ({pool}): no cluster has created it yet")


def _api_of_the_agent(subject: Subject) -> None:
    api(str(subject.inputs["service"]).removesuffix(".googleapis.com"))(subject)


def _agent_email(subject: Subject) -> str:
    return f"service-{subject['number']}@{AGENTS[subject.inputs['service']]}.iam.gserviceaccount.com"


ENTRIES = [
    Entry(
        token=SERVICE,
        id="{project}/{service}",
        defaults={"disableOnDestroy": False},  # since terraform-provider-google 7.0
        checks=(
            matches(
                "service",
                r".*\.googleapis\.com",
                "Error 400: {value} is not the name of a service; write it like compute.googleapis.com",
            ),
        ),
        keeps=lambda subject: (
            [] if subject.inputs.get("disableOnDestroy") else [f"API {subject.inputs['service']}, still on"]
        ),
        taken="Error 409: {id} is managed twice",
        needs=USE_APIS,
        # Transcripts: 0.3 to 3 until an enabled API answers.
        minutes=(Minutes(1, 0.1, 0.3, slow=3),),
    ),
    Entry(
        token=SERVICE_IDENTITY,
        id="projects/{project}/services/{service}",
        outputs={"email": _agent_email, "member": "serviceAccount:{email}"},
        checks=(only("service", AGENTS, f"the sandbox has the identities of {sorted(AGENTS)}, not of {{value}}"),),
        admits=(_api_of_the_agent,),
        needs=USE_APIS,
    ),
    Entry(
        token=IAM_MEMBER,
        delete_before_replace=True,  # pulumi-gcp, provider/resources.go
        id="{project}/{role}/{member}",
        outputs={"etag": "BwY{seed:8}="},
        checks=ROLE_AND_MEMBER,
        admits=(member_exists,),
        needs=policy_of("resourcemanager.projects.") + READ_PROJECT,
        minutes=(Minutes(0.2, 0.2, 0.2, slow=2),),
    ),
    Entry(
        token=ACCOUNT,
        id="projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com",
        outputs={
            "email": "{accountId}@{project}.iam.gserviceaccount.com",
            "member": "serviceAccount:{email}",
            "name": "{id}",
            "uniqueId": lambda subject: f"1{int(subject.seed.hex(20), 16) % 10**20:020d}",
        },
        checks=(matches("accountId", ACCOUNT_ID, "account_id ({value!r}) must match {form} (6 to 30)"),),
        admits=(api("iam"),),
        taken="Error 409: Service account {id} already exists",
        needs=needs("iam.serviceAccounts.", "get", "create update enable disable delete"),
    ),
]
