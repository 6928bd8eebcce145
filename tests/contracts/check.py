#!/usr/bin/python3
"""usage: check.py [--record] DESCRIPTOR_SET

Checks names and comments of all contracts (rules.py), that texts say what they are (forms.py) and
words what they are called (words.py), and compares them with what was recorded (baseline.txt). --record writes the baseline anew; its diff then shows a reader what changes for
those who use the contracts. The descriptor set is build/contracts.binpb."""

import argparse
import pathlib
import sys

from google.protobuf import descriptor_pb2

import baseline
import forms
import rules
import words

BASELINE = pathlib.Path(__file__).with_name("baseline.txt")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("--record", action="store_true", help="write the baseline anew")
    parser.add_argument("descriptor_set", type=pathlib.Path)
    options = parser.parse_args()
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(options.descriptor_set.read_bytes())

    findings = rules.check(descriptors) + forms.check(descriptors) + words.check(descriptors)
    now = baseline.blocks(descriptors)
    recorded = baseline.parse(BASELINE.read_text()) if BASELINE.exists() else {}
    breaks, additions = baseline.compare(recorded, now)
    if options.record:
        BASELINE.write_text(baseline.render(now))
        print(f"recorded: {len(additions)} lines new, {len(breaks)} lines gone")
        breaks = additions = []
    findings += [f"BREAKS those who use it: {b}" for b in breaks]
    findings += [f"NOT RECORDED yet (tests/contracts/check.py --record): {a}" for a in additions]
    for finding in findings:
        print(finding)
    files = len(rules.ours(descriptors))
    print(f"{files} contract files, {len(now)} types and services, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
