"""What Kafka refuses is named with what to change, and works again once it is changed."""

import unittest

import shared
import steps
from api import types_v1
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
OK = types_v1.Finding.SEVERITY_OK
WARNING = types_v1.Finding.SEVERITY_WARNING
DATABASES = ["sqlite"]      # which database the services are on has no part in it


class KafkaRemediesTest(unittest.TestCase):
    def new_stack(self, **settings):
        stack = shared.new_stack(**settings)
        self.addCleanup(stack.stop)
        return stack

    def write_without_kafka(self, stack):
        """Which doesn't wait for it."""
        stack.catalogue.process.start()
        eventually(lambda: stack.catalogue.health("clusterwire.catalogue.v1.ClusterService") ==
                   "SERVING", "writes are taken", 30)
        steps.add_countries(stack)
        steps.create_cluster(stack, regions=[], sectors=[])

    def finding(self, service, part, severity):
        return eventually(lambda: (found := service.findings().get(part)) and
                          found.severity == severity and found, f"{part} is {severity}", 45)

    def test_a_user_without_describe_configs_works_and_is_told_the_right(self):
        stack = self.new_stack()
        shared.broker().create_topic(stack.topic, 8, {"retention.ms": "604800000"})
        shared.broker().allow_only(stack.topic, ["READ", "WRITE", "DESCRIBE"])
        stack.start()
        for service in stack.services:
            found = self.finding(service, "topic", WARNING)
            self.assertIn(f"the right DescribeConfigs on topic {stack.topic}", found.remedy)

    def test_a_user_who_may_not_write_is_told_the_right(self):
        stack = self.new_stack()
        shared.broker().create_topic(stack.topic, 8, {})
        shared.broker().allow_only(stack.topic, ["READ", "DESCRIBE", "DESCRIBE_CONFIGS"])
        self.write_without_kafka(stack)
        found = self.finding(stack.catalogue, "relay", ERROR)
        self.assertIn(f"the right Write on topic {stack.topic}", found.remedy)

    def test_a_record_that_is_too_large_is_named_and_goes_out_once_it_may(self):
        stack = self.new_stack()
        shared.broker().create_topic(stack.topic, 8, {"max.message.bytes": "6000"})
        stack.start()
        steps.add_countries(stack)
        small = [steps.create_cluster(stack, regions=[], sectors=[]) for _ in range(3)]
        large = steps.create_cluster(stack, regions=[], sectors=[],
                                     support_services=[f"{one} {'x' * 190}" for one in range(50)])
        found = self.finding(stack.catalogue, "relay", ERROR)
        self.assertIn(large.name, found.finding)
        self.assertIn("max.message.bytes is 6000", found.finding)
        self.assertIn("raise max.message.bytes", found.remedy)
        self.assertTrue(small)
        shared.broker().set_topic(stack.topic, {"max.message.bytes": "1048588"})
        self.finding(stack.catalogue, "relay", OK)

    def test_a_refused_session_timeout_is_named(self):
        stack = self.new_stack(notification_settings={
            "kafka.properties[session.timeout.ms]": "500",
            "kafka.properties[heartbeat.interval.ms]": "100"})
        stack.catalogue.start()
        stack.notification.process.start()
        stack.notification.wait_until_live()
        found = eventually(lambda: (found := stack.notification.findings().get("consumer")) and
                           "session" in found.finding and found, "it is named", 45)
        self.assertIn("kafka.properties[session.timeout.ms]", found.remedy)

    def test_a_clock_that_the_broker_refuses_is_named(self):
        stack = self.new_stack()
        shared.broker().create_topic(stack.topic, 8, {"message.timestamp.before.max.ms": "0"})
        self.write_without_kafka(stack)
        found = self.finding(stack.catalogue, "relay", ERROR)
        self.assertIn("clock of this machine and the broker's", found.remedy)
        shared.broker().set_topic(stack.topic, {"message.timestamp.type": "LogAppendTime"})
        self.finding(stack.catalogue, "relay", OK)
