"""Real processes: started, asked to stop, killed; each by its own id."""

import itertools
import os
import pathlib
import signal
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["CLUSTERWIRE_BUILD_DIR"]).resolve()
NODE = BUILD / "integration/venv/bin/node"
GRPCURL = pathlib.Path(os.environ["CLUSTERWIRE_GRPCURL"]).resolve()
KAFKA_HOME = pathlib.Path(os.environ["CLUSTERWIRE_KAFKA_HOME"]).resolve()

STOPS_WITHIN_SECONDS = 20


def _run_of_the_machine():
    """Which of the runs that go side by side this one is."""
    part = int(os.environ.get("CLUSTERWIRE_PART", "1/1").split("/")[0])
    return 2 * part + (os.environ.get("CLUSTERWIRE_DATABASE") == "postgresql")


# Below the ports that the system gives to those who ask for any, so that no other takes one between
# here and the program's start; each run that goes beside others has some of its own, and begins with
# another one each time.
_FIRST, _COUNT = 10_000 + 2_000 * _run_of_the_machine(), 2_000
_ports = (_FIRST + (os.getpid() * 37 + number) % _COUNT for number in itertools.count())


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    ports = []
    while len(ports) < count:
        port = next(_ports)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
    return ports


class Process:
    """One program. Starting it again adds to the same log."""

    def __init__(self, name, command, log, stop_signal=signal.SIGTERM, environment=None):
        self.name = name
        self.log = log
        self._environment = {**os.environ, **(environment or {})}
        self.command = [*map(str, command)]
        self._stop_signal = stop_signal
        self._child = None
        log.touch()

    def start(self):
        # It dies with us, also when we are killed.
        command = ["setpriv", "--pdeathsig", "KILL", "--", *self.command]
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=self._environment)

    @property
    def running(self):
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self):
        """None once it has ended."""
        return self._child.pid if self.running else None

    def signal_stop(self, by=None):
        self._child.send_signal(by or self._stop_signal)

    def wait(self):
        """Returns the exit code."""
        try:
            return self._child.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{self.name} did not stop within {STOPS_WITHIN_SECONDS} s\n{self.tail()}") from None

    def stop(self, by=None):
        """Asks it to end, by its own signal where none is given; returns the exit code, None when it
        wasn't running."""
        if not self.running:
            return None
        self.signal_stop(by)
        return self.wait()

    def kill(self):
        if self.running:
            self._child.kill()
            self._child.wait()

    def tail(self, lines=15):
        text = self.log.read_text(errors="replace")
        return f"--- the end of {self.log.parent.name}/{self.log.name}:\n" + "\n".join(text.splitlines()[-lines:])
