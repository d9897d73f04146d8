"""Identities, their roles, and the locks that keep resources from being deleted."""

import re
from collections.abc import Iterable, Sequence

from catalogue.azure.needs import crud
from catalogue.azure.provider import GUID, LOCK, arm, name_matches, refers_to, resource_id
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject, World, paths
from catalogue.rules import text_at
from catalogue.wire import Properties, as_list, as_map, at_path

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
DEFINITION = "azure-native:authorization:RoleDefinition"
IDENTITY_ID = resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName")
MOST_CREDENTIALS = 20
BLOBS = "/blobServices/default"
SECRET_OF_A_VAULT = re.compile(r"(?P<vault>/Microsoft[.]KeyVault/vaults/[^/]+)/secrets/[A-Za-z0-9-]{1,127}")
ACTION = re.compile(r"\*|Microsoft\.\w+(/[\w*]+)*/(read|write|delete|action|\*)")
# Azure's built-in roles that the sandbox supports.
BUILT_IN = {
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": "Azure Kubernetes Service RBAC Cluster Admin",
    "4abbcc35-e782-43d8-92c5-2d3f1bd2253f": "Azure Kubernetes Service Cluster User Role",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
}


def identities_ref(path: str) -> Ref:
    """Identities of a resource."""
    return refers_to(path, "managedidentity:UserAssignedIdentity", hold="free")


def identities_of(subject: Subject) -> Properties | None:
    """Returns the `identity` output of a resource: a map, although the input has a list."""
    given = as_map(subject.inputs.get("identity"))
    if not given:
        return None
    records = {id: subject.world.find(IDENTITY, "id", id) for id in as_list(given.get("userAssignedIdentities"))}
    known = {
        id: {key: record.outputs[key] for key in ("clientId", "principalId")} if record else {}
        for id, record in records.items()
    }
    return {**given, "userAssignedIdentities": known} if known else given


def may(world: World, identity_id: str, role: str, scope: str) -> bool:
    """Returns whether an identity has a role over a resource. An identity of another subscription has all roles."""
    identity = world.find(IDENTITY, "id", identity_id)
    return identity is None or any(
        grant.inputs["principalId"] == identity.outputs["principalId"]
        and grant.inputs["roleDefinitionId"].endswith(f"/{role}")
        and f"{scope}/".startswith(f"{grant.inputs['scope']}/")
        for grant in world.all(ASSIGNMENT)
    )


def _federation_is_possible(subject: Subject) -> None:
    issuer, claim = text_at(subject, "issuer"), text_at(subject, "subject")
    if issuer and not issuer.startswith("https://"):
        raise Refused(f"BadRequest: Federated Identity Credential Issuer {issuer!r} is not a valid https URL")
    if claim.startswith("system:") and claim.count(":") != 3:
        raise Refused(f"BadRequest: subject {claim!r} is not system:serviceaccount:<namespace>:<name>")


def _federation_is_new(subject: Subject) -> None:
    siblings = [
        other
        for other in subject.world.all(CREDENTIAL)
        if other.urn != subject.urn and other.id.startswith(f"{subject.fill(IDENTITY_ID)}/")
    ]
    if len(siblings) >= MOST_CREDENTIALS:
        raise Refused(f"BadRequest: Too many Federated Identity Credentials; at most {MOST_CREDENTIALS}")
    for other in siblings:
        if (other.inputs["issuer"], other.inputs["subject"]) == (subject.inputs["issuer"], subject.inputs["subject"]):
            raise Refused("BadRequest: Issuer and subject combination already exists for this Managed Identity.")


def _role_has_its_form(subject: Subject) -> None:
    if definition := text_at(subject, "roleDefinitionId"):
        before, _, role = definition.rpartition("/")
        if not GUID.fullmatch(role) or not before.endswith("/providers/Microsoft.Authorization/roleDefinitions"):
            raise Refused(f"BadRequestFormat: The role definition ID '{definition}' is not valid.")


def _definition_ref() -> Ref:
    """The assigned role: a built-in or a custom one."""

    def made(subject: Subject) -> Iterable[str]:
        definition = text_at(subject, "roleDefinitionId")
        return [] if definition.rpartition("/")[2] in BUILT_IN else [definition]

    return Ref(
        path="roleDefinitionId",
        to=(DEFINITION,),
        values=made,
        not_found="RoleDefinitionDoesNotExist: The specified role definition with ID '{value}' does not exist.",
    )


def _role_fits_the_scope(subject: Subject) -> None:
    """A custom role can be assigned only in the scopes that it names."""
    definition = subject.world.find(DEFINITION, "id", subject.inputs["roleDefinitionId"])
    if definition is None:
        return
    scopes = as_list(definition.inputs.get("assignableScopes"))
    if not any(f"{subject['scope']}/".startswith(f"{scope}/") for scope in scopes):
        raise Refused(f"BadRequest: The role '{definition.id}' is not assignable at scope '{subject['scope']}'.")


def _definition_is_possible(subject: Subject) -> None:
    id, scopes = text_at(subject, "roleDefinitionId"), as_list(subject.inputs.get("assignableScopes"))
    if id and not GUID.fullmatch(id):
        raise Refused(f"InvalidRoleDefinitionId: '{id}' is not a GUID.")
    if not subject.inputs.get("roleName"):
        raise Refused("InvalidRoleName: a custom role needs a name")
    if not scopes:
        raise Refused("MissingAssignableScopes: a custom role names where it can be assigned")
    for permission in map(as_map, as_list(subject.inputs.get("permissions"))):
        for action in (*as_list(permission.get("actions")), *as_list(permission.get("dataActions"))):
            if not ACTION.fullmatch(str(action)):
                raise Refused(f"InvalidActionOrNotAction: '{action}' does not match any of the actions")


def _principal_is_found(subject: Subject) -> None:
    """A new identity takes time to reach all of Entra. If the type is given, Azure does not look for it."""
    identity = subject.world.find(IDENTITY, "principalId", subject.inputs["principalId"])
    given = subject.inputs.get("principalType")
    if identity and not given:
        raise Refused(
            f"PrincipalNotFound: Principal {subject.inputs['principalId']} does not exist in the directory. If you are "
            "creating this principal and then immediately assigning a role, set principalType to ServicePrincipal"
        )
    is_deployer = subject.inputs["principalId"] == subject.where.facts["deployer"]
    if (identity or is_deployer) and given not in (None, "ServicePrincipal"):
        raise Refused(
            f"UnmatchedPrincipalType: The PrincipalId '{subject.inputs['principalId']}' has type 'ServicePrincipal', "
            f"which is different from specified PrincipalType '{given}'."
        )
    if not identity and not is_deployer and given != "Group":
        raise Refused(f"PrincipalNotFound: Principal {subject.inputs['principalId']} does not exist in the directory.")


def _grant_is_new(subject: Subject) -> None:
    keys = ("scope", "principalId", "roleDefinitionId")
    for other in subject.world.all(ASSIGNMENT):
        if other.urn != subject.urn and all(other.inputs[key] == subject.inputs[key] for key in keys):
            raise Refused("RoleAssignmentExists: The role assignment already exists.")


def _assignment_id(subject: Subject) -> str:
    name = subject.inputs.get("roleAssignmentName") or subject.seed.guid("assignment")
    return f"{subject['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"


def scope_ref(path: str, tokens: Sequence[str], *, secrets: bool = False) -> Ref:
    """A reference to any resource, its blob service, or a secret of a vault; in another subscription, to nothing."""

    def own(subject: Subject) -> Iterable[str]:
        mine = f"/subscriptions/{subject.where.facts['subscription']}/"
        values = (str(value).removesuffix(BLOBS) for value in at_path(subject.inputs, path))
        if secrets:
            values = (SECRET_OF_A_VAULT.sub(r"\g<vault>", value) for value in values)
        return [value for value in values if value.startswith(mine)]

    return Ref(path=path, to=tuple(tokens), hold="owned", values=own, not_found="ResourceNotFound: scope '{value}'")


ENTRIES = [
    arm(
        "managedidentity:UserAssignedIdentity", "Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName",
        outputs={
            "principalId": lambda subject: subject.seed.guid("principal"),
            "clientId": lambda subject: subject.seed.guid("client"),
            "tenantId": "{tenant}",
        },
        checks=(name_matches("resourceName", r"[A-Za-z0-9][\w-]{2,127}", "InvalidResourceName: 3-128 characters"),),
    ),
    arm(
        "managedidentity:FederatedIdentityCredential",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "resourceName federatedIdentityCredentialResourceName",
        parent=IDENTITY,
        checks=(
            name_matches(
                "federatedIdentityCredentialResourceName", r"[A-Za-z0-9][\w-]{2,119}", "BadRequest: 3-120 characters"
            ),
            _federation_is_possible,
        ),
        admits=(_federation_is_new,),
        one_at_a_time=IDENTITY_ID,
        minutes=(Minutes(0.5, 0.5, 0.2, slow=1),),
    ),
]  # fmt: skip


def extensions(tokens: Sequence[str]) -> list[Entry]:
    """Returns resources on other resources of given types: role assignments and locks."""
    return [
        Entry(
            token=ASSIGNMENT,
            id=_assignment_id,
            outputs={
                "name": lambda subject: subject.id.rsplit("/", 1)[1],
                "type": "Microsoft.Authorization/roleAssignments",
            },
            scope="account",
            # A right to a secret can be assigned before the secret exists.
            refers=(scope_ref("scope", tokens, secrets=True), _definition_ref()),
            checks=(_role_has_its_form,),
            admits=(_principal_is_found, _grant_is_new, _role_fits_the_scope),
            taken="RoleAssignmentExists: The role assignment already exists.",
            needs=crud("Authorization/roleAssignments"),
            # A role reaches all parts of Azure after a minute or so; services that need it are tried again until then.
            minutes=(Minutes(1, 1, 0.2, slow=5),),
        ),
        Entry(
            token=DEFINITION,
            id="/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
            outputs={"name": "{roleDefinitionId}", "type": "Microsoft.Authorization/roleDefinitions"},
            replaces_on=paths("roleDefinitionId"),
            scope="account",
            names={"role": "{roleName}"},
            name_scope="global",  # all subscriptions are in one tenant
            refers=(scope_ref("scope", tokens),),
            checks=(_definition_is_possible,),
            in_use="RoleDefinitionHasAssignments: There are existing role assignments referencing role {id}",
            taken="RoleDefinitionWithSameNameExists: A custom role with the same name already exists in this "
            "directory. Use a different name",
            needs=crud("Authorization/roleDefinitions"),
            minutes=(Minutes(0.3, 0.3, 0.2, slow=5),),
        ),
        Entry(
            token=LOCK,
            id="{scope}/providers/Microsoft.Authorization/locks/{lockName}",
            outputs={"name": "{lockName}", "type": "Microsoft.Authorization/locks"},
            replaces_on=paths("lockName scope"),
            scope="account",
            autoname=AutoName(path="lockName", digits=8, separator=""),
            refers=(scope_ref("scope", tokens),),
            needs=crud("Authorization/locks"),
        ),
    ]
