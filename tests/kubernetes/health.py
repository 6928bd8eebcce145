"""Probes that ask for what the services really offer, and time enough to stop."""

from manifests import containers, name_of, of_kind, option, pods

STOP_GRACE = 10       # seconds that calls under way get: the default of stop.grace
CLOSING = 20          # and what the parts may take to end after that
# The paths of the HTTP port that answer with the states of clusterwire.SERVICE.live and .ready.
PATHS = {"startup": "/livez", "readiness": "/readyz", "liveness": "/livez"}


def findings(documents):
    for document in of_kind(documents, "Deployment"):
        spec = document["spec"]["template"]["spec"]
        for container in spec["containers"]:
            for trouble in _of_service(container, spec):
                yield f"{name_of(document)}: {trouble}"
    for name, _, spec in pods(documents):
        for container in containers(spec):
            if any("grpc" in container.get(f"{probe}Probe", {}) for probe in PATHS):
                yield f"{name} {container['name']}: kubelet's gRPC probe speaks no TLS and shows no token"


def _of_service(container, spec):
    scheme = "HTTPS" if option(container, "LISTEN__TLS__CERTIFICATE_FILE") else "HTTP"
    for probe, path in PATHS.items():
        asked = container.get(f"{probe}Probe", {}).get("httpGet", {})
        if not asked:
            yield f"no {probe} probe by a path"
        elif asked["path"] != path:
            yield f"{probe} asks for {asked['path']} instead of {path}"
        elif asked["port"] != "metrics" or asked.get("scheme", "HTTP") != scheme:
            yield f"{probe} doesn't ask the port metrics by {scheme}"
    before = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    given = spec.get("terminationGracePeriodSeconds", 30)
    if given < before + STOP_GRACE + CLOSING:
        yield f"{given} s to stop are too few for {before} + {STOP_GRACE} + {CLOSING}"
