#!/usr/bin/python3
"""The architecture check finds each breach it is there for."""

import unittest

import arrows
import metrics
import rooms
import shape


def include(path, header):
    return arrows.check({path: f"#pragma once\n\n#include \"{header}\"\n"})


class Arrows(unittest.TestCase):
    def test_accepts_what_the_table_allows(self):
        for path, header in [
                ("libs/store/row.cc", "libs/sql/database.h"),
                ("libs/search/index.h", "libs/text/text.h"),
                ("libs/sql/pool.cc", "libs/telemetry/log.h"),
                ("libs/match/matcher.h", "clusterwire/type/v1/facts.pb.h"),
                ("libs/rpc/server/server.cc", "grpcpp/grpcpp.h"),
                ("libs/base/status/error.cc", "google/rpc/status.pb.h"),
                ("services/catalogue/resources/labels/label_service.cc",
                 "clusterwire/catalogue/v1/label.grpc.pb.h"),
                ("services/notification/ledger/records.cc", "libs/sql/database.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertEqual(include(path, header), [])

    def test_finds_each_breach(self):
        for path, header in [
                ("libs/base/time/clock.h", "libs/telemetry/log.h"),
                ("libs/telemetry/log.h", "libs/config/load.h"),
                ("libs/sql/pool.h", "libs/store/store.h"),
                ("libs/filter/terms/terms.h", "libs/search/index.h"),
                ("libs/text/text.h", "clusterwire/change/v1/change_kind.pb.h"),
                ("libs/store/store.h", "services/catalogue/types.h"),
                ("libs/store/store.cc", "sqlite3.h"),
                ("libs/store/store.cc", "libpq-fe.h"),
                ("services/catalogue/changes/relay.cc", "librdkafka/rdkafka.h"),
                ("services/notification/channels/webhook/webhook_channel.cc", "curl/curl.h"),
                ("services/notification/feeds/feed.cc", "httplib.h"),
                ("libs/rpc/token/token.cc", "openssl/hmac.h"),
                ("libs/telemetry/log.cc", "nlohmann/json.hpp"),
                ("libs/filter/words.cc", "unicode/unistr.h"),
                ("libs/search/snapshot.cc", "s2/s2cell_id.h"),
                ("services/catalogue/watch_metrics.cc", "prometheus/counter.h"),
                ("libs/http/client.cc", "zlib.h"),
                ("libs/text/text.cc", "boost/locale.hpp"),
                ("libs/text/text.cc", "gtest/gtest.h"),
                ("services/catalogue/changes/relay.cc", "grpcpp/grpcpp.h"),
                ("services/catalogue/services.h", "clusterwire/catalogue/v1/label.grpc.pb.h"),
                ("services/catalogue/types.cc", "services/notification/server.h"),
                ("services/catalogue/types.cc", "clusterwire/notification/v1/subscriber.pb.h"),
                ("services/notification/ingest/a.cc", "clusterwire/catalogue/v1/label.pb.h"),
        ]:
            with self.subTest(path=path, header=header):
                findings = include(path, header)
                self.assertEqual(len(findings), 1)
                self.assertTrue(findings[0].startswith(f"{path}:3: "))

    def test_a_library_needs_a_row(self):
        self.assertEqual(arrows.check({"libs/unheard/of.h": "#pragma once\n"}),
                         ["libs/unheard: no row in tests/architecture/arrows.py"])

    def test_the_table_has_no_cycle(self):
        for library in arrows.LIBRARIES:
            for used in arrows.reach(library) - {library}:
                self.assertNotIn(library, arrows.reach(used))


LABELS = "services/catalogue/resources/labels"
PROGRAMMES = "services/catalogue/resources/programmes"


class Rooms(unittest.TestCase):
    def findings(self, files):
        """Of a tree with two rooms and `files` besides."""
        tree = {"services/catalogue/types.def":
                "RESOURCE(Label, labels)\nRESOURCE(Programme, programmes)\n",
                f"{LABELS}/label_rules.h": "", f"{PROGRAMMES}/programme_rules.h": ""}
        return rooms.check({**tree, **files})

    def only(self, path, text, **more):
        findings = self.findings({path: text, **more})
        self.assertEqual(len(findings), 1, findings)
        return findings[0]

    def test_accepts_a_room_that_asks_another_rooms_rules(self):
        self.assertEqual(self.findings({
            f"{LABELS}/label_service.cc": '#include "clusterwire/catalogue/v1/label.grpc.pb.h"\n',
            f"{LABELS}/label_rules.cc": f'#include "{PROGRAMMES}/programme_rules.h"\n',
            "services/catalogue/common/fields/checks.h": '#include "libs/base/text/strings.h"\n',
            "services/catalogue/testing/world.h": f'#include "{LABELS}/label_rules.h"\n',
        }), [])

    def test_a_room_and_the_list_of_types_name_each_other(self):
        self.assertIn("budgets: not in types.def",
                      self.only("services/catalogue/resources/budgets/budget_rules.h", ""))
        self.assertIn("calls: no folder", self.only(
            "services/catalogue/types.def",
            "RESOURCE(Label, labels)\nRESOURCE(Programme, programmes)\nRESOURCE(Call, calls)\n"))

    def test_layers_are_file_names(self):
        for path, header, trouble in [
                (f"{LABELS}/label_rules.cc", "grpcpp/support/status.h", "only *_service.cc"),
                (f"{LABELS}/label_facts.cc", "libs/sql/database.h", "knows no SQL"),
                (f"{LABELS}/label_rules.cc", f"{PROGRAMMES}/programme_facts.h", "another room"),
                ("services/catalogue/common/resource.h", f"{LABELS}/label_rules.h",
                 "knows no room"),
        ]:
            with self.subTest(path=path, header=header):
                findings = self.findings({path: f'#include "{header}"\n'})
                self.assertTrue(any(trouble in finding for finding in findings), findings)

    def test_rules_may_know_the_caller_but_not_through_a_header_that_brings_grpc(self):
        rules = {f"{LABELS}/label_rules.cc": '#include "libs/rpc/call/call_context.h"\n'}
        self.assertEqual(self.findings({**rules, "libs/rpc/call/call_context.h": ""}), [])
        brings = {"libs/rpc/call/call_context.h": "#include <grpcpp/server_context.h>\n"}
        self.assertEqual(len(self.findings({**rules, **brings})), 1)

    def test_rooms_form_no_circle(self):
        findings = self.findings({
            f"{LABELS}/label_rules.cc": f'#include "{PROGRAMMES}/programme_rules.h"\n',
            f"{PROGRAMMES}/programme_rules.cc": f'#include "{LABELS}/label_rules.h"\n'})
        self.assertEqual(len(findings), 2)
        self.assertIn("in a circle", findings[0])

    def test_a_type_is_named_in_its_room_alone(self):
        self.assertIn("timers/timer_runner.cc:2: names Label", self.only(
            "services/catalogue/timers/timer_runner.cc", "\nv1::Label label;\n"))
        self.assertIn("search/applier.cc:1: names Programme", self.only(
            "services/catalogue/search/applier.cc",
            '#include "clusterwire/catalogue/v1/programme.pb.h"\n'))
        self.assertIn("fields/facts_fields.cc:1: names Label", self.only(
            "services/catalogue/common/fields/facts_fields.cc", 'if (facts.type() == "label") {}\n'))
        self.assertEqual(self.findings({
            "services/catalogue/common/fields/checks.h": '// "label.sectors" of "label" and "sectors"\n',
            "services/catalogue/pages/register_page.cc": 'filter->add_types("label");\n'}), [])


class Shape(unittest.TestCase):
    def only(self, path, text, **more):
        files = {path: text, "libs/a/README.md": "", **more}
        findings = shape.check(files)
        self.assertEqual(len(findings), 1, findings)
        return findings[0]

    def test_accepts_a_plain_tree(self):
        self.assertEqual(shape.check({"README.md": "", ".ci/run": "", "libs/a/README.md": "",
                                      "libs/a/a.cc": "void A() {\n}\n"}), [])

    def test_finds_a_stray_top_level_name(self):
        self.assertIn("notes.txt", self.only("notes.txt", ""))

    def test_finds_a_part_without_readme(self):
        self.assertIn("services/b/README.md: missing", self.only("services/b/b.cc", ""))

    def test_finds_long_files_mains_and_functions(self):
        self.assertIn("501 lines", self.only("libs/a/a.cc", "int a;\n" * 501))
        self.assertIn("41 lines", self.only("libs/a/main.cc", "int a;\n" * 41))
        for opening, closing in [("void A(int b) {", "}"),
                                 ("absl::Status A::B(int b,\n    char c) const {", "}"),
                                 ("A::A(int b)\n    : b_(b) {", "}"),
                                 ("TEST(A, Holds) {", "}")]:
            with self.subTest(opening=opening):
                rest = 69 - opening.count("\n")
                body = "    if (F('{', \"{(\")) G();  // {\n"
                self.assertEqual(shape.check({"libs/a/README.md": "", "libs/a/a.cc":
                                              f"{opening}\n{body * (rest - 1)}{closing}\n"}), [])
                text = f"namespace a {{\nclass A {{\n{opening}\n{body * rest}{closing}\n}};\n}}\n"
                self.assertIn(":3: a function of 71 lines", self.only("libs/a/a.cc", text))

    def test_finds_crowded_folders_and_counts_no_tests(self):
        crowd = {f"libs/a/part{i}.cc": "" for i in range(19)}
        self.assertEqual(shape.check({"libs/a/README.md": "", **crowd,
                                      **{f"libs/a/part{i}_test.cc": "" for i in range(19)}}), [])
        self.assertIn("libs/a: 21 files", self.only("libs/a/one_more.cc", "", **crowd))

    def test_finds_sleeping_tests_wildcards_and_work_left_for_later(self):
        self.assertIn(":2: a test sleeps", self.only("libs/a/a_test.cc", "\nabsl::SleepFor(x);\n"))
        self.assertIn("wildcard", self.only("libs/a/CMakeLists.txt", "file(GLOB x *.cc)\n"))
        self.assertIn(":1: left", self.only("libs/a/a.cc", "// TO" + "DO: all of it\n"))


class Metrics(unittest.TestCase):
    def test_finds_what_is_not_explained_or_twice_and_what_is_not_there(self):
        tree = {"libs/a/a.cc": 'Counter("clusterwire_a_total");',
                "libs/a/a_test.cc": 'Counter("clusterwire_made_up");',
                "deploy/README.md": "| `clusterwire_a_total` |"}
        self.assertEqual(metrics.check(tree), [])
        self.assertIn("not say what clusterwire_b is",
                      metrics.check({**tree, "libs/a/b.h": '"clusterwire_b"'})[0])
        self.assertIn("speaks of clusterwire_a_total",
                      metrics.check({**tree, "libs/a/a.cc": ""})[0])
        self.assertIn("says twice what clusterwire_a_total",
                      metrics.check({**tree, "deploy/README.md": 2 * tree["deploy/README.md"]})[0])


if __name__ == "__main__":
    unittest.main()
