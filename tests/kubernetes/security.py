"""Pod Security "restricted", and what we ask on top. A finding is a line of text."""

from manifests import containers, pods

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
           "projected", "secret"}


def findings(documents):
    for name, _, spec in pods(documents):
        for trouble in _of_pod(spec):
            yield f"{name}: {trouble}"
        for container in containers(spec):
            for trouble in _of_container(container, spec.get("securityContext", {})):
                yield f"{name} {container['name']}: {trouble}"
    for document in documents:
        if document["kind"] == "ServiceAccount" and document.get(
                "automountServiceAccountToken") is not False:
            yield f"ServiceAccount/{document['metadata']['name']}: hands out a token"
        if document["kind"] == "Namespace" and document["metadata"].get("labels", {}).get(
                "pod-security.kubernetes.io/enforce") != "restricted":
            yield f"Namespace/{document['metadata']['name']}: does not enforce 'restricted'"


def _of_pod(spec):
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is set"
    for volume in spec.get("volumes", []):
        for kind in set(volume) - {"name"} - VOLUMES:
            yield f"volume {volume['name']} is a {kind}"
    if spec.get("securityContext", {}).get("sysctls"):
        yield "sysctls are set"
    if spec.get("automountServiceAccountToken") is not False:
        yield "the service account's token is mounted"


def _of_container(container, pod):
    own = container.get("securityContext", {})
    both = {**pod, **own}
    if both.get("runAsNonRoot") is not True:
        yield "runAsNonRoot is not true"
    if not both.get("runAsUser"):
        yield "runAsUser is root's, or the image's"
    if both.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "no seccomp profile"
    if own.get("privileged"):
        yield "is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "its root can be written"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield "does not drop ALL capabilities"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if own.get("procMount", "Default") != "Default":
        yield "procMount is set"
    for port in container.get("ports", []):
        if port.get("hostPort"):
            yield f"takes port {port['hostPort']} of the node"
    resources = container.get("resources", {})
    for side in ("requests", "limits"):
        for what in ("cpu", "memory"):
            if what not in resources.get(side, {}):
                yield f"no {what} among its {side}"
    name, _, tag = container["image"].rpartition(":")
    if not name or "/" in tag or tag == "latest":
        yield f"image {container['image']} is not pinned"
