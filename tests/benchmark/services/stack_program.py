"""Both services with a Kafka, as the integration tests start them, told by `run` what to do
(data/serve.h): run by their Python, with their folder and stubs on its path.

    start             starts them and imports the records
    restart           stops the catalogue and starts it: seconds until it is ready
    idle              memory and threads of both
    relay             sends all changes again: how many, in how many seconds
    subscribe N URL   N subscribers whose webhooks hear of each cluster
    flow PROGRAM RATE SECONDS FIRST   flow_load against it; when each change was in Kafka
    addresses         of the catalogue's gRPC, and of its process
"""

import re
import subprocess
import sys
import threading
import time
import types

import confluent_kafka

import shared
import steps
from api import catalogue
from waiting import eventually

GRANTS_AT_MOST = 20     # that a stack has
SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="     # any of the right length


class Watcher:
    """When records of clusters/load-NUMBER came out of the topic; how many came, and the first and last."""

    def __init__(self, stack):
        self._consumer = confluent_kafka.Consumer({
            "bootstrap.servers": stack.broker.address, "group.id": "benchmark",
            "enable.auto.commit": False, "fetch.wait.max.ms": 5, "fetch.min.bytes": 1})
        partitions = self._consumer.list_topics(stack.topic, timeout=10).topics[stack.topic].partitions
        ends = [confluent_kafka.TopicPartition(stack.topic, one) for one in partitions]
        for end in ends:
            end.offset = self._consumer.get_watermark_offsets(end, timeout=10)[1]
        self._consumer.assign(ends)
        self.came = {}
        self.count = 0
        self.first = self.last = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stopped = True
        self._thread.join()
        self._consumer.close()

    def _run(self):
        while not self._stopped:
            message = self._consumer.poll(0.02)
            if message is None or message.error() is not None:
                continue
            now = time.monotonic_ns() // 1000
            self.count += 1
            self.first, self.last = self.first or now, now
            key = (message.key() or b"").decode()
            if key.startswith("clusters/load-"):
                self.came.setdefault(int(key.removeprefix("clusters/load-")), now)


class Program:
    def __init__(self):
        self._stack = None

    def start(self):
        self._stack = shared.new_stack()
        self._stack.start()
        begun = time.monotonic()
        shared.import_records(self._stack)
        yield "import_seconds", time.monotonic() - begun

    def addresses(self):
        yield "catalogue", self._stack.catalogue.address
        yield "notification", self._stack.notification.address

    def restart(self):
        process = self._stack.catalogue.process
        process.stop()
        begun = time.monotonic()
        process.start()
        while not self._is_ready():
            if time.monotonic() - begun > 120:
                raise TimeoutError("the catalogue isn't ready")
            time.sleep(0.002)
        yield "seconds", time.monotonic() - begun

    def _is_ready(self):
        try:
            return self._stack.catalogue.http_get("/readyz")[0] == 200
        except OSError:
            return False

    def idle(self):
        for service in self._stack.services:
            status = dict(line.split(":\t", 1) for line in
                          open(f"/proc/{service.process.pid}/status").read().splitlines() if ":\t" in line)
            yield f"{service.name}_mb", int(status["VmRSS"].split()[0]) / 1024
            yield f"{service.name}_mb_beside_files", int(status["RssAnon"].split()[0]) / 1024
            yield f"{service.name}_threads", int(status["Threads"])

    def relay(self):
        with Watcher(self._stack) as watcher:
            sent = self._sent()
            answer = self._stack.catalogue.client.Operations.Rewind(
                catalogue.RewindRequest(after_revision=0), timeout=60)
            eventually(lambda: self._sent() >= sent + answer.changes, "all are in Kafka again", within=300)
            # Those of grants are among them, which go to a topic of their own.
            count = answer.changes - GRANTS_AT_MOST
            eventually(lambda: watcher.count >= count, "all came out of it", within=60)
        yield "changes", watcher.count
        yield "per_second", watcher.count / ((watcher.last - watcher.first) / 1e6)

    def _sent(self):
        """Changes that Kafka has acknowledged."""
        metrics = self._stack.catalogue.http_get("/metrics")[1]
        return float(re.search(r"^clusterwire_relay_sent_total (\S+)", metrics, re.MULTILINE)[1])

    def subscribe(self, count, url):
        for number in range(int(count)):
            webhook = types.SimpleNamespace(uri=f"{url}/s{number}", secret=SECRET)
            steps.subscribe(self._stack, f"s{number}", {"types": ["cluster"]}, webhook)

    def flow(self, program, rate, seconds, first):
        """Lines "NUMBER BEGUN ANSWERED IN_KAFKA", in microseconds."""
        with Watcher(self._stack) as watcher:
            done = subprocess.run([program, self._stack.catalogue.address, rate, seconds, first],
                                  check=True, stdout=subprocess.PIPE, text=True)
            calls = [line.split() for line in done.stdout.splitlines()]
            eventually(lambda: len(watcher.came) >= len(calls), "all are in Kafka", within=60)
        for number, begun, answered in calls:
            yield number, f"{begun} {answered} {watcher.came[int(number)]}"


def main():
    program = Program()
    with shared.everything():
        for line in sys.stdin:
            name, *words = line.split()
            for pair in getattr(program, name)(*words) or ():
                print(*pair)
            print("done", flush=True)


if __name__ == "__main__":
    main()
