"""Probes that ask for what the services really offer, and time enough to stop."""

import re

from manifests import ROOT, containers, of_kind, name_of, pods

STOP_GRACE = 10       # seconds that calls under way get: the default of stop.grace
CLOSING = 20          # and what the parts may take to end after that


def offered(service):
    """The health names that a service answers for: its two own, and its gRPC services."""
    own = f"clusterwire.{service}"
    contracts = (ROOT / f"proto/clusterwire/{service}/v1").glob("*.proto")
    names = [name for contract in contracts
             for name in re.findall(r"^service (\w+)", contract.read_text(), re.MULTILINE)]
    return {f"{own}.live", f"{own}.ready"} | {f"{own}.v1.{name}" for name in names}


def findings(documents):
    for document in of_kind(documents, "Deployment"):
        spec = document["spec"]["template"]["spec"]
        for container in spec["containers"]:
            for trouble in _of_service(container, spec):
                yield f"{name_of(document)}: {trouble}"
    for name, _, spec in pods(documents):
        for container in containers(spec):
            for trouble in _of_names(container):
                yield f"{name} {container['name']}: {trouble}"


def _of_service(container, spec):
    asked = {probe: container.get(f"{probe}Probe", {}).get("grpc", {}).get("service")
             for probe in ("startup", "readiness", "liveness")}
    for probe, name in asked.items():
        if not name:
            yield f"no {probe} probe by a service's name"
    if asked["liveness"] and not asked["liveness"].endswith(".live"):
        yield "liveness asks for more than whether calls are taken"
    if asked["readiness"] and not asked["readiness"].endswith(".ready"):
        yield "readiness asks for something else than whether it is ready"
    before = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    given = spec.get("terminationGracePeriodSeconds", 30)
    if given < before + STOP_GRACE + CLOSING:
        yield f"{given} s to stop are too few for {before} + {STOP_GRACE} + {CLOSING}"


def _of_names(container):
    program = container["command"][0].rsplit("/", 1)[-1] if "command" in container else ""
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        name = container.get(probe, {}).get("grpc", {}).get("service")
        if name and name not in offered(program.removeprefix("clusterwire-")):
            yield f"{probe} asks for {name}, which {program} does not answer for"
