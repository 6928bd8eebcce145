"""Runs the tests named on the command line (see run); where none is, all *_test.py that have
something to do with this run's database: a module may name its own in DATABASES. Of those
CLUSTERWIRE_PART=2/3 takes the second third; with CLUSTERWIRE_CLAIMS=FOLDER, a folder that the parts
share, each part takes the next that no other has, so that all end at the same time. Where
GTEST_OUTPUT=xml:FOLDER/ is set, writes FOLDER/REPORT.xml, so that each test method counts."""

import importlib
import os
import pathlib
import sys
import time
import unittest
import xml.etree.ElementTree as xml

import shared

HERE = pathlib.Path(__file__).resolve().parent
PART, PARTS = map(int, os.environ.get("CLUSTERWIRE_PART", "1/1").split("/"))
# As the entry of ctest is called.
REPORT = {"sqlite": "integration", "postgresql": "integration_postgres"}[shared.DATABASE] + f"_{PART}"


class Result(unittest.TextTestResult):
    """Tells of each test as it ends, and keeps what the report needs."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.cases = []      # (test, seconds, what went wrong or None)
        self._began = 0.0

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._keep(test, None)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._keep(test, self._exc_info_to_string(err, test))

    # A class or a module that could not be set up comes here too, in place of its tests.
    def addError(self, test, err):
        super().addError(test, err)
        self._keep(test, self._exc_info_to_string(err, test))

    # A test with subtests that failed gets no addSuccess.
    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._keep(subtest, self._exc_info_to_string(err, test))

    def _keep(self, test, trouble):
        self.cases.append((test, time.monotonic() - self._began, trouble))


def write_report(cases, path):
    suite = xml.Element("testsuite", name=REPORT)
    for test, seconds, trouble in cases:
        case = xml.SubElement(suite, "testcase", name=str(test.id()), status="run",
                              result="completed", time=f"{seconds:.3f}")
        if trouble:
            xml.SubElement(case, "failure", message="failed").text = trouble
    path.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(suite).write(path, encoding="utf-8")


def all_of_this_database():
    """Those with COUNTS_RECORDS come before those that add some to the shared stack; then the largest
    first: one that takes long and comes last keeps all others waiting."""
    paths = sorted(HERE.glob("*_test.py"), key=lambda path: (-path.stat().st_size, path.stem))
    modules = [importlib.import_module(path.stem) for path in paths]
    modules.sort(key=lambda module: not getattr(module, "COUNTS_RECORDS", False))
    return [module.__name__ for module in modules
            if shared.DATABASE in getattr(module, "DATABASES", [shared.DATABASE])]


def is_claimed(name, folder):
    """Whether this part is the first to ask for it."""
    try:
        (folder / f"{shared.DATABASE}.{name}").touch(exist_ok=False)
        return True
    except FileExistsError:
        return False


class Share(unittest.TestSuite):
    """What this part takes of all modules, each when the one before has ended."""

    _cleanup = False

    def __iter__(self):
        load = unittest.TestLoader().loadTestsFromName
        claims = os.environ.get("CLUSTERWIRE_CLAIMS")
        for index, name in enumerate(all_of_this_database()):
            if (is_claimed(name, pathlib.Path(claims)) if claims else index % PARTS == PART - 1):
                yield load(name)


def main():
    named = sys.argv[1:]
    tests = unittest.TestLoader().loadTestsFromNames(named) if named else Share()
    with shared.everything():
        result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(tests)
        if not result.wasSuccessful():
            shared.keep_logs()
    output = os.environ.get("GTEST_OUTPUT", "")
    if output.startswith("xml:") and output.endswith("/"):
        write_report(result.cases, pathlib.Path(output.removeprefix("xml:")) / f"{REPORT}.xml")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
