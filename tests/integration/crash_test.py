"""Killed at any moment: what was acknowledged arrives."""

import acknowledged
from waiting import eventually


class CrashTest(acknowledged.AcknowledgedTest):
    def test_a_killed_catalogue_loses_nothing_that_it_answered(self):
        writer = self.write("catalogue")
        for _ in range(3):
            self.stack.catalogue.process.kill()
            self.stack.catalogue.start()
            writer.wait_for(10)
        names = writer.finish()
        self.assertTrue(writer.refusals)
        self.check_all_arrived(names)

    def test_a_killed_notification_service_loses_nothing_and_delivers_no_row_twice(self):
        writer = self.write("notification")
        for _ in range(2):
            self.stack.notification.process.kill()
            writer.wait_for(10)
            self.stack.notification.start()
            eventually(lambda: set(writer.acknowledged) &
                       {one.event["subject"] for one in list(self.webhook.messages[-20:])},
                       "webhooks come again", 30)
        self.check_all_arrived(writer.finish())

    def test_both_killed_at_once_come_back_with_everything(self):
        writer = self.write("both")
        for service in self.stack.services:
            service.process.kill()
        self.stack.start()
        writer.wait_for(20)
        self.check_all_arrived(writer.finish())

    def test_without_kafka_writes_go_on_and_arrive_when_it_is_back(self):
        writer = self.write("kafka")
        self.stack.broker.stop()
        self.addCleanup(lambda: self.stack.broker.process.running or self.stack.broker.start())
        before = len(writer.refusals)
        writer.wait_for(50)
        self.assertEqual(len(writer.refusals), before)
        self.assertEqual(self.stack.catalogue.health("clusterwire.catalogue.v1.ClusterService"),
                         "SERVING")
        self.stack.broker.start()
        self.check_all_arrived(writer.finish())
