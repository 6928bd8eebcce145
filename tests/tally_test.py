#!/usr/bin/python3
"""The tally counts cases, and counts what crashed as failed."""

import pathlib
import tempfile
import unittest

import tally


def entry(name, status):
    return f'<testcase name="{name}" status="{status}"/>'


def case(inside="", result="completed", status="run"):
    return f'<testcase name="c" status="{status}" result="{result}">{inside}</testcase>'


class Tally(unittest.TestCase):
    def tally(self, entries, programs):
        with tempfile.TemporaryDirectory() as folder:
            results = pathlib.Path(folder)
            (results / "cases").mkdir()
            (results / "ctest.xml").write_text(f"<testsuite>{''.join(entries)}</testsuite>")
            for name, cases in programs.items():
                (results / "cases" / f"{name}.xml").write_text(
                    f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
            return tally.tally(results)

    def test_counts_cases_and_other_entries(self):
        self.assertEqual(self.tally([entry("a_test", "run"), entry("format", "run")],
                                    {"a_test": [case(), case(), case(result="skipped")]}),
                         (3, 0, 1, []))

    def test_counts_failed_cases(self):
        self.assertEqual(self.tally([entry("a_test", "fail")],
                                    {"a_test": [case(), case("<failure/>"), case("<failure/>")]}),
                         (1, 2, 0, ["a_test"]))

    def test_adds_the_files_of_a_program_that_ran_twice(self):
        self.assertEqual(self.tally([entry("a_test", "run")],
                                    {"a_test": [case()], "a_test_1": [case(), case()]}),
                         (3, 0, 0, []))

    def test_counts_a_crash_as_a_failure(self):
        self.assertEqual(self.tally([entry("a_test", "fail"), entry("b_test", "fail")],
                                    {"b_test": [case()]}),
                         (1, 2, 0, ["a_test", "b_test"]))


if __name__ == "__main__":
    unittest.main()
