"""Every word of a closed list that people are told says what it is called in each language
(proto/clusterwire/type/v1/wording.proto): kinds of change, the states and kinds of resources, and the
types of resource."""

from google.protobuf import descriptor_pool
from google.protobuf import message_factory

import forms
import rules

WORDING = "clusterwire/type/v1/wording.proto"
CHANGE_KIND = ".clusterwire.change.v1.ChangeKind"
CARRIER, ONEOF = ".clusterwire.change.v1.ResourceChanged", "resource"
# The fields whose words Facts carry in `state` and `kind` (libs/change/vocabulary.cc).
FIELDS = {"state", "kind", "subject"}


def check(descriptors):
    """Returns the findings, each one line 'file: WORDS: text', in order of name."""
    if not any(f.name == WORDING for f in descriptors.file):
        return []
    reader = _Reader(descriptors)
    messages = {name: place for f in rules.ours(descriptors) for name, place in forms._messages(f)}
    enums = {name: place for f in rules.ours(descriptors) for name, place in _enums(f)}
    told = {CHANGE_KIND: ("en", "de")}
    findings = []
    file, _, carrier = messages[CARRIER]
    oneof = [o.name for o in carrier.oneof_decl].index(ONEOF)
    for field in carrier.field:
        if not field.HasField("oneof_index") or field.oneof_index != oneof:
            continue
        thing = reader.thing(field)
        for part, language in [(p, l) for p in ("one", "many") for l in ("en", "de")]:
            if not getattr(getattr(thing, part), language):
                findings.append(f"{file.name}: WORDS: {field.name} does not say what it is called: "
                                f"(clusterwire.type.v1.thing).{part}.{language}")
        for used in messages[field.type_name][2].field:
            if used.name in FIELDS and used.type_name in enums:
                told.setdefault(used.type_name, ("de",))
    for name, languages in sorted(told.items()):
        file, enum = enums[name]
        for value in enum.value[1:]:
            says = reader.says(value)
            findings += [f"{file.name}: WORDS: {value.name} does not say what it is called: "
                         f"(clusterwire.type.v1.says).{language}"
                         for language in languages if not getattr(says, language)]
    return findings


class _Reader:
    """Reads the two options, which descriptor.proto doesn't know."""

    def __init__(self, descriptors):
        pool = descriptor_pool.DescriptorPool()
        for file in descriptors.file:
            pool.Add(file)
        factory = message_factory.MessageFactory(pool)
        self._options = {}
        for name in ("says", "thing"):
            extension = pool.FindExtensionByName(f"clusterwire.type.v1.{name}")
            self._options[name] = (extension.number, factory.GetPrototype(extension.message_type))

    def says(self, value):
        return self._read("says", value)

    def thing(self, field):
        return self._read("thing", field)

    def _read(self, name, described):
        number, prototype = self._options[name]
        message = prototype()
        for found, data in forms.options_of(described):
            if found == number:
                message.MergeFromString(data)
        return message


def _enums(file):
    def walk(prefix, messages, enums):
        for enum in enums:
            yield f"{prefix}.{enum.name}", (file, enum)
        for message in messages:
            yield from walk(f"{prefix}.{message.name}", message.nested_type, message.enum_type)

    yield from walk("." + file.package, file.message_type, file.enum_type)
