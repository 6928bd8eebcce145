"""Naming and comment rules over a descriptor set.

The rules are those of buf's groups STANDARD and COMMENTS, by their names there, less the three
about request and response names, which the AIPs contradict (GetCluster answers a Cluster).
LANGUAGE_OPTIONS is ours: what generators for Go and Java need to be told.
"""

import re

from google.protobuf import unknown_fields

PASCAL = re.compile(r"^[A-Z][A-Za-z0-9]*$")
LOWER_SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
UPPER_SNAKE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")
VERSION = re.compile(r"^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$")

# Names and numbers of these are Google's; they carry no version.
UNVERSIONED_PACKAGES = {"google.rpc", "google.type"}

GO_PACKAGES_OF_GOOGLE = {"google/rpc/status.proto": "rpc/status;status",
                         "google/rpc/error_details.proto": "rpc/errdetails;errdetails",
                         "google/type/money.proto": "type/money;money"}

# Numbers of the fields of descriptor.proto that make up a location's path.
PACKAGE, IMPORT, MESSAGE, ENUM, SERVICE, EXTENSION = 2, 3, 4, 5, 6, 7
FIELD, NESTED_MESSAGE, NESTED_ENUM, ONEOF = 2, 3, 4, 8
VALUE = METHOD = 2


def ours(descriptors):
    """The files whose text we write: all but protobuf's own."""
    return [f for f in descriptors.file if not f.name.startswith("google/protobuf/")]


def check(descriptors):
    """Returns the findings, each one line 'file:line: RULE: text', in order of place."""
    owners = {name: f.name for f in descriptors.file for name in _type_names(f)}
    owners |= {(e.extendee, e.number): f.name for f in descriptors.file for e in f.extension}
    findings = []
    for file in ours(descriptors):
        findings += _FileCheck(file, owners).run()
    return findings + _packages(ours(descriptors))


def upper_snake(pascal):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", pascal).upper()


def _type_names(file):
    def walk(prefix, messages, enums):
        for enum in enums:
            yield f"{prefix}.{enum.name}"
        for message in messages:
            yield f"{prefix}.{message.name}"
            yield from walk(f"{prefix}.{message.name}", message.nested_type, message.enum_type)

    yield from walk("." + file.package if file.package else "", file.message_type, file.enum_type)


def _packages(files):
    """One folder a package and one package a folder."""
    folders = {}
    for file in files:
        folders.setdefault(file.package, set()).add(file.name.rpartition("/")[0])
    return [f"{min(f)}: PACKAGE_SAME_DIRECTORY: package {package} lies in {', '.join(sorted(f))}"
            for package, f in sorted(folders.items()) if len(f) > 1]


class _FileCheck:
    def __init__(self, file, owners):
        self.file = file
        self.owners = owners
        # The numbers of the option clusterwire.type.v1.access.
        self.access = {key[1] for key, owner in owners.items()
                       if key[0] == ".google.protobuf.MethodOptions" and owner.endswith("/access.proto")}
        self.places = {tuple(l.path): l for l in file.source_code_info.location}
        self.used = set()
        self.findings = []

    def run(self):
        self._file()
        for i, message in enumerate(self.file.message_type):
            self._message((MESSAGE, i), message)
        for i, enum in enumerate(self.file.enum_type):
            self._enum((ENUM, i), enum)
        for i, service in enumerate(self.file.service):
            self._service((SERVICE, i), service)
        for i, extension in enumerate(self.file.extension):
            self._use(extension.extendee)
            self._field((EXTENSION, i), extension, "extension")
        self._imports()
        return self.findings

    def _report(self, path, rule, text):
        place = self.places.get(path)
        line = place.span[0] + 1 if place else 1
        self.findings.append(f"{self.file.name}:{line}: {rule}: {text}")

    def _name(self, path, rule, pattern, name):
        if not pattern.match(name):
            self._report(path, rule, f"{name} is not written as the rule asks")

    def _comment(self, path, kind, name):
        place = self.places.get(path)
        if not place or not place.leading_comments.strip():
            self._report(path, f"COMMENT_{kind}", f"{name} has no comment above it")

    def _file(self):
        folder, _, base = self.file.name.rpartition("/")
        package = self.file.package
        self._name((), "FILE_LOWER_SNAKE_CASE", LOWER_SNAKE, base.removesuffix(".proto"))
        if self.file.syntax != "proto3":
            self._report((), "SYNTAX_SPECIFIED", 'the file does not say syntax = "proto3"')
        if not package:
            self._report((), "PACKAGE_DEFINED", "the file names no package")
            return
        if package.replace(".", "/") != folder:
            self._report((PACKAGE,), "PACKAGE_DIRECTORY_MATCH", f"{package} does not lie in its folder")
        for part in package.split("."):
            self._name((PACKAGE,), "PACKAGE_LOWER_SNAKE_CASE", LOWER_SNAKE, part)
        if package not in UNVERSIONED_PACKAGES and not VERSION.match(package.split(".")[-1]):
            self._report((PACKAGE,), "PACKAGE_VERSION_SUFFIX", f"{package} does not end in a version")
        self._language_options()

    def _language_options(self):
        """Google's messages are found where each language has them already: a program that links a
        second copy of them does not start. So their packages are Google's own."""
        parts = self.file.package.split(".")
        java, go = f"eu.{self.file.package}", f"clusterwire.internal/go/{'/'.join(parts[1:])};{''.join(parts[1:])}"
        if self.file.package in UNVERSIONED_PACKAGES:
            java = f"com.{self.file.package}"
            go = f"google.golang.org/genproto/googleapis/{GO_PACKAGES_OF_GOOGLE.get(self.file.name)}"
        options = self.file.options
        for name, is_set, right in [
                ("go_package", options.go_package, go),
                ("java_package", options.java_package, java),
                ("java_multiple_files", options.java_multiple_files, True)]:
            if is_set != right:
                self._report((), "LANGUAGE_OPTIONS", f"option {name} must be {right}")

    def _imports(self):
        for i, name in enumerate(self.file.dependency):
            if name not in self.used:
                self._report((IMPORT, i), "IMPORT_USED", f"nothing of {name} is used")
        for i in self.file.public_dependency:
            self._report((IMPORT, i), "IMPORT_NO_PUBLIC", f"{self.file.dependency[i]} is passed on")
        for i in self.file.weak_dependency:
            self._report((IMPORT, i), "IMPORT_NO_WEAK", f"{self.file.dependency[i]} is weak")

    def _use(self, type_name):
        self.used.add(self.owners.get(type_name))

    def _message(self, path, message):
        if message.options.map_entry:
            for field in message.field:
                self._use(field.type_name)
            return
        self._name(path, "MESSAGE_PASCAL_CASE", PASCAL, message.name)
        self._comment(path, "MESSAGE", message.name)
        for i, field in enumerate(message.field):
            self._field(path + (FIELD, i), field, message.name)
        synthetic = {f.oneof_index for f in message.field if f.proto3_optional}
        for i, oneof in enumerate(message.oneof_decl):
            if i not in synthetic:
                self._name(path + (ONEOF, i), "ONEOF_LOWER_SNAKE_CASE", LOWER_SNAKE, oneof.name)
                self._comment(path + (ONEOF, i), "ONEOF", f"{message.name}.{oneof.name}")
        for i, nested in enumerate(message.nested_type):
            self._message(path + (NESTED_MESSAGE, i), nested)
        for i, enum in enumerate(message.enum_type):
            self._enum(path + (NESTED_ENUM, i), enum)

    def _use_options(self, options):
        """Counts options of our own as uses of the files that declare them; their numbers."""
        numbers = {o.field_number for o in unknown_fields.UnknownFieldSet(options)}
        for number in numbers:
            self._use((f".{options.DESCRIPTOR.full_name}", number))
        return numbers

    def _field(self, path, field, scope):
        self._use(field.type_name)
        self._use_options(field.options)
        self._name(path, "FIELD_LOWER_SNAKE_CASE", LOWER_SNAKE, field.name)
        self._comment(path, "FIELD", f"{scope}.{field.name}")

    def _enum(self, path, enum):
        self._name(path, "ENUM_PASCAL_CASE", PASCAL, enum.name)
        self._comment(path, "ENUM", enum.name)
        if enum.options.allow_alias:
            self._report(path, "ENUM_NO_ALLOW_ALIAS", f"{enum.name} allows two names for a number")
        prefix = upper_snake(enum.name) + "_"
        for i, value in enumerate(enum.value):
            place = path + (VALUE, i)
            self._use_options(value.options)
            self._name(place, "ENUM_VALUE_UPPER_SNAKE_CASE", UPPER_SNAKE, value.name)
            self._comment(place, "ENUM_VALUE", value.name)
            if not value.name.startswith(prefix):
                self._report(place, "ENUM_VALUE_PREFIX", f"{value.name} does not start {prefix}")
            if value.number == 0 and not value.name.endswith("_UNSPECIFIED"):
                self._report(place, "ENUM_ZERO_VALUE_SUFFIX",
                             f"{value.name} is zero and does not end _UNSPECIFIED")
        if enum.value and enum.value[0].number != 0:
            self._report(path, "ENUM_FIRST_VALUE_ZERO", f"{enum.name} does not start at zero")

    def _service(self, path, service):
        self._name(path, "SERVICE_PASCAL_CASE", PASCAL, service.name)
        self._comment(path, "SERVICE", service.name)
        if not service.name.endswith("Service"):
            self._report(path, "SERVICE_SUFFIX", f"{service.name} does not end in Service")
        for i, method in enumerate(service.method):
            self._name(path + (METHOD, i), "RPC_PASCAL_CASE", PASCAL, method.name)
            self._comment(path + (METHOD, i), "RPC", f"{service.name}.{method.name}")
            stated = self._use_options(method.options)
            if self.access and not self.access & stated:
                self._report(path + (METHOD, i), "RPC_ACCESS",
                             f"{service.name}.{method.name} does not say who may call it")
            self._use(method.input_type)
            self._use(method.output_type)
