"""Programs that are told on their standard input what to measure next (data/serve.h), and what is made of
their answers."""

import dataclasses
import os
import statistics
import subprocess
import tempfile


class Program:
    """One of them, while a with-block lasts."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self._environment = {**os.environ, **(environment or {})}
        self._command = [str(part) for part in command]

    def __enter__(self):
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=self._errors, text=True, env=self._environment)
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    def lines(self, *command):
        """What it says to one command."""
        self._process.stdin.write(" ".join(map(str, command)) + "\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            if line == "done\n":
                return said
            said.append(line.rstrip("\n"))
        self._errors.seek(0)
        raise RuntimeError(f"{self.name} ended at {command}; it said {said}\n"
                           + self._errors.read()[-4000:])

    def numbers(self, *command):
        return {name: float(value) for name, value in map(str.split, self.lines(*command))}


@dataclasses.dataclass
class Figure:
    """One number of several rounds."""

    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def spread(self):
        """How far apart the rounds are, as a share of their median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0


def in_turn(rounds, *measures):
    """A-B-A-B: each of `measures` gives a number; what else the machine does meets them all."""
    values = [[] for _ in measures]
    for _ in range(rounds):
        for measure, of_it in zip(measures, values):
            of_it.append(measure())
    return [Figure(of_it) for of_it in values]
