"""Reasons inside the cluster, the same on every cloud."""

from __future__ import annotations

from typing import Final

from tests.program.waits.table import read

FORCED: Final = read(
    """
    Assistant* * <- Assistant/RestrictedNamespace Namespace, DatabaseServer Namespace, VaultServer Namespace
        an object is in a namespace
    DatabaseServer * <- Namespace
        an object is in a namespace
    VaultServer * <- Namespace
        an object is in a namespace
    Assistant/AssistantDatabase Job <- ConfigMap, Secret, DatabaseServer ConfigMap, DatabaseServer Secret
        its pod mounts them
    Assistant/AssistantDatabase Job <- DatabaseServer NetworkPolicy
        a pod reaches nothing until a policy opens the way
    Assistant/AssistantTopics Job <- ConfigMap, Secret
        its pod mounts them
    Assistant/AssistantTopics Job <- NetworkPolicy, Assistant/RestrictedNamespace NetworkPolicy
        a pod reaches nothing until a policy opens the way
    Assistant/AssistantVault Job <- ConfigMap, Secret, VaultServer ConfigMap, VaultServer ServiceAccount
        its pod mounts them, or is them
    Assistant/AssistantVault Job <- Role, RoleBinding
        it writes a Secret of the assistant's namespace
    Assistant/AssistantVault Job <- VaultServer NetworkPolicy
        a pod reaches nothing until a policy opens the way
    Assistant/AssistantVault Job <- VaultServer Release, VaultServer Job
        Vault answers when it runs, is initialised and open
    Assistant/AssistantVault * <- Assistant/AssistantDatabase RandomPassword
        Vault is told the database password to begin with
    Assistant/AssistantVault CronJob <- Job, VaultServer ConfigMap
        it repeats the Job
    Assistant/Secrets * <- Assistant/AssistantDatabase RandomPassword, VaultServer SelfSignedCert
        Rasa is given them
    Assistant/ScriptJob Job <- ConfigMap, Assistant/Secrets ConfigMap, Assistant/Secrets Secret
        its pod mounts them, or is it
    Assistant/ScriptJob Job <- Assistant ServiceAccount
        its pod mounts them, or is it
    Assistant/ScriptJob Job <- Assistant/Network NetworkPolicy, Assistant/RestrictedNamespace NetworkPolicy
        a pod reaches nothing until a policy opens the way
    Assistant/ScriptJob Job <- Assistant/AssistantDatabase Job, Assistant/AssistantVault Job
        it signs in as Rasa will
    Assistant/ScriptJob Job <- Assistant/AssistantTopics Job
        it signs in as Rasa will
    Assistant/ScriptJob Job <- Assistant/AssistantDatabase RandomPassword, Assistant/Secrets RandomPassword
        other secrets are another test
    Assistant Release <- Assistant/Secrets ConfigMap, Assistant/Secrets Secret, Assistant/Secrets RandomId
        the pods mount them, or are it
    Assistant Release <- ServiceAccount
        the pods mount them, or are it
    Assistant Release <- Assistant/Network NetworkPolicy, Assistant/RestrictedNamespace NetworkPolicy
        a pod reaches nothing until a policy opens the way
    Assistant Release <- Assistant/AssistantDatabase Job
        Rasa signs in with the role when it starts
    Assistant Release <- Assistant/AssistantVault Job
        Rasa reads from Vault when it starts
    Assistant Release <- Assistant/AssistantTopics Job
        Rasa writes to its topics from the first conversation on
    VaultServer Release <- Secret, StorageClass
        the pods mount them
    VaultServer Release <- NetworkPolicy
        a pod reaches nothing until a policy opens the way
    VaultServer Job <- ConfigMap, ServiceAccount, Role, RoleBinding
        its pod mounts them, or is it
    VaultServer Job <- NetworkPolicy
        a pod reaches nothing until a policy opens the way
    VaultServer Job <- Release
        it opens what the release has started
    """
)
# What takes time, and is waited for although the first `up` would succeed without.
GATE: Final = read(
    """
    Assistant Release <- Assistant/ScriptJob Job
        what cannot work is told in half a minute, not after the release has timed out
    Assistant/AssistantVault Secret <- Assistant/AssistantDatabase Job
        the schedule brings to Vault what stands there, at any time: a rotated password must hold by then
    """
)
CHOSEN: Final = read(
    """
    Assistant Release <- PodDisruptionBudget
        there is no moment in which all pods may be drained
    Assistant/Secrets Secret <- Assistant/AssistantDatabase Job, Assistant/AssistantVault Job
        a pod must not find a rotated credential before the service takes it
    """
)
