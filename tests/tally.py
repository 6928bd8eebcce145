#!/usr/bin/python3
"""usage: tally.py RESULTS_DIR

Adds up a test run: each GoogleTest case counts, and each other ctest entry once. RESULTS_DIR holds
ctest's own ctest*.xml and, under cases/, what each GoogleTest program wrote. The last line printed
is 'N passed, N failed'; the exit code tells the same."""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def cases(folder):
    """Returns {program: (passed, failed, skipped)}; a program run several times wrote several files."""
    found = {}
    for path in sorted(folder.glob("*.xml")):
        program = re.sub(r"_\d+$", "", path.stem)
        passed, failed, skipped = found.get(program, (0, 0, 0))
        for case in xml.parse(path).iter("testcase"):
            if case.find("failure") is not None:
                failed += 1
            elif case.get("result") == "skipped" or case.find("skipped") is not None:
                skipped += 1
            elif case.get("status") == "run":
                passed += 1
        found[program] = (passed, failed, skipped)
    return found


def tally(results):
    """Returns (passed, failed, skipped, names of failed ctest entries)."""
    by_program = cases(results / "cases")
    passed = failed = skipped = 0
    failed_entries = []
    for path in sorted(results.glob("ctest*.xml")):
        for entry in xml.parse(path).iter("testcase"):
            name, ran = entry.get("name"), entry.get("status") == "run"
            if not ran:
                failed_entries.append(name)
            good, bad, left_out = by_program.pop(name, (int(ran), 0, 0))
            # A program that crashed or ran out of time wrote no file, or one without the culprit.
            bad = bad or int(not ran)
            passed, failed, skipped = passed + good, failed + bad, skipped + left_out
    return passed, failed, skipped, failed_entries


def main():
    passed, failed, skipped, failed_entries = tally(pathlib.Path(sys.argv[1]))
    if failed_entries:
        print("failed:", " ".join(failed_entries))
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
