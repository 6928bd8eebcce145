"""Streams that are never read: what they hold is bounded, and given back when they are cut off."""

import re
import unittest

import grpc

import shared
import steps
from api import notification
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
STREAMS = 150
ITEMS = 200
# A client that takes nothing is told after 10 s, and what it held is given back 5 s later.
CUT_OFF_WITHIN_SECONDS = 20
MEMORY_BACK_WITHIN_SECONDS = 60
MEGABYTE = 1 << 20


class SlowReaderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.new_stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        shared.import_records(cls.stack)

    def metric(self, name):
        _, text = self.stack.notification.http_get("/metrics")
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def test_streams_that_are_never_read_are_cut_off_and_cost_little_while_they_are_not(self):
        subscriber = steps.subscribe(self.stack, "slow", {})
        for _ in range(ITEMS):
            steps.create_cluster(self.stack, summary="x" * 2000)
        eventually(lambda: len(steps.inbox(self.stack, subscriber)) == ITEMS, "all is there", 60)

        before = self.metric("process_resident_memory_bytes")
        # Without a window that grows, a client's library takes 64 KiB of each stream and no more.
        channels = [grpc.insecure_channel(self.stack.notification.address,
                                          [("grpc.use_local_subchannel_pool", 1),
                                           ("grpc.http2.bdp_probe", 0),
                                           ("grpc.http2.lookahead_bytes", 65536)])
                    for _ in range(3)]
        for channel in channels:
            self.addCleanup(channel.close)
        streams = [channels[i % 3].unary_stream(
            "/clusterwire.notification.v1.InboxService/StreamInbox",
            notification.StreamInboxRequest.SerializeToString,
            notification.StreamInboxResponse.FromString)(
                notification.StreamInboxRequest(parent=subscriber), timeout=300)
            for i in range(STREAMS)]
        eventually(lambda: self.metric("clusterwire_rpc_open_streams") == STREAMS, "all are open")
        most = 0
        def all_cut():
            nonlocal most
            most = max(most, self.metric("process_resident_memory_bytes"))
            return self.metric("clusterwire_rpc_open_streams") == 0
        eventually(all_cut, "all are cut off", CUT_OFF_WITHIN_SECONDS)
        self.assertEqual(self.metric("clusterwire_rpc_slow_readers_total"), STREAMS)
        print(f"\n  {(most - before) / MEGABYTE:.0f} MB more with {STREAMS} streams", end=" ", flush=True)
        self.assertLess(most - before, 100 * MEGABYTE)
        eventually(lambda: self.metric("process_resident_memory_bytes") < before + 50 * MEGABYTE,
                   "the memory is given back", MEMORY_BACK_WITHIN_SECONDS)
        self.check_goes_on_from_its_cursor(subscriber, streams[0])

    def check_goes_on_from_its_cursor(self, subscriber, stream):
        items, cursor = [], ""
        with self.assertRaises(grpc.RpcError) as ended:
            for message in stream:
                items.append(message.item.sequence)
                cursor = message.cursor
        self.assertEqual(ended.exception.code().name, "RESOURCE_EXHAUSTED")
        self.assertLess(len(items), ITEMS)
        rest = self.stack.notification.client.Inbox.StreamInbox(
            notification.StreamInboxRequest(parent=subscriber, cursor=cursor), timeout=30)
        self.addCleanup(rest.cancel)
        while len(items) < ITEMS:
            items.append(next(rest).item.sequence)
        self.assertEqual(items, list(range(1, ITEMS + 1)))
