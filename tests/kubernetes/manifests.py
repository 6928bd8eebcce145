"""What an overlay renders to, and the way to what matters in it."""

import base64
import functools
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy/kubernetes"
OVERLAYS = {"production": KUBERNETES / "overlays/production",
            "try": KUBERNETES / "overlays/try",
            "own": ROOT / "tests/kubernetes/own"}       # on top of production


@functools.cache
def render(overlay):
    """The documents of an overlay."""
    return list(yaml.safe_load_all(render_text(overlay)))


@functools.cache
def render_text(overlay):
    made = subprocess.run(
        [ROOT / ".local/bin/kustomize", "build", OVERLAYS[overlay]],
        capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise AssertionError(f"overlay {overlay} is not rendered: {made.stderr}")
    return made.stdout


@functools.cache
def external(overlay):
    """The documents that the overlay needs and its operator makes: what is made inside, by
    cert-manager or as a ConfigMap, must not lean on them."""
    if overlay == "try":
        return []
    text = (OVERLAYS["production"] / "external.example.yaml").read_text()
    if overlay == "own":
        text += "---\n" + (KUBERNETES / "components/mails/external.example.yaml").read_text()
    made = {one["spec"]["secretName"] for one in of_kind(render(overlay), "Certificate")}
    return [one for one in yaml.safe_load_all(text)
            if one["kind"] != "Secret" or one["metadata"]["name"] not in made]


def name_of(document):
    return f"{document['kind']}/{document['metadata']['name']}"


def of_kind(documents, *kinds):
    return [document for document in documents if document["kind"] in kinds]


def pods(documents):
    """(name, labels, spec) of everything that makes pods; a claim's volume is among the volumes."""
    for document in of_kind(documents, "Deployment", "StatefulSet", "Job"):
        template = document["spec"]["template"]
        claims = [{"name": claim["metadata"]["name"], "persistentVolumeClaim": {}}
                  for claim in document["spec"].get("volumeClaimTemplates", [])]
        spec = {**template["spec"], "volumes": template["spec"].get("volumes", []) + claims}
        yield name_of(document), template["metadata"].get("labels", {}), spec


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def option(container, name):
    """What the environment says of an option of either service's configuration; None: nothing."""
    for variable in container.get("env", []):
        if variable["name"].split("__", 1)[0].startswith("CLUSTERWIRE_") and \
                variable["name"].split("__", 1)[1:] == [name]:
            return variable.get("value")
    return None


def values(documents, kind, name):
    """What a ConfigMap or a Secret holds, by key; None where it isn't there. Kubernetes makes one
    ConfigMap in every namespace; cert-manager makes a Secret for each Certificate."""
    if (kind, name) == ("ConfigMap", "kube-root-ca.crt"):
        return {"ca.crt": ""}
    if kind == "Secret" and any(one["spec"]["secretName"] == name
                                for one in of_kind(documents, "Certificate")):
        return {"tls.crt": "", "tls.key": "", "ca.crt": ""}
    for document in of_kind(documents, kind):
        if document["metadata"]["name"] == name:
            data = document.get("data", {})
            if kind == "Secret":
                data = {key: base64.b64decode(value).decode() for key, value in data.items()}
            return {**data, **document.get("stringData", {})}
    return None
