"""Changes that are lost on their way through Kafka: noticed, sent again, told once."""

import collections
import re
import unittest

from confluent_kafka import Producer
from google.protobuf import json_format

import shared
import steps
from api import catalogue, notification, refusal, types_v1
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
OK = types_v1.Finding.SEVERITY_OK
DATABASES = ["sqlite"]      # the tables are tested on both by the unit tests


class LostChangesTest(unittest.TestCase):
    def setUp(self):
        self.stack = shared.new_stack()
        self.addCleanup(self.stack.stop)
        self.stack.start()
        self.catalogue, self.notification = self.stack.services
        steps.add_countries(self.stack)
        self.webhook = shared.receiver().endpoint()
        self.reader = steps.subscribe(self.stack, "reader", {"types": ["cluster"]})
        self.crm = steps.subscribe(self.stack, "crm", {"types": ["cluster"]}, self.webhook)
        self.told = self.write(12)
        self.check_told_once(self.told)

    def write(self, count):
        names = [steps.create_cluster(self.stack, regions=[], sectors=[]).name for _ in range(count)]
        eventually(lambda: self.catalogue.client.Operations.Diagnose(
            catalogue.DiagnoseRequest(), timeout=20).relay_lag == 0, "all of it is on the topic")
        return names

    def told_by_inbox(self):
        return collections.Counter(item.change.name for item in steps.inbox(self.stack, self.reader))

    def check_told_once(self, names):
        """By inbox and webhook, and nothing but these; the ledger is even."""
        expected = dict.fromkeys(names, 1)
        eventually(lambda: len(self.told_by_inbox()) >= len(expected), "all in the inbox", 45)
        eventually(lambda: len({one.event["subject"] for one in list(self.webhook.messages)}) >=
                   len(expected), "all by webhook", 45)
        eventually(lambda: steps.balance(self.stack).pending == 0, "nothing is pending", 30)
        self.assertEqual(self.told_by_inbox(), expected)
        self.assertEqual(collections.Counter(one.event["subject"] for one in self.webhook.messages),
                         expected)
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def gap(self, service):
        return eventually(lambda: (found := service.findings().get("gaps")) and
                          found.severity == ERROR and found, f"{service.name} finds the gap", 45)

    def rewind_as_told(self, finding):
        [arguments] = re.findall(r"Rewind of the catalogue with ({.*?})", finding.remedy)
        request = json_format.Parse(arguments, catalogue.RewindRequest())
        rewind = self.catalogue.client.Operations.Rewind
        request.validate_only = True
        planned = rewind(request, timeout=10)
        self.assertGreater(planned.changes, 0)
        request.validate_only = False
        self.assertEqual(rewind(request, timeout=10), planned)

    def check_acknowledged(self, service, package):
        found = self.gap(service)
        through = int(re.search(r'{"through":(\d+)}', found.remedy)[1])
        acknowledge = service.client.Operations.AcknowledgeGaps
        answer = refusal(acknowledge, package.AcknowledgeGapsRequest(through=through + 1))
        self.assertEqual((answer.code.name, list(answer.fields)), ("INVALID_ARGUMENT", ["through"]))
        acknowledged = acknowledge(package.AcknowledgeGapsRequest(through=through), timeout=10)
        self.assertGreater(acknowledged.acknowledged, 0)
        self.assertEqual(service.findings()["gaps"].severity, OK)

    def make_topic_anew(self):
        shared.broker().make_topic_anew(self.stack.topic, 8, {"retention.ms": "604800000"})

    def test_a_topic_made_anew_while_notification_was_down(self):
        self.notification.process.stop()
        lost = self.write(12)
        self.make_topic_anew()
        self.assertIn("was made anew", self.gap(self.catalogue).finding)
        later = self.write(6)
        self.notification.start()
        finding = self.gap(self.notification)
        self.assertIn(f"{self.stack.topic}[", finding.finding)
        self.check_told_once(self.told + later)
        self.rewind_as_told(finding)
        self.check_told_once(self.told + lost + later)
        self.assertEqual(self.gap(self.notification).finding, finding.finding)  # until it is said
        self.check_acknowledged(self.notification, notification)
        self.check_acknowledged(self.catalogue, catalogue)
        self.check_told_once(self.told + lost + later + self.write(2))

    def test_a_topic_made_anew_under_both(self):
        self.make_topic_anew()
        later = self.write(40)      # beyond where the consumer was
        finding = self.gap(self.notification)
        self.gap(self.catalogue)
        self.rewind_as_told(finding)
        self.check_told_once(self.told + later)

    def test_records_that_the_topic_forgot_before_they_were_read(self):
        self.notification.process.stop()
        lost = self.write(12)
        shared.broker().forget_records(self.stack.topic)
        self.notification.start()
        finding = self.gap(self.notification)
        self.assertIn("forgot the offsets from", finding.finding)
        self.assertEqual(self.catalogue.findings()["gaps"].severity, OK)
        self.rewind_as_told(finding)
        self.check_told_once(self.told + lost)
        self.check_acknowledged(self.notification, notification)

    def test_aborted_transactions_of_others_hold_up_nobody(self):
        producer = Producer({"bootstrap.servers": self.stack.broker.address, "log_level": 0,
                             "transactional.id": f"{self.stack.topic}.foreign"})
        producer.init_transactions(10)
        producer.begin_transaction()
        for partition in range(8):
            producer.produce(self.stack.topic, value=b"aborted", partition=partition)
        producer.flush(10)
        producer.abort_transaction(10)
        for service in self.stack.services:
            service.process.stop()
            service.start()
        self.check_told_once(self.told + self.write(12))
        eventually(lambda: self.notification.client.Operations.Diagnose(
            notification.DiagnoseRequest(), timeout=20).consumer_lag == 0, "all is read", 30)
        for service in self.stack.services:
            self.assertEqual(service.findings()["gaps"].severity, OK)
            self.assertNotIn(ERROR, [one.severity for one in service.findings().values()])
