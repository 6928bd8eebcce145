"""Writes that go on while something is killed or away, and a look at whether all of them arrived."""

import collections
import threading
import unittest

import grpc

import shared
import steps
from api import Refusal, catalogue
from waiting import eventually


class Writer(threading.Thread):
    """Creates clusters one after the other, each until it is acknowledged, with one request id."""

    def __init__(self, stack, prefix):
        super().__init__(daemon=True)
        self._create = stack.catalogue.client.Cluster.CreateCluster
        self._prefix = prefix
        self._done = threading.Event()
        self.acknowledged = []
        self.refusals = []      # after which a call was made again
        self.refused = None

    def run(self):
        number = 0
        while not self._done.is_set() and not self.refused:
            number += 1
            self._until_acknowledged(catalogue.CreateClusterRequest(
                cluster_id=f"{self._prefix}-{number}", request_id=f"{self._prefix}-{number}",
                cluster=catalogue.Cluster(title=f"Crash Cluster {number}", country="DE",
                                          state="STATE_PUBLISHED")))

    def _until_acknowledged(self, request):
        while not self.refused:
            try:
                self.acknowledged.append(self._create(request, timeout=5).name)
                return
            except grpc.RpcError as error:
                if error.code().name not in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"):
                    self.refused = error
                self.refusals.append(Refusal(error))
                self._done.wait(0.05)

    def wait_for(self, count):
        """Until so many more are acknowledged."""
        goal = len(self.acknowledged) + count
        eventually(lambda: self.refused or len(self.acknowledged) >= goal, f"{count} more writes", 30)

    def finish(self):
        self._done.set()
        self.join(30)
        if self.refused:
            raise AssertionError(f"a write was refused: {self.refused}")
        return self.acknowledged


class AcknowledgedTest(unittest.TestCase):
    """A stack with a reader of the inbox and one of a webhook."""

    @classmethod
    def make_stack(cls):
        return shared.new_stack()

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.make_stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.webhook = shared.receiver().endpoint()
        cls.reader = steps.subscribe(cls.stack, "reader", {"types": ["cluster"]})
        cls.crm = steps.subscribe(cls.stack, "crm", {"types": ["cluster"]}, cls.webhook)

    def write(self, prefix):
        writer = Writer(self.stack, prefix)
        writer.start()
        writer.wait_for(20)
        return writer

    def check_all_arrived(self, names):
        eventually(lambda: {one.event["subject"] for one in list(self.webhook.messages)} >=
                   set(names), "every acknowledged write reached the webhook", 45)
        eventually(lambda: (sums := steps.balance(self.stack)).pending == 0 and sums.delivered,
                   "nothing is pending", 30)
        self.assertEqual(steps.balance(self.stack).difference, 0)
        in_inbox = collections.Counter(item.change.name
                                       for item in steps.inbox(self.stack, self.reader))
        self.assertEqual({name: in_inbox[name] for name in names}, dict.fromkeys(names, 1))
        rows = [(one.subscription, one.change) for subscriber in [self.reader, self.crm]
                for one in steps.deliveries(self.stack, parent=subscriber)]
        self.assertEqual(len(rows), len(set(rows)))
        ids = collections.defaultdict(list)
        for message in self.webhook.messages:
            ids[message.event["subject"]].append(message.id)
        self.assertEqual({name: len(set(ids[name])) for name in names}, dict.fromkeys(names, 1))
        again = sum(len(ids[name]) - 1 for name in names)
        print(f"\n  {len(names)} writes; the webhook got {again} of them again, with the same id",
              end=" ", flush=True)
