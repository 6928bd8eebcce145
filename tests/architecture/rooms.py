"""A room per resource: layers by file name, no circles between rooms, and what a type may touch."""

import re

from arrows import INCLUDE, reaches_grpc

RESOURCE = re.compile(r"^RESOURCE\((\w+), (\w+)\)", re.MULTILINE)
ROOM_FILE = re.compile(r"^services/(\w+)/resources/(\w+)/")

# Beside its room, its proto and tests, a type of the catalogue is named in no C++ file, these apart:
# code lists and schemes are what all Facts are made with, grants are what every call is judged by,
# people are what is erased, and an import register is optional.
MAY_NAME = {
    "Taxonomy": ("services/catalogue/common/codes/", "services/catalogue/common/fields/"),
    "LabelScheme": ("services/catalogue/common/codes/",),
    "Cluster": ("services/catalogue/common/access/party.cc",),
    "Grant": ("services/catalogue/server.cc", "services/catalogue/changes/grants_topic.cc",
              "services/catalogue/changes/relay.cc"),
    "Invitation": ("services/catalogue/server.cc",),
    "Person": ("services/catalogue/erasures/erasures.cc",),
}
MAY_NAME_ANY = ("services/catalogue/import/",)
# Pages say by its word which types they show.
MAY_SAY_ANY = MAY_NAME_ANY + ("services/catalogue/pages/",)
COMMENT = re.compile(r"//[^\n]*")

# The files that a new type is added to: the promise of services/catalogue/README.md.
SIX = ("services/catalogue/types.def", "proto/clusterwire/change/v1/resource_changed.proto",
       "proto/clusterwire/change/v1/change_kind.proto", "proto/CMakeLists.txt",
       "tests/contracts/baseline.txt", "services/catalogue/README.md")


def check(files):
    """files: {path: text}. Returns findings 'path: text' or 'path:line: text'."""
    findings = []
    for service in sorted({p.split("/")[1] for p in files if re.match(r"services/\w+/types\.def$", p)}):
        types = RESOURCE.findall(files[f"services/{service}/types.def"])
        findings += _folders(service, types, files)
        if service == "catalogue":
            findings += [f for noun, room in types for f in _named_outside(noun, room, files)]
        findings += _circles(service, files)
    for path, text in sorted(files.items()):
        if path.endswith((".h", ".cc")) and path.startswith("services/"):
            findings += _layers(path, text, files)
    return findings


def is_test(path):
    return path.endswith("_test.cc") or "/testing/" in path or path.startswith("tests/")


def _folders(service, types, files):
    named = {room for _, room in types}
    there = {m.group(2) for m in map(ROOM_FILE.match, files) if m and m.group(1) == service}
    return [f"services/{service}/resources/{room}: "
            f"{'no folder' if room in named else 'not in types.def'}"
            for room in sorted(named ^ there)]


def _layers(path, text, files):
    """*_service.cc translates and alone includes gRPC; *_facts.cc projects; the rest decides."""
    room = ROOM_FILE.match(path)
    if is_test(path) or not (room or re.match(r"services/\w+/common/", path)):
        return
    for match in INCLUDE.finditer(text):
        included, line = match.group(1), text.count("\n", 0, match.start(1)) + 1
        other = ROOM_FILE.match(included)
        if not path.endswith("_service.cc") and reaches_grpc(included, files):
            yield f"{path}:{line}: includes {included}; only *_service.cc may know gRPC"
        elif included.startswith("libs/sql/"):
            yield f"{path}:{line}: includes {included}; a room knows no SQL"
        elif other and not room:
            yield f"{path}:{line}: includes {included}; what rooms share knows no room"
        elif other and other.group(2) != room.group(2) and included.endswith(
                ("_service.h", "_facts.h")):
            yield f"{path}:{line}: includes {included} of another room; only its rules and states"


def _circles(service, files):
    """Rooms that include each other's headers, by way of any others."""
    uses = {}
    for path, text in files.items():
        room = ROOM_FILE.match(path)
        if not room or room.group(1) != service or is_test(path):
            continue
        others = [m for m in map(ROOM_FILE.match, INCLUDE.findall(text)) if m]
        uses.setdefault(room.group(2), set()).update(m.group(2) for m in others)
    for room in sorted(uses):
        seen, open_ones = set(), [other for other in uses[room] if other != room]
        while open_ones:
            other = open_ones.pop()
            if other == room:
                yield f"services/{service}/resources/{room}: its headers include each other's in a circle"
                break
            if other not in seen:
                seen.add(other)
                open_ones += uses.get(other, set()) - {other}


def _named_outside(noun, room, files):
    """Files that would have to be touched for this type beside its room, its proto and the six."""
    proto = re.sub(r"(?<!^)(?=[A-Z])", "_", noun).lower()
    names = re.compile(rf"\bv1::(Calendar)?{noun}\b|catalogue/v1/{proto}(\.grpc)?\.pb\.h|resources/{room}/")
    word = re.compile(rf'"{proto}"')
    allowed = MAY_NAME.get(noun, ())
    for path, text in sorted(files.items()):
        if not path.endswith((".h", ".cc")) or not path.startswith(("services/catalogue/", "libs/")):
            continue
        if ROOM_FILE.match(path) or is_test(path) or path.startswith(allowed):
            continue
        found = None if path.startswith(MAY_NAME_ANY) else names.search(text)
        if not found and path.startswith("services/catalogue/") and not path.startswith(MAY_SAY_ANY):
            found = word.search(COMMENT.sub(lambda comment: " " * len(comment.group()), text))
        if found:
            line = text.count("\n", 0, found.start()) + 1
            yield (f"{path}:{line}: names {noun}; a type touches its room, its proto and only "
                   + ", ".join(SIX))
