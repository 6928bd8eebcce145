#!/usr/bin/python3
"""usage: check.py [FOLDER]: checks the files that git knows there (default: this checkout)."""

import pathlib
import subprocess
import sys

import arrows
import metrics
import rooms
import shape


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True)
    paths = [p for p in listing.stdout.decode().split("\0") if p and (root / p).is_file()]
    files = {p: (root / p).read_text(errors="replace") for p in paths}

    findings = (arrows.check(files) + metrics.check(files) + rooms.check(files) +
                shape.check(files))
    for finding in findings:
        print(finding)
    print(f"{len(files)} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
