"""Whether what a document names exists: a finding for each that doesn't."""

from manifests import containers, name_of, of_kind, pods, values


def findings(documents, external=()):
    """`external` are documents that are applied beside these."""
    known = list(documents) + list(external)
    yield from _places(documents)
    for name, labels, spec in pods(documents):
        account = spec.get("serviceAccountName", "default")
        if not any(found["metadata"]["name"] == account
                   for found in of_kind(documents, "ServiceAccount")):
            yield f"{name}: no ServiceAccount {account}"
        for trouble in _of_volumes(spec, known):
            yield f"{name}: {trouble}"
        for container in containers(spec):
            for trouble in _of_container(container, known):
                yield f"{name} {container['name']}: {trouble}"
        if not any(selects(policy["spec"]["podSelector"], labels) and
                   policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
                   for policy in of_kind(documents, "NetworkPolicy")):
            yield f"{name}: no NetworkPolicy closes it"
    yield from _of_selectors(documents)
    yield from _of_callers(documents)


def selects(selector, labels):
    """Whether a label selector takes these labels."""
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] not in ("In", "NotIn"):
            raise ValueError(f"operator {expression['operator']}")
        inside = labels.get(expression["key"]) in expression["values"]
        if inside != (expression["operator"] == "In"):
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def _places(documents):
    spaces = {found["metadata"]["name"] for found in of_kind(documents, "Namespace")}
    for document in documents:
        if document["kind"] != "Namespace" and document["metadata"].get("namespace") not in spaces:
            yield f"{name_of(document)}: its namespace is not made here"


def _missing(known, kind, source, keys):
    found = values(known, kind, source)
    if found is None:
        yield f"no {kind} {source}"
        return
    for key in keys:
        if key not in found:
            yield f"{kind} {source} has no key {key}"


def _of_volumes(spec, known):
    names = {volume["name"] for volume in spec["volumes"]}
    for volume in spec["volumes"]:
        sources = volume.get("projected", {}).get("sources", [volume])
        for source in sources:
            for field, kind, named in (("configMap", "ConfigMap", "name"),
                                       ("secret", "Secret", "name" if source is not volume
                                        else "secretName")):
                if field in source:
                    keys = [item["key"] for item in source[field].get("items", [])]
                    yield from _missing(known, kind, source[field][named], keys)
    mounted = {mount["name"] for container in containers(spec)
               for mount in container.get("volumeMounts", [])}
    for name in sorted(names - mounted):
        yield f"volume {name} is mounted nowhere"
    for name in sorted(mounted - names):
        yield f"no volume {name}"


def _of_container(container, known):
    for variable in container.get("env", []):
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if reference := variable.get("valueFrom", {}).get(field):
                yield from _missing(known, kind, reference["name"], [reference["key"]])
    ports = container.get("ports", [])
    known_ports = {port["containerPort"] for port in ports} | {port.get("name") for port in ports}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        for how in ("grpc", "httpGet", "tcpSocket"):
            asked = container.get(probe, {}).get(how)
            if asked and asked["port"] not in known_ports:
                yield f"{probe} asks port {asked['port']}, which it does not have"


def _of_selectors(documents):
    templates = [(labels, spec) for _, labels, spec in pods(documents)]
    for document in of_kind(documents, "Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = document["spec"]
        selector = (spec.get("podSelector") if document["kind"] == "NetworkPolicy" else
                    spec["selector"] if document["kind"] == "PodDisruptionBudget" else
                    {"matchLabels": spec["selector"]})
        chosen = [pod for labels, pod in templates if selects(selector, labels)]
        excluding = any(expression["operator"] == "NotIn"
                        for expression in selector.get("matchExpressions", []))
        if not chosen and not excluding:
            yield f"{name_of(document)}: selects no pod"
        named = {port.get("name") for pod in chosen for container in containers(pod)
                 for port in container.get("ports", [])}
        asked = [port.get("targetPort") for port in spec.get("ports", [])]
        asked += [port["port"] for rule in spec.get("ingress", [])
                  for port in rule.get("ports", [])]
        for port in asked:
            if isinstance(port, str) and port not in named:
                yield f"{name_of(document)}: no pod it selects has a port {port}"
    for document in of_kind(documents, "Deployment"):
        labels = document["spec"]["template"]["metadata"]["labels"]
        if not any(selects(budget["spec"]["selector"], labels)
                   for budget in of_kind(documents, "PodDisruptionBudget")):
            yield f"{name_of(document)}: no PodDisruptionBudget"


def _of_callers(documents):
    """A pod of the namespace may be let in by a policy, and kept from going out by another."""
    out = [rule for policy in of_kind(documents, "NetworkPolicy")
           if selects(policy["spec"]["podSelector"], {"app.kubernetes.io/name": "a-caller"})
           for rule in policy["spec"].get("egress", [])]
    for name, labels, spec in pods(documents):
        if not name.startswith("Deployment/"):
            continue
        served = {port["containerPort"] for container in containers(spec)
                  for port in container["ports"] if port["name"] == "grpc"}
        if not any(served & {port["port"] for port in rule["ports"]} and
                   any("namespaceSelector" not in to and selects(to["podSelector"], labels)
                       for to in rule["to"] if "podSelector" in to)
                   for rule in out):
            yield f"{name}: no NetworkPolicy lets a caller of the namespace out to it"
