"""A broker that hangs: connected, and silent. Nothing that waits for it keeps a service from stopping."""

import os
import signal
import time
import unittest

import shared
import steps
from broker import Broker
from waiting import eventually

# stop.grace of the stacks is 5 s; nothing but Kafka is waited for here.
DATABASES = ["sqlite"]      # no database has a part in it
STOPS_WITHIN_SECONDS = 8


class SilentBrokerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = shared.folder() / "silent"
        folder.mkdir()
        cls.broker = Broker(folder)
        cls.addClassCleanup(cls.broker.process.kill)
        cls.broker.start()

    def hang(self):
        pid = self.broker.process.pid
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)

    def check_stops(self, service):
        began = time.monotonic()
        service.process.signal_stop()
        self.assertEqual(service.process.wait(), 0)
        took = time.monotonic() - began
        print(f"\n  {service.name} stopped in {took:.1f} s", end=" ", flush=True)
        self.assertLess(took, STOPS_WITHIN_SECONDS)

    def test_services_that_were_at_work_when_it_fell_silent_stop(self):
        stack = shared.new_stack(broker=self.broker)
        stack.start()
        shared.import_records(stack)
        subscriber = steps.subscribe(stack, "silent", {})
        steps.create_cluster(stack)
        eventually(lambda: steps.inbox(stack, subscriber), "Kafka is read")
        self.hang()
        steps.create_cluster(stack)
        for service in stack.services:
            self.check_stops(service)

    def test_a_terminal_that_is_closed_stops_a_service_as_well_as_any_other_order(self):
        stack = shared.new_stack(broker=self.broker)
        stack.start()
        for service in stack.services:
            service.process.signal_stop(signal.SIGHUP)
            self.assertEqual(service.process.wait(), 0)
            eventually(lambda: service.logged("stopped"), "it says that it has stopped")
