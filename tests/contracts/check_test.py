#!/usr/bin/python3
"""The contract check finds what it is there for."""

import unittest

from google.protobuf import descriptor_pb2
from google.protobuf import text_format

import baseline
import forms
import rules
import words

GOOD = """
file {
  name: "clusterwire/demo/v1/thing.proto" package: "clusterwire.demo.v1" syntax: "proto3"
  options { go_package: "clusterwire.internal/go/demo/v1;demov1" java_multiple_files: true
            java_package: "eu.clusterwire.demo.v1" }
  message_type {
    name: "Thing"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "state" number: 2 type: TYPE_ENUM label: LABEL_OPTIONAL
            type_name: ".clusterwire.demo.v1.ThingState" }
    reserved_range { start: 4 end: 6 }
    reserved_name: "old"
  }
  enum_type {
    name: "ThingState"
    value { name: "THING_STATE_UNSPECIFIED" number: 0 }
    value { name: "THING_STATE_OPEN" number: 1 }
  }
  service {
    name: "ThingService"
    method { name: "GetThing" input_type: ".clusterwire.demo.v1.Thing"
             output_type: ".clusterwire.demo.v1.Thing" }
  }
}
"""

PLACES = [(4, 0), (4, 0, 2, 0), (4, 0, 2, 1), (5, 0), (5, 0, 2, 0), (5, 0, 2, 1), (6, 0),
          (6, 0, 2, 0)]


def descriptors(*replacements):
    text = GOOD
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    parsed = text_format.Parse(text, descriptor_pb2.FileDescriptorSet())
    for path in PLACES:
        parsed.file[0].source_code_info.location.add(
            path=path, span=[6, 0, 1], leading_comments=" What it is.\n")
    return parsed


def found(*replacements):
    return {f.split(": ")[1] for f in rules.check(descriptors(*replacements))}


class Forms(unittest.TestCase):
    # Thing is what GetThing is asked with; its field `city` stands in place of `name`.
    def missing(self, option, city="city"):
        parsed = descriptors(('"name"', f'"{city}"'))
        parsed.file[0].extension.add(name="form", number=50002,
                                     extendee=".google.protobuf.FieldOptions")
        parsed.file[0].message_type[0].field[0].options.MergeFromString(option)
        return [f.split(": ")[1:] for f in forms.check(parsed)]

    def test_a_text_of_a_request_has_to_say_what_it_is(self):
        self.assertEqual([f[0] for f in self.missing(b"")], ["TEXT_FORM"])
        self.assertIn("Thing.city", self.missing(b"")[0][1])

    def test_one_that_says_it_and_a_name_are_fine(self):
        self.assertEqual(self.missing(b"\x90\xb5\x18\x01"), [])
        self.assertEqual(self.missing(b"", city="name"), [])
        self.assertEqual(self.missing(b"", city="city_id"), [])


class Words(unittest.TestCase):
    WORDS = """
    file {
      name: "clusterwire/type/v1/wording.proto" package: "clusterwire.type.v1" syntax: "proto3"
      dependency: "google/protobuf/descriptor.proto"
      message_type { name: "Wording"
        field { name: "en" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "de" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
      message_type { name: "ThingWording"
        field { name: "one" number: 1 type: TYPE_MESSAGE label: LABEL_OPTIONAL
                type_name: ".clusterwire.type.v1.Wording" }
        field { name: "many" number: 2 type: TYPE_MESSAGE label: LABEL_OPTIONAL
                type_name: ".clusterwire.type.v1.Wording" } }
      extension { name: "says" number: 50004 type: TYPE_MESSAGE label: LABEL_OPTIONAL
        extendee: ".google.protobuf.EnumValueOptions" type_name: ".clusterwire.type.v1.Wording" }
      extension { name: "thing" number: 50005 type: TYPE_MESSAGE label: LABEL_OPTIONAL
        extendee: ".google.protobuf.FieldOptions" type_name: ".clusterwire.type.v1.ThingWording" }
    }
    file {
      name: "clusterwire/change/v1/change.proto" package: "clusterwire.change.v1" syntax: "proto3"
      dependency: "clusterwire/demo/v1/thing.proto"
      enum_type { name: "ChangeKind" value { name: "CHANGE_KIND_UNSPECIFIED" number: 0 }
                  value { name: "CHANGE_KIND_THING_MADE" number: 1 } }
      message_type { name: "ResourceChanged" oneof_decl { name: "resource" }
        field { name: "thing" number: 20 type: TYPE_MESSAGE label: LABEL_OPTIONAL oneof_index: 0
                type_name: ".clusterwire.demo.v1.Thing" } }
    }"""

    # Each argument is the options that one of them has.
    def missing(self, kind=b"", state=b"", thing=b""):
        parsed = descriptors()
        descriptor_pb2.DESCRIPTOR.CopyToProto(parsed.file.add())
        text_format.Merge(self.WORDS, parsed)
        demo, change = parsed.file[0], parsed.file[-1]
        demo.enum_type[0].value[1].options.MergeFromString(state)
        change.enum_type[0].value[1].options.MergeFromString(kind)
        change.message_type[0].field[0].options.MergeFromString(thing)
        return [f.split("WORDS: ")[1] for f in words.check(parsed)]

    @staticmethod
    def option(number, payload):
        return bytes([(number << 3 | 2) & 0x7F | 0x80, (number << 3 | 2) >> 7 & 0x7F | 0x80,
                      (number << 3 | 2) >> 14, len(payload)]) + payload

    def test_each_word_of_a_list_and_each_type_has_to_say_what_it_is_called(self):
        missing = self.missing()
        for name, text in [("CHANGE_KIND_THING_MADE", "says).en"), ("CHANGE_KIND_THING_MADE", "says).de"),
                           ("THING_STATE_OPEN", "says).de"), ("thing", "thing).one.de"),
                           ("thing", "thing).many.en")]:
            self.assertTrue(any(f.startswith(name) and text in f for f in missing), (name, missing))
        self.assertEqual(len(missing), 7)

    def test_those_that_say_it_are_fine(self):
        both = b"\x0a\x01e\x12\x01d"
        thing = b"\x0a\x06" + both + b"\x12\x06" + both
        self.assertEqual(self.missing(kind=self.option(50004, both),
                                      state=self.option(50004, b"\x12\x01d"),
                                      thing=self.option(50005, thing)), [])


class Access(unittest.TestCase):
    def findings(self, option):
        parsed = descriptors()
        parsed.file[0].service[0].method[0].options.MergeFromString(option)
        parsed.file.add(name="clusterwire/type/v1/access.proto").extension.add(
            name="access", number=50003, extendee=".google.protobuf.MethodOptions")
        return [f for f in rules.check(parsed) if ": RPC_ACCESS: " in f]

    def test_an_rpc_has_to_say_who_may_call_it(self):
        self.assertEqual(len(self.findings(b"")), 1)
        self.assertIn("ThingService.GetThing", self.findings(b"")[0])

    def test_one_that_says_it_is_fine(self):
        self.assertEqual(self.findings(b"\x98\xb5\x18\x01"), [])


class Rules(unittest.TestCase):
    def test_accepts_a_good_file(self):
        self.assertEqual(rules.check(descriptors()), [])

    def test_finds_each_bad_name(self):
        for old, new, rule in [
                ('"Thing"', '"thing"', "MESSAGE_PASCAL_CASE"),
                ('name: "name"', 'name: "Name"', "FIELD_LOWER_SNAKE_CASE"),
                ('name: "ThingState"', 'name: "thingState"', "ENUM_PASCAL_CASE"),
                ("THING_STATE_OPEN", "OPEN", "ENUM_VALUE_PREFIX"),
                ("THING_STATE_OPEN", "THING_STATE_open", "ENUM_VALUE_UPPER_SNAKE_CASE"),
                ("THING_STATE_UNSPECIFIED", "THING_STATE_NONE", "ENUM_ZERO_VALUE_SUFFIX"),
                ("number: 0", "number: 3", "ENUM_FIRST_VALUE_ZERO"),
                ("ThingService", "ThingServer", "SERVICE_SUFFIX"),
                ("GetThing", "get_thing", "RPC_PASCAL_CASE"),
                ("v1/thing.proto", "v1/Thing.proto", "FILE_LOWER_SNAKE_CASE"),
                ("demo/v1/thing", "other/v1/thing", "PACKAGE_DIRECTORY_MATCH"),
                ('package: "clusterwire.demo.v1"', 'package: "clusterwire.demo"',
                 "PACKAGE_VERSION_SUFFIX"),
                ('syntax: "proto3"', 'syntax: "proto2"', "SYNTAX_SPECIFIED"),
                ('syntax: "proto3"', 'syntax: "proto3" dependency: "a.proto"', "IMPORT_USED"),
                ("demo/v1;demov1", "demo/v1", "LANGUAGE_OPTIONS"),
                ("java_multiple_files: true", "", "LANGUAGE_OPTIONS"),
                ("eu.clusterwire.demo.v1", "clusterwire.demo.v1", "LANGUAGE_OPTIONS"),
        ]:
            with self.subTest(rule=rule):
                self.assertIn(rule, found((old, new)))

    def test_finds_each_missing_comment(self):
        for place, kind in zip(PLACES, ["MESSAGE", "FIELD", "FIELD", "ENUM", "ENUM_VALUE",
                                        "ENUM_VALUE", "SERVICE", "RPC"]):
            with self.subTest(place=place):
                bad = descriptors()
                for location in bad.file[0].source_code_info.location:
                    if tuple(location.path) == place:
                        location.leading_comments = " \n"
                findings = rules.check(bad)
                self.assertEqual(len(findings), 1)
                self.assertIn(f"thing.proto:7: COMMENT_{kind}: ", findings[0])

    def test_writes_enum_prefixes_as_buf_does(self):
        self.assertEqual(rules.upper_snake("HTTPStatusCode"), "HTTP_STATUS_CODE")
        self.assertEqual(rules.upper_snake("DatePrecision"), "DATE_PRECISION")


class Baseline(unittest.TestCase):
    def compare(self, *replacements):
        recorded = baseline.parse(baseline.render(baseline.blocks(descriptors())))
        return baseline.compare(recorded, baseline.blocks(descriptors(*replacements)))

    def test_finds_nothing_where_nothing_changed(self):
        self.assertEqual(self.compare(), ([], []))

    def test_a_new_field_is_an_addition(self):
        breaks, additions = self.compare(
            ("reserved_name", "field { name: 'size' number: 3 type: TYPE_INT32 "
                              "label: LABEL_REPEATED } reserved_name"))
        self.assertEqual(breaks, [])
        self.assertEqual(additions, ["message clusterwire.demo.v1.Thing: 3 repeated int32 size"])

    def test_a_changed_number_type_name_or_reservation_breaks(self):
        for old, new, gone in [
                ('"name" number: 1', '"name" number: 9', "1 string name"),
                ("TYPE_STRING", "TYPE_BYTES", "1 string name"),
                ('name: "name"', 'name: "title"', "1 string name"),
                ("start: 4", "start: 5", "reserved 4 to 5"),
                ('"old"', '"older"', 'reserved "old"'),
        ]:
            with self.subTest(new=new):
                breaks, _ = self.compare((old, new))
                self.assertEqual(breaks, [f"message clusterwire.demo.v1.Thing: {gone}"])

    def test_a_removed_rpc_breaks(self):
        breaks, _ = self.compare(("GetThing", "ReadThing"))
        self.assertEqual(len(breaks), 1)
        self.assertIn("rpc GetThing(clusterwire.demo.v1.Thing)", breaks[0])


if __name__ == "__main__":
    unittest.main()
