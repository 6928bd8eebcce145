"""What others put on the topic stops nobody."""

import unittest

from confluent_kafka import Producer

import shared
import steps
from api import notification, refusal
from waiting import eventually

PARTITIONS = 8


class BadRecordTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.reader = steps.subscribe(cls.stack, "bad-record",
                                     {"types": ["cluster"], "words": "behind garbage"})
        cls.landed = []
        producer = Producer({"bootstrap.servers": cls.stack.broker.address, "log_level": 0})
        for partition in range(PARTITIONS):
            producer.produce(cls.stack.topic, value=b"\xff no protobuf", partition=partition,
                             on_delivery=lambda _, message: cls.landed.append(
                                 (message.partition(), message.offset())))
        producer.produce(cls.stack.topic, value=None, key=b"clusters/test-null", partition=0,
                         on_delivery=lambda _, message: cls.landed.append(
                             (message.partition(), message.offset())))
        producer.flush(10)

    def dead(self):
        """Those that are ours, by place."""
        records = self.stack.notification.client.Delivery.ListDeadLetters(
            notification.ListDeadLettersRequest(page_size=1000), timeout=10).dead_letters
        return {(one.partition, one.offset): one for one in records
                if (one.partition, one.offset) in self.landed}

    def test_each_is_kept_with_its_origin_and_error(self):
        dead = eventually(lambda: len(found := self.dead()) == len(self.landed) and found,
                          "every bad record is listed")
        for place, record in dead.items():
            self.assertEqual(record.topic, self.stack.topic)
            self.assertEqual(record.name, f"deadLetters/{record.topic}.{place[0]}.{place[1]}")
            self.assertTrue(record.error)
        self.assertEqual({record.value for record in dead.values()}, {b"\xff no protobuf", b""})

    def test_what_comes_behind_arrives(self):
        clusters = [steps.create_cluster(self.stack, title="Behind Garbage") for _ in range(12)]
        eventually(lambda: {item.change.name for item in steps.inbox(self.stack, self.reader)} >=
                   {cluster.name for cluster in clusters}, "the changes behind it")
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def test_it_can_be_read_once_more_and_is_still_bad(self):
        [name] = [record.name for record in eventually(self.dead, "a bad record").values()][:1]
        answer = refusal(self.stack.notification.client.Delivery.RedriveDeadLetter,
                         notification.RedriveDeadLetterRequest(name=name))
        self.assertEqual(answer.code.name, "FAILED_PRECONDITION")
        self.assertIn(name, [one.name for one in self.dead().values()])
