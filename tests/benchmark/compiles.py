#!/usr/bin/env python3
"""usage: compiles.py BUILD_DIR

tests/run builds no benchmark, so that it costs none of its time; so this asks the compiler alone whether each
of their sources is still right, and Python of its own. Prints what isn't; the exit code tells the same."""

import ast
import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def commands(build):
    """The compiler's command for each source, or each unit of them, that checks and makes nothing."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        output = words.index("-o")
        if not words[output + 1].startswith("tests/benchmark/"):
            continue
        words[output:output + 2] = ["-fsyntax-only"]
        yield entry["file"], words, entry["directory"]


def findings_of(command):
    file, words, folder = command
    done = subprocess.run(words, cwd=folder, stderr=subprocess.PIPE, text=True)
    return [f"{file}: {done.stderr}"] if done.returncode else []


def main():
    build = pathlib.Path(sys.argv[1])
    findings = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found in pool.map(findings_of, commands(build)):
            findings += found
    for path in [HERE / "run", *sorted(HERE.rglob("*.py"))]:
        try:
            ast.parse(path.read_text(), path)
        except SyntaxError as error:
            findings.append(f"{path}: {error}")
    print("\n".join(findings) or "all benchmarks compile")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
