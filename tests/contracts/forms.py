"""Every text that a request can set says what it is (proto/clusterwire/type/v1/text.proto), so that
it is brought to one form at the door."""

from google.protobuf import descriptor_pb2
from google.protobuf import unknown_fields

import rules

FIELD_OPTIONS = ".google.protobuf.FieldOptions"
OPTION = "form"

# Names and stamps of the AIPs: what they are, and that they are kept as they come, is known.
STANDARD = {"name", "names", "etag", "parent", "request_id", "page_token", "cursor"}


def check(descriptors):
    """Returns the findings, each one line 'file:line: TEXT_FORM: text', in order of place."""
    numbers = {e.number for f in descriptors.file for e in f.extension
               if e.extendee == FIELD_OPTIONS and e.name == OPTION}
    messages = {name: place for f in rules.ours(descriptors) for name, place in _messages(f)}
    findings = []
    for name in sorted(_set_by_requests(descriptors, messages)):
        file, path, message = messages[name]
        for i, field in enumerate(message.field):
            if field.type != field.TYPE_STRING or _is_standard(field) or _is_googles(file):
                continue
            place = _place(file, path + (rules.FIELD, i))
            if place and place.leading_comments.strip().startswith("Output only"):
                continue
            if not numbers & {number for number, _ in options_of(field)}:
                line = place.span[0] + 1 if place else 1
                findings.append(f"{file.name}:{line}: TEXT_FORM: {message.name}.{field.name} does not "
                                f"say what its text is: [(clusterwire.type.v1.form) = FORM_…]")
    return findings


def _is_googles(file):
    """Carries no option of ours; the rules of what holds one check its texts."""
    return file.package in rules.UNVERSIONED_PACKAGES


def options_of(field):
    """Pairs of number and value of the options that descriptor.proto doesn't have."""
    return [(o.field_number, o.data) for o in unknown_fields.UnknownFieldSet(field.options)]


def _is_standard(field):
    return field.name in STANDARD or field.name.endswith("_id")


def _messages(file):
    def walk(prefix, path, kind, messages):
        for i, message in enumerate(messages):
            here = path + (kind, i)
            yield f"{prefix}.{message.name}", (file, here, message)
            yield from walk(f"{prefix}.{message.name}", here, rules.NESTED_MESSAGE,
                            message.nested_type)

    yield from walk("." + file.package, (), rules.MESSAGE, file.message_type)


def _set_by_requests(descriptors, messages):
    """The messages that requests are made of."""
    open_ones = [m.input_type for f in descriptors.file for s in f.service for m in s.method]
    found = set()
    while open_ones:
        name = open_ones.pop()
        if name in found or name not in messages:
            continue
        found.add(name)
        open_ones += [f.type_name for f in messages[name][2].field
                      if f.type == descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE]
    return found


def _place(file, path):
    return next((l for l in file.source_code_info.location if tuple(l.path) == path), None)
