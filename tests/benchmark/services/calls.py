"""Both services with a Kafka: writes, reads, the relay, from a call to a webhook, starts, and what they hold
when nothing happens."""

import os
import pathlib
import subprocess
import tempfile
import time

from data.talk import Figure, Program, in_turn
from delivery import Sink

INTEGRATION = pathlib.Path(__file__).resolve().parents[2] / "integration"
CREATES = {1: ">=1500/s", 8: ">=3500/s", 64: ">=6000/s"}
GETS = (1, 32, 256)
RATES = {100: ("<=20ms", "<=100ms"), 200: ("<=20ms", "<=100ms"), 500: ("", "")}
SUBSCRIBERS = 10
RESOURCES = 93_000


def run(bench, _, part):
    bench.build("services/catalogue/clusterwire-catalogue", "services/notification/clusterwire-notification",
                "services/catalogue/import/clusterwire-import", "sink", "flow_load", "rpc_load", "echo_server",
                "store_load")
    if part in ("", "store"):
        _store(bench)
    if part == "store":
        return
    with _stack(bench) as stack:
        stack.numbers("start")
        rows = Rows(bench, stack)
        for name in [part] if part else ("idle", "start", "creates", "gets", "flow", "relay", "large"):
            getattr(rows, name)()


def _stack(bench):
    """The integration tests' Python, with their packages, stubs and helpers, told what to do."""
    root, build = bench.folder.parents[1], bench.folder.parent
    subprocess.run([INTEGRATION / "prepare", build], check=True)
    python = build / "integration/venv/bin/python"
    stubs = bench.folder / "stubs"
    stubs.mkdir(parents=True, exist_ok=True)
    protos = [str(path.relative_to(root / "proto")) for path in sorted((root / "proto").rglob("*.proto"))]
    subprocess.run([python, "-m", "grpc_tools.protoc", f"--proto_path={root / 'proto'}",
                    f"--python_out={stubs}", f"--grpc_python_out={stubs}", *protos], check=True)
    environment = {"PYTHONPATH": f"{stubs}:{INTEGRATION}", "GRPC_ENABLE_FORK_SUPPORT": "0",
                   "CLUSTERWIRE_BUILD_DIR": str(bench.release),
                   "CLUSTERWIRE_KAFKA_HOME": os.environ.get("CLUSTERWIRE_KAFKA_HOME",
                                                            str(root / ".local/kafka")),
                   "CLUSTERWIRE_GRPCURL": os.environ.get("CLUSTERWIRE_GRPCURL",
                                                         str(root / ".local/bin/grpcurl"))}
    return Program("the stack", [python, "-B", pathlib.Path(__file__).with_name("stack_program.py")],
                   environment)


def _store(bench):
    """The store alone, beside SQLite alone with the same rows, indexes and flush."""
    count = 4_000 if bench.quick else 20_000
    for callers in (64, 8, 1):
        creations = count if callers == 64 else count // 4

        def rate(whose):
            with tempfile.TemporaryDirectory() as folder:
                return _load(bench, "store_load", whose, folder, callers, creations)["writes_per_second"]

        figure, peer = in_turn(2, lambda: rate("ours"), lambda: rate("raw"))
        bench.report.row(f"store.creates_by_{callers}/sqlite", figure, "/s", peer,
                         ">=10000/s" if callers == 64 else "", more=True)


def _load(bench, program, *arguments):
    done = subprocess.run([bench.program(f"calls/{program}"), *map(str, arguments)], check=True,
                          stdout=subprocess.PIPE, text=True, timeout=600)
    said = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
    if said.get("failed"):
        raise RuntimeError(f"calls of {program} failed: {said}")
    return said


class Rows:
    def __init__(self, bench, stack):
        self._bench, self._stack = bench, stack
        self._address = self._addresses()["catalogue"]
        self._next = 0      # the first number of a cluster that isn't there yet

    def _addresses(self):
        return dict(line.split() for line in self._stack.lines("addresses"))

    def idle(self):
        numbers = self._stack.numbers("idle")
        for name, value in numbers.items():
            self._bench.report.row(f"idle.{name}", Figure([value]), goal="<=40")

    def start(self):
        self._start("start.real_records", "<=150ms")

    def large(self):
        """With many resources a start takes longer; writes don't."""
        until = 10_000 if self._bench.quick else RESOURCES
        before = Figure([self._create(64, 2)["calls_per_second"]])
        while self._next < until:
            self._create(64, 5)
        [figure] = in_turn(self._bench.rounds, lambda: self._create(64, 2)["calls_per_second"])
        self._bench.report.row(f"create.by_64_after_{until}/before", figure, "/s", before, ">=0.9x", more=True)
        self._start(f"start.after_{until}", "" if self._bench.quick else "<=2000ms")

    def _start(self, name, goal):
        [figure] = in_turn(3, lambda: 1e3 * self._stack.numbers("restart")["seconds"])
        self._bench.report.row(name, figure, "ms", goal=goal)

    def _create(self, callers, seconds):
        said = _load(self._bench, "rpc_load", self._address, "create", callers, seconds, self._next)
        self._next = int(said["next"])
        return said

    def creates(self):
        seconds = 2 if self._bench.quick else 5
        self._create(8, 1)      # warm
        for callers, goal in CREATES.items():
            [figure] = in_turn(self._bench.rounds,
                               lambda: self._create(callers, seconds)["calls_per_second"])
            self._bench.report.row(f"create.by_{callers}", figure, "/s", goal=goal)

    def gets(self):
        if not self._next:
            self._create(8, 1)
        with Echo(self._bench) as echo:
            for callers in GETS:
                def get(kind, address):
                    return _load(self._bench, "rpc_load", address, kind, callers,
                                 1 if self._bench.quick else 3)["calls_per_second"]
                figure, peer = in_turn(self._bench.rounds, lambda: get("get", self._address),
                                       lambda: get("echo", echo.address))
                self._bench.report.row(f"get.by_{callers}/echo", figure, "/s", peer, ">=0.5x", more=True)

    def relay(self):
        [figure] = in_turn(2, lambda: self._stack.numbers("relay")["per_second"])
        self._bench.report.row("relay", figure, "/s", goal=">=20000/s")

    def flow(self):
        """From calls at a steady rate to ten webhooks each."""
        seconds = 4 if self._bench.quick else 10
        with Sink(self._bench) as sink:
            self._stack.lines("subscribe", SUBSCRIBERS, sink.url())
            self._flow(sink, 50, 2)     # warm
            for rate, goals in RATES.items():
                calls, notices = self._flow(sink, rate, seconds)
                to_kafka = [in_kafka - answered for _, answered, in_kafka in calls.values()]
                self._percentiles(f"flow.to_kafka_at_{rate}", to_kafka,
                                  ("", "<=20ms" if rate == 500 else ""))
                late = [arrived - calls[number][0] for number, arrived in notices]
                self._percentiles(f"flow.to_webhook_at_{rate}", late, goals)
                rest = (max(arrived for _, arrived in notices) -
                        max(answered for _, answered, _ in calls.values())) / 1e3
                self._bench.report.row(f"flow.rest_after_{rate}", Figure([rest]), "ms", goal="<=500ms",
                                       remark="until the last webhook, after the last answer")

    def _percentiles(self, name, values, goals):
        values = sorted(values)
        for share, goal in zip((50, 99), goals):
            value = values[int(share / 100 * (len(values) - 1))] / 1e3
            self._bench.report.row(f"{name}.p{share}", Figure([value]), "ms", goal=goal)

    def _flow(self, sink, rate, seconds):
        """By number when each was begun, answered and in Kafka; and (number, arrival) of each notice."""
        sink.get("/arrivals")
        lines = self._stack.lines("flow", self._bench.program("calls/flow_load"), rate, seconds, self._next)
        calls = {int(number): tuple(map(int, times)) for number, *times in map(str.split, lines)}
        self._next += len(calls)
        notices, deadline = [], time.monotonic() + 60
        while len(notices) < SUBSCRIBERS * len(calls):
            notices += [tuple(map(int, line.split())) for line in sink.get("/arrivals").splitlines()]
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(notices)} of {SUBSCRIBERS * len(calls)} notices came")
            time.sleep(0.02)
        return calls, [notice for notice in notices if notice[0] in calls]


class Echo:
    """A bare gRPC server with one answer."""

    def __init__(self, bench):
        self._program = bench.program("calls/echo_server")

    def __enter__(self):
        self._process = subprocess.Popen([self._program, "0"], stdout=subprocess.PIPE, text=True)
        self.address = f"127.0.0.1:{self._process.stdout.readline().strip()}"
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
