"""Notices in one process (delivery_benchmark.cc), to inboxes and as signed webhooks; beside Alertmanager."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from data.talk import Figure, in_turn

ENDPOINTS = 1000
CHANGES = 20        # in a wave
TEMPLATES = pathlib.Path("/usr/share/prometheus/alertmanager")      # Debian's Alertmanager reads them there


def run(bench, _, part):
    bench.build("delivery_benchmark", "sink")
    measures = {"inboxes": _inboxes, "backlog": _backlog, "dead": _dead}
    for name in [part] if part else measures:
        measures[name](bench)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """The receiver of all that is sent, a process of its own."""

    def __init__(self, bench):
        self._program = bench.program("sink")

    def __enter__(self):
        self.port = free_port()
        self._process = subprocess.Popen([self._program, str(self.port)], stdout=subprocess.PIPE)
        self._process.stdout.readline()
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        return urllib.request.urlopen(self.url(path)).read().decode()

    def count(self):
        return int(self.get("/count"))


def _ours(bench, kind, *arguments):
    """What delivery_benchmark prints, as numbers by name."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([bench.program("delivery_benchmark"), kind, folder, *map(str, arguments)],
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=600)
    said = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
    if said["difference"]:
        raise RuntimeError(f"the ledger doesn't balance: {said}")
    return said


def _rounds(bench):
    return 2 if bench.quick else 3


def _inboxes(bench):
    said = []

    def once():
        said.append(_ours(bench, "inboxes", 45_000, 1))
        return said[-1]["notices_per_second"]

    [figure] = in_turn(_rounds(bench), once)
    bench.report.row("inbox.items", figure, "/s", goal=">=10000/s")
    bench.report.row("inbox.write_ahead_log", Figure([one["log_bytes"] / 1e6 for one in said]), "MB",
                     goal="<=169MB")
    kept = [(one["memory_after_kb"] - one["memory_before_kb"]) / 1e3 for one in said]
    bench.report.row("inbox.memory_kept", Figure(kept), "MB")


def _backlog(bench):
    def ours():
        with Sink(bench) as sink:
            return _ours(bench, "webhooks", ENDPOINTS, CHANGES, sink.url("/h"))["notices_per_second"]

    if alertmanager(bench) is None:
        bench.report.note("no Alertmanager beside the webhooks: see README.md")
        [figure], peer = in_turn(_rounds(bench), ours), None
    else:
        figure, peer = in_turn(_rounds(bench), ours, lambda: _of_alertmanager(bench))
    bench.report.row("webhooks.backlog/alertmanager", figure, "/s", peer, ">=2x", more=True)
    bench.report.row("webhooks.backlog", figure, "/s", goal=">=6000/s")


def _dead(bench):
    """The 99th percentile of the others beside one endpoint that never answers."""
    def p99(*dead_url):
        with Sink(bench) as sink:
            return _ours(bench, "webhooks", ENDPOINTS, CHANGES, sink.url("/h"),
                         *(sink.url(path) for path in dead_url))["p99_ms"]

    without, beside = in_turn(_rounds(bench), p99, lambda: p99("/dead"))
    bench.report.row("webhooks.p99_beside_a_dead_one/without", beside, "ms", without, ">=0.9x")


def alertmanager(bench):
    """Debian's program: the installed one, or unpacked below build/, where this machine has its
    templates; none otherwise."""
    installed = os.environ.get("ALERTMANAGER") or shutil.which("prometheus-alertmanager")
    if installed:
        return installed
    folder = bench.folder / "alertmanager"
    program = folder / "usr/bin/prometheus-alertmanager"
    if not program.exists():
        # Unpacked, not installed: an installed one would start and listen.
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", "prometheus-alertmanager"], cwd=folder,
                       stderr=subprocess.DEVNULL)
        for package in folder.glob("prometheus-alertmanager_0.25.0*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    if not program.exists():
        return None
    if not TEMPLATES.exists() and os.getuid() == 0:
        shutil.copytree(folder / str(TEMPLATES)[1:], TEMPLATES)
    return program if TEMPLATES.exists() else None


def _of_alertmanager(bench):
    """Notices a second: as many receivers, each told of as many alerts, one by one. A first wave opens the
    connections and isn't counted."""
    with Sink(bench) as sink, tempfile.TemporaryDirectory() as folder:
        receivers = [{"name": f"r{i}", "webhook_configs": [{"url": sink.url(f"/h{i}"),
                                                            "send_resolved": False}]}
                     for i in range(ENDPOINTS)]
        config = {"route": {"receiver": "r0", "group_by": ["..."], "group_wait": "0s",
                            "group_interval": "1h", "repeat_interval": "24h",
                            "routes": [{"receiver": one["name"], "continue": True} for one in receivers]},
                  "receivers": receivers}
        path = pathlib.Path(folder, "alertmanager.json")  # YAML takes JSON
        path.write_text(json.dumps(config))
        port = free_port()
        process = subprocess.Popen(
            [alertmanager(bench), f"--config.file={path}", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            _wave(sink, port, 0)
            return ENDPOINTS * CHANGES / _wave(sink, port, 1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wave(sink, port, number):
    """Seconds from its alerts to the last notice."""
    alerts = [{"labels": {"alertname": "updated", "cluster": f"w{number}c{i}"},
               "annotations": {"title": "Silicon Saxony", "text": "x" * 900}} for i in range(CHANGES)]
    expected = sink.count() + ENDPOINTS * CHANGES
    begun = time.monotonic()
    urllib.request.urlopen(urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v2/alerts", json.dumps(alerts).encode(),
        {"content-type": "application/json"})).read()
    while sink.count() < expected:
        if time.monotonic() - begun > 300:
            raise TimeoutError(f"{sink.count()} of {expected} came")
        time.sleep(0.02)
    return time.monotonic() - begun


def _wait_for(port):
    """Ready: with a thousand receivers that takes it seconds."""
    for _ in range(3000):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready").read()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("Alertmanager doesn't answer")
