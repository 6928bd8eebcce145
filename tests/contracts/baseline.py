"""What others rely on, as text: numbers, types and names of fields, values and rpcs, and what is
reserved. One block a type, sorted, so that a change of the contracts is a small readable diff."""

from google.protobuf import descriptor_pb2

from rules import ours

_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {v.number: v.name.removeprefix("TYPE_").lower()
          for v in _FIELD.DESCRIPTOR.enum_types_by_name["Type"].values}


def blocks(descriptors):
    """Returns {'message a.b.C': ['1 string name', …]}."""
    found = {}
    for file in ours(descriptors):
        for message in file.message_type:
            _message(file.package, message, found)
        for enum in file.enum_type:
            _enum(file.package, enum, found)
        for service in file.service:
            found[f"service {file.package}.{service.name}"] = sorted(map(_method, service.method))
        for extension in file.extension:
            head = f"extend {extension.extendee.removeprefix('.')} in {file.package}"
            found.setdefault(head, []).append(_field(None, extension))
    return found


def render(found):
    return "\n".join(f"{head}\n" + "".join(f"  {line}\n" for line in found[head])
                     for head in sorted(found))


def parse(text):
    found, lines = {}, None
    for line in text.splitlines():
        if line.startswith("  "):
            lines.append(line[2:])
        elif line:
            lines = found.setdefault(line, [])
    return found


def compare(recorded, now):
    """Returns (breaks, additions) as lines 'message a.b.C: 1 string name'. A recorded line that is
    gone or different breaks those who hold the old contract."""
    flat = lambda found: {(head, line) for head, lines in found.items() for line in [""] + lines}
    text = lambda pairs: [f"{head}: {line}" if line else head for head, line in sorted(pairs)]
    return text(flat(recorded) - flat(now)), text(flat(now) - flat(recorded))


def _message(scope, message, found):
    name = f"{scope}.{message.name}"
    lines = [_field(message, f) for f in sorted(message.field, key=lambda f: f.number)]
    lines += [f"reserved {r.start}" + (f" to {r.end - 1}" if r.end - 1 > r.start else "")
              for r in sorted(message.reserved_range, key=lambda r: r.start)]
    lines += [f'reserved "{n}"' for n in sorted(message.reserved_name)]
    found[f"message {name}"] = lines
    for nested in message.nested_type:
        _message(name, nested, found)
    for enum in message.enum_type:
        _enum(name, enum, found)


def _field(message, field):
    kind = field.type_name.removeprefix(".") or _TYPES[field.type]
    if field.label == _FIELD.LABEL_REPEATED:
        kind = "repeated " + kind
    elif field.proto3_optional:
        kind = "optional " + kind
    elif field.HasField("oneof_index"):
        kind = f"oneof {message.oneof_decl[field.oneof_index].name} {kind}"
    return f"{field.number} {kind} {field.name}"


def _enum(scope, enum, found):
    lines = [f"{v.number} {v.name}" for v in sorted(enum.value, key=lambda v: v.number)]
    lines += [f"reserved {r.start}" + (f" to {r.end}" if r.end > r.start else "")
              for r in sorted(enum.reserved_range, key=lambda r: r.start)]
    lines += [f'reserved "{n}"' for n in sorted(enum.reserved_name)]
    found[f"enum {scope}.{enum.name}"] = lines


def _method(method):
    stream = lambda on, name: ("stream " if on else "") + name.removeprefix(".")
    return (f"rpc {method.name}({stream(method.client_streaming, method.input_type)}) returns "
            f"({stream(method.server_streaming, method.output_type)})")
