"""Who gets in, and as whom: a finding for each thing that would let in somebody else, or nobody."""

from manifests import containers, name_of, of_kind, option, pods

ISSUER = "CALLERS__ISSUERS__0__"
ACCOUNT = "system:serviceaccount:"
SPARE_DAYS = 7        # that a certificate is good for at least when its successor is there


def findings(documents):
    spaces = {one["metadata"]["name"] for one in of_kind(documents, "Namespace")}
    accounts = {(one["metadata"]["namespace"], one["metadata"]["name"])
                for one in of_kind(documents, "ServiceAccount")}
    audiences = set()
    for document in of_kind(documents, "Deployment"):
        spec = document["spec"]["template"]["spec"]
        for container in spec["containers"]:
            audiences.add(option(container, ISSUER + "AUDIENCE"))
            for trouble in [*_of_listening(container), *_of_issuer(container, spec),
                            *_of_operators(container, spaces, accounts)]:
                yield f"{name_of(document)}: {trouble}"
    for name, _, spec in pods(documents):
        for container in containers(spec):
            yield from (f"{name}: {one}" for one in _of_token(container, spec, audiences))
    for file in of_kind(documents, "ConfigMap"):
        if any("loopback_is_operator" in text for text in file.get("data", {}).values()):
            yield f"{name_of(file)}: says who is an operator by where they call from"
    for service in of_kind(documents, "Service"):
        yield from (f"{name_of(service)}: {one}" for one in _of_names(service, documents))
    for one in of_kind(documents, "Certificate"):
        if _hours(one["spec"]["renewBefore"]) < 24 * SPARE_DAYS:
            yield f"{name_of(one)}: is renewed less than {SPARE_DAYS} days before its end"


def _of_listening(container):
    if option(container, "LISTEN__LOOPBACK_IS_OPERATOR"):
        yield "makes operators of a mesh's proxy and of every port-forward"
    certificate = option(container, "LISTEN__TLS__CERTIFICATE_FILE")
    if bool(certificate) == (option(container, "LISTEN__ALLOW_INSECURE") == "true"):
        yield "neither TLS nor the word that there is none, or both"


def _of_issuer(container, spec):
    """The files of the cluster's own issuer are where the volume puts them."""
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        if option(container, ISSUER + "TOKEN_FILE") != f"{mount['mountPath']}/token":
            continue
        sources = volumes[mount["name"]]["projected"]["sources"]
        tokens = [one["serviceAccountToken"] for one in sources if "serviceAccountToken" in one]
        if not tokens or "audience" in tokens[0]:
            yield "shows the API server a token that isn't for the API server"
        return
    yield "has no token for the API server"


def _of_operators(container, spaces, accounts):
    operators = (option(container, "CALLERS__OPERATORS") or "").split(",")
    if operators == [""]:
        yield "has no operator"
        return
    name = option(container, ISSUER + "NAME")
    for operator in operators:
        if not operator.startswith(f"{name}:{ACCOUNT}"):
            yield f"{operator} is no service account of the issuer {name}"
            continue
        space, account = operator.removeprefix(f"{name}:{ACCOUNT}").split(":")
        if account == "*" and space in spaces:
            yield f"{operator} makes an operator of every pod beside it"
        if account != "*" and space not in spaces:
            yield f"{operator} is in a namespace that is not made here"
        if account != "*" and (space, account) not in accounts:
            yield f"{operator}: no ServiceAccount {account}"


def _of_token(container, spec, audiences):
    arguments = container.get("args", [])
    if "--token_file" not in arguments:
        return
    file = arguments[arguments.index("--token_file") + 1]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        for source in volumes[mount["name"]].get("projected", {}).get("sources", []):
            token = source.get("serviceAccountToken")
            if token and file == f"{mount['mountPath']}/{token['path']}":
                if {token.get("audience")} != audiences:
                    yield "its token is for somebody else than the services"
                return
    yield f"no token is put at {file}"


def _of_names(service, documents):
    """Where cert-manager makes the certificate, it is for the names that callers use."""
    name, space = service["metadata"]["name"], service["metadata"]["namespace"]
    certificates = [one for one in of_kind(documents, "Certificate")
                    if one["spec"]["secretName"] == f"{name}-tls"]
    for one in certificates:
        if missing := {f"{name}.{space}.svc", name} - set(one["spec"]["dnsNames"]):
            yield f"its certificate lacks {sorted(missing)}"


def _hours(duration):
    return int(duration.removesuffix("h"))
