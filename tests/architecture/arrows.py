"""Which part may include which, and who may touch which packaged library."""

import re

# A library and what it may use; base and telemetry are open to all, except to each other's base.
# What a used library may use is allowed too: arrows point down only.
LIBRARIES = {
    "base": set(),
    "telemetry": {"base"},
    "config": {"base"},
    "template": set(),
    "text": {"base"},
    "calendar": {"base", "text"},
    "sql": {"base"},
    "store": {"base", "sql"},
    "facts": {"store", "filter"},
    "resource": {"facts", "filter", "store"},
    "kafka": {"base"},
    "http": {"base"},
    "mail": {"http"},
    "filter": {"base", "text"},
    "search": {"filter"},
    "match": {"filter"},
    "change": {"base", "filter", "kafka", "text"},
    "rpc": {"base", "telemetry"},
    "api": {"resource", "rpc", "text"},
    "identity": {"http", "rpc"},
    "service": {"config", "http", "identity", "kafka", "rpc", "sql"},
}

# Contracts that a library may know, with those of the libraries it uses; its tests may use any.
# Services know all but the other service's own.
PROTOS = {
    "calendar": {"clusterwire/type/v1"},
    "base": {"google/rpc"},
    "text": {"clusterwire/type/v1"},
    "store": {"clusterwire/type/v1"},
    "filter": {"clusterwire/type/v1"},
    "facts": {"clusterwire/type/v1"},
    "change": {"clusterwire/change/v1", "clusterwire/type/v1"},
    "rpc": {"clusterwire/type/v1", "libs/rpc/health", "libs/rpc/reflection", "libs/rpc/token"},
    "service": {"clusterwire/config/v1", "clusterwire/type/v1"},
}
FOREIGN_CONTRACT = {"catalogue": "clusterwire/notification/", "notification": "clusterwire/catalogue/"}

# A packaged library: its headers, and the one library of ours that includes them.
PACKAGED = [
    ("SQLite and libpq", re.compile(r"^(sqlite3|libpq-fe)\.h$"), re.compile(r"^libs/sql/")),
    ("libical", re.compile(r"^libical/"), re.compile(r"^libs/calendar/")),
    ("librdkafka", re.compile(r"^librdkafka/"), re.compile(r"^libs/kafka/")),
    # One multi handle serves both (libs/http/transfer_loop.h).
    ("libcurl", re.compile(r"^curl/"), re.compile(r"^libs/(http|mail)/")),
    ("libidn2 and httplib", re.compile(r"^idn2\.h$|^httplib\.h$"), re.compile(r"^libs/http/")),
    ("OpenSSL", re.compile(r"^openssl/"), re.compile(r"^libs/base/")),
    ("nlohmann-json", re.compile(r"^nlohmann/"), re.compile(r"^libs/base/")),
    ("ICU", re.compile(r"^unicode/"), re.compile(r"^libs/text/")),
    ("S2", re.compile(r"^s2/"), re.compile(r"^libs/filter/")),
    ("mimalloc", re.compile(r"^mimalloc"), re.compile(r"^libs/base/")),
    ("cjose", re.compile(r"^cjose/"), re.compile(r"^libs/identity/")),
    ("ctemplate", re.compile(r"^ctemplate/"), re.compile(r"^libs/template/")),
    ("prometheus-cpp", re.compile(r"^prometheus/"), re.compile(r"^libs/telemetry/")),
]

# gRPC is for those who translate: two libraries, handlers, servers, clients and tests.
GRPC = re.compile(r"^grpc(pp)?/|\.grpc\.pb\.h$")
MAY_INCLUDE_GRPC = re.compile(
    r"^libs/(rpc|api)/|^services/.*(_service\.cc|_test\.cc|/testing/\w+\.(h|cc))$"
    r"|^services/\w+/(services|server)\.|^services/catalogue/import/client/")
PACKAGED.append(("gRPC", GRPC, MAY_INCLUDE_GRPC))

# What any part may include: ours, the contracts, protobuf, Abseil and the system's headers.
OPEN = re.compile(r"^(libs|services|clusterwire|absl|google|sys|netinet|arpa)/|^[a-z_]+$"
                  r"|^(dirent|dlfcn|fcntl|malloc|netdb|poll|pthread|pwd|signal|stdlib|unistd)\.h$")
FOR_TESTS = re.compile(r"^(gtest|gmock)/")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def check(files):
    """files: {path: text}. Returns findings 'path:line: text'."""
    libraries = {p.split("/")[1] for p in files if p.startswith("libs/") and p.endswith(".h")}
    findings = [f"libs/{name}: no row in tests/architecture/arrows.py"
                for name in sorted(libraries - set(LIBRARIES))]
    for path, text in sorted(files.items()):
        if not path.endswith((".h", ".cc")) or not path.startswith(("libs/", "services/")):
            continue
        for match in INCLUDE.finditer(text):
            trouble = _trouble(path, match.group(1))
            if trouble:
                line = text.count("\n", 0, match.start(1)) + 1
                findings.append(f"{path}:{line}: {trouble}")
    return findings


def reach(library):
    """The libraries that `library` may include, itself among them."""
    found, open_ones = {library}, [library]
    if library != "base":
        open_ones += ["base"] if library == "telemetry" else ["base", "telemetry"]
    while open_ones:
        name = open_ones.pop()
        found.add(name)
        open_ones += LIBRARIES.get(name, set()) - found
    return found


def _trouble(path, included):
    kind, part = path.split("/")[:2]
    for name, headers, places in PACKAGED:
        if headers.search(included) and not places.search(path):
            return f"includes {included}; {name} is for {places.pattern} only"
    packaged = any(headers.search(included) for _, headers, _ in PACKAGED)
    tested = FOR_TESTS.search(included) and (path.endswith("_test.cc") or "/testing/" in path)
    if not packaged and not tested and not OPEN.search(included):
        return f"includes {included}, of a library without a row in tests/architecture/arrows.py"
    if included.endswith(".grpc.pb.h") and path.endswith(".h") and "/testing/" not in path:
        return f"a header includes {included}; stubs stay in .cc files"
    return _of_library(path, part, included) if kind == "libs" else (
        _of_service(path, part, included))


def _of_library(path, part, included):
    allowed = reach(part)
    if included.startswith("services/"):
        return f"a library includes {included}"
    if included.startswith("libs/") and included.split("/")[1] not in allowed:
        return f"libs/{part} may not use {included}; it may use {', '.join(sorted(allowed))}"
    in_test = path.endswith("_test.cc") or "/testing/" in path
    if included.endswith(".pb.h") and not in_test and not included.startswith("google/protobuf/"):
        contracts = {p for name in allowed for p in PROTOS.get(name, ())}
        if included.rpartition("/")[0] not in contracts:
            return f"libs/{part} may not know {included}"
    return None


def _of_service(path, part, included):
    if included.startswith("services/") and not included.startswith(f"services/{part}/"):
        return f"services/{part} includes {included} of another service"
    if included.startswith(FOREIGN_CONTRACT.get(part, "-")):
        return f"services/{part} includes {included}, the other service's own contract"
    return None


def reaches_grpc(header, files):
    """Whether including this header of ours brings gRPC's headers with it."""
    seen, open_ones = set(), [header]
    while open_ones:
        name = open_ones.pop()
        if GRPC.search(name):
            return True
        if name not in seen:
            seen.add(name)
            open_ones += INCLUDE.findall(files.get(name, ""))
    return False
