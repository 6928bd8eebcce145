"""A wall clock that a test sets while the programs run: shifted_clock.c, loaded before them."""

import functools
import struct
import subprocess

import shared
from processes import ROOT


@functools.cache
def _library():
    made = shared.folder() / "shifted_clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made,
                    ROOT / "tests/integration/shifted_clock.c", "-ldl"], check=True)
    return made


class WallClock:
    """What one program takes for the time of day. The monotonic clock is everybody's."""

    def __init__(self, name):
        self._file = shared.folder() / f"{name}.clock"
        self.shift = 0
        self.set(0)

    def set(self, seconds):
        """Shows so many seconds more than the machine's clock."""
        self.shift = seconds
        if not self._file.exists():
            self._file.write_bytes(struct.pack("<q", 0))
        with open(self._file, "r+b") as file:       # in place: the program has it mapped
            file.write(struct.pack("<q", int(seconds * 1e9)))

    def step(self, seconds):
        self.set(self.shift + seconds)

    @property
    def environment(self):
        return {"LD_PRELOAD": str(_library()), "SHIFTED_CLOCK": str(self._file)}
