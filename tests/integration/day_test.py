"""A day with everything that goes wrong at once: who behaves notices nothing of it.

In this day receivers hang, close, trickle, refuse, redirect and are gone; streams and pages of metrics are
asked for and not read; the clocks of both services are set forward and back; Kafka hangs for a while.
"""

import collections
import pathlib
import signal
import socket
import time
import unittest

import shared
import steps
from api import catalogue, notification
from bad_receivers import HANGING, MANNERS, BadReceivers
from waiting import eventually
from wall_clock import WallClock

HOURS = 24
WRITES_AN_HOUR = 2
KAFKA_HANGS = {8, 16}               # in these hours
KAFKA_HANGS_SECONDS = 6
# What the catalogue's clock shows, in seconds from the broker's: Kafka refuses what is an hour ahead.
CATALOGUE_SHIFTS = [0, 1800, -3600, 900, -7200, 0]
HANGING_RECEIVERS, OF_EACH_OTHER = 40, 3
STALLED_STREAMS, SLOW_METRICS = 50, 20
WITHIN_SECONDS = 1
MEMORY_BYTES = 50 << 20
TEXT = "Region and field of this cluster. " * 40       # so that what a stalled stream holds back is much


def resident_bytes(service):
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS:"))


class DayTest(unittest.TestCase):
    def setUp(self):
        self.clocks = {name: WallClock(name) for name in ["catalogue", "notification"]}
        self.stack = shared.new_stack(
            environments={name: clock.environment for name, clock in self.clocks.items()},
            notification_settings={"webhooks.timeout": "5s",
                                   "delivery.retry_schedule": "1s,5s,15s,1m,5m,30m,2h,5h,10h"})
        self.addCleanup(self.stack.stop)
        self.stack.start()
        steps.add_countries(self.stack)
        self.webhook = shared.receiver().endpoint()
        self.webhook.believes_the_clock = False
        self.reader = steps.subscribe(self.stack, "reader", {"types": ["cluster"]})
        steps.subscribe(self.stack, "crm", {"types": ["cluster"]}, self.webhook)
        self.names = []
        self.seconds = {"webhook": [], "inbox": []}

    def write(self):
        """One cluster, acknowledged."""
        number = len(self.names) + 1
        self.names.append(self.stack.catalogue.client.Cluster.CreateCluster(
            catalogue.CreateClusterRequest(cluster_id=f"day-{number}", cluster=catalogue.Cluster(
                title=f"Day Cluster {number}", country="DE", summary=TEXT,
                state="STATE_PUBLISHED")), timeout=10).name)
        return self.names[-1]

    def write_and_wait(self):
        """One cluster, and how long it took to reach those who behave."""
        began = time.monotonic()
        name = self.write()
        self.seconds["webhook"].append(self.webhook.wait_for(name, within=30).arrived - began)
        self.seconds["inbox"].append(self.seconds_to_inbox(name, began))

    def seconds_to_inbox(self, name, began):
        item = next(self.stream)
        while item.item.change.name != name:
            item = next(self.stream)
        return time.monotonic() - began

    def subscribe_bad_receivers(self):
        self.bad = BadReceivers()
        self.addCleanup(self.bad.close)
        for manner in MANNERS:
            for number in range(HANGING_RECEIVERS if manner == HANGING else OF_EACH_OTHER):
                subscriber = steps.subscribe(self.stack, f"{manner}-{number}", {"types": ["taxonomy"]})
                endpoint = self.stack.notification.client.Subscriber.CreateEndpoint(
                    notification.CreateEndpointRequest(
                        parent=subscriber, endpoint=notification.Endpoint(
                            webhook=notification.Webhook(uri=self.bad.uri(manner, number)))), timeout=10)
                steps.add_subscription(self.stack, subscriber, {"types": ["cluster"]},
                                       endpoint_name=endpoint.name)

    def open_what_is_not_read(self):
        """Streams, and connections to both services' metrics that say half a request or read nothing."""
        inbox = self.stack.notification.client.Inbox
        streams = [inbox.StreamInbox(notification.StreamInboxRequest(parent=self.reader))
                   for _ in range(STALLED_STREAMS)]
        connections = []
        for service in self.stack.services:
            for number in range(SLOW_METRICS):
                connection = socket.create_connection(("127.0.0.1", service.http_port), timeout=5)
                connection.sendall(b"GET /metrics HT" if number % 2 else
                                   b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
                connections.append(connection)

        def close():
            for stream in streams:
                stream.cancel()
            for connection in connections:
                connection.close()

        self.addCleanup(close)
        return close

    def hang_kafka(self):
        """Writes go on meanwhile, and arrive once it answers again."""
        process = self.stack.broker.process
        process.signal_stop(signal.SIGSTOP)
        try:
            until = time.monotonic() + KAFKA_HANGS_SECONDS
            while time.monotonic() < until:
                began = time.monotonic()
                self.write()
                self.assertLess(time.monotonic() - began, WITHIN_SECONDS)
                time.sleep(KAFKA_HANGS_SECONDS / 10)
        finally:
            process.signal_stop(signal.SIGCONT)
        for name in self.names:
            self.webhook.wait_for(name, within=60)

    def live(self, hour):
        self.clocks["notification"].step(-3600 if hour % 6 == 5 else 3600)
        self.clocks["catalogue"].set(CATALOGUE_SHIFTS[hour % len(CATALOGUE_SHIFTS)])
        if hour in KAFKA_HANGS:
            self.hang_kafka()
        for _ in range(WRITES_AN_HOUR):
            self.write_and_wait()

    def settle(self):
        """The receivers behave now: what waits for hours is tried at once, until nothing is pending."""
        client = self.stack.notification.client.Subscriber
        for endpoint in client.ListEndpoints(notification.ListEndpointsRequest(
                parent="subscribers/-", page_size=1000), timeout=10).endpoints:
            client.EnableEndpoint(notification.EnableEndpointRequest(name=endpoint.name), timeout=10)
        eventually(lambda: steps.balance(self.stack).pending == 0, "nothing is pending", within=60)

    def test_who_behaves_notices_nothing_of_the_others(self):
        self.stream = self.stack.notification.client.Inbox.StreamInbox(
            notification.StreamInboxRequest(parent=self.reader))
        self.addCleanup(self.stream.cancel)
        self.write_and_wait()
        self.write_and_wait()
        self.subscribe_bad_receivers()
        before = {service.name: resident_bytes(service) for service in self.stack.services}
        self.seconds = {"webhook": [], "inbox": []}
        close = self.open_what_is_not_read()
        for hour in range(HOURS):
            self.live(hour)
        for channel, seconds in self.seconds.items():
            print(f"\n  {channel}: {len(seconds)} notices, slowest {max(seconds) * 1000:.0f} ms", end=" ",
                  flush=True)
            self.assertLess(max(seconds), WITHIN_SECONDS)
        close()
        self.bad.recover()
        self.settle()
        self.check_nothing_is_lost()
        for service in self.stack.services:
            eventually(lambda: resident_bytes(service) - before[service.name] < MEMORY_BYTES,
                       f"{service.name} gave its memory back: {before[service.name] >> 20} MiB before, "
                       f"{resident_bytes(service) >> 20} MiB now", within=30)

    def check_nothing_is_lost(self):
        self.assertEqual(steps.balance(self.stack).difference, 0)
        ids = collections.defaultdict(set)
        for message in self.webhook.messages:
            ids[message.event["subject"]].add(message.id)
        self.assertEqual({name: len(ids[name]) for name in self.names}, dict.fromkeys(self.names, 1))
        items = collections.Counter(item.change.name for item in steps.inbox(self.stack, self.reader))
        self.assertEqual({name: items[name] for name in self.names}, dict.fromkeys(self.names, 1))
