#!/usr/bin/python3
"""The architecture check finds each breach it is there for."""

import unittest

import arrows
import shape


def include(path, header):
    return arrows.check({path: f"#pragma once\n\n#include \"{header}\"\n"})


class Arrows(unittest.TestCase):
    def test_accepts_what_the_table_allows(self):
        for path, header in [
                ("libs/store/row.cc", "libs/sql/database.h"),
                ("libs/search/snapshot.h", "libs/text/fold.h"),
                ("libs/sql/pool.cc", "libs/telemetry/log.h"),
                ("libs/match/matcher.h", "clusterwire/type/v1/facts.pb.h"),
                ("libs/rpc/server/server.cc", "grpcpp/grpcpp.h"),
                ("libs/base/status/error.cc", "google/rpc/status.pb.h"),
                ("services/catalogue/api/label.cc", "clusterwire/catalogue/v1/label.grpc.pb.h"),
                ("services/notification/ledger/records.cc", "libs/sql/database.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertEqual(include(path, header), [])

    def test_finds_each_breach(self):
        for path, header in [
                ("libs/base/time/clock.h", "libs/telemetry/log.h"),
                ("libs/telemetry/log.h", "libs/config/load.h"),
                ("libs/sql/pool.h", "libs/store/store.h"),
                ("libs/filter/terms/terms.h", "libs/search/snapshot.h"),
                ("libs/text/fold.h", "clusterwire/type/v1/facts.pb.h"),
                ("libs/store/store.h", "services/catalogue/types.h"),
                ("libs/store/store.cc", "sqlite3.h"),
                ("libs/store/store.cc", "libpq-fe.h"),
                ("services/catalogue/changes/relay.cc", "librdkafka/rdkafka.h"),
                ("services/notification/channels/webhook/webhook_channel.cc", "curl/curl.h"),
                ("services/notification/feeds/feed.cc", "httplib.h"),
                ("services/catalogue/changes/relay.cc", "grpcpp/grpcpp.h"),
                ("services/catalogue/services.h", "clusterwire/catalogue/v1/label.grpc.pb.h"),
                ("services/catalogue/domain/label.h", "libs/sql/database.h"),
                ("services/catalogue/domain/label.h", "grpcpp/support/status.h"),
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

    def test_domain_may_know_the_caller_but_not_through_a_header_that_brings_grpc(self):
        files = {"services/catalogue/domain/a.h": '#include "libs/rpc/call/caller.h"\n',
                 "libs/rpc/call/caller.h": '#include "libs/base/status/error.h"\n'}
        self.assertEqual(arrows.check(files), [])
        files["libs/rpc/call/caller.h"] = '#include <grpcpp/server_context.h>\n'
        self.assertEqual(len(arrows.check(files)), 1)

    def test_the_table_has_no_cycle(self):
        for library in arrows.LIBRARIES:
            for used in arrows.reach(library) - {library}:
                self.assertNotIn(library, arrows.reach(used))


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

    def test_finds_sleeping_tests_wildcards_and_work_left_for_later(self):
        self.assertIn(":2: a test sleeps", self.only("libs/a/a_test.cc", "\nabsl::SleepFor(x);\n"))
        self.assertIn("wildcard", self.only("libs/a/CMakeLists.txt", "file(GLOB x *.cc)\n"))
        self.assertIn(":1: left", self.only("libs/a/a.cc", "// TO" + "DO: all of it\n"))


if __name__ == "__main__":
    unittest.main()
