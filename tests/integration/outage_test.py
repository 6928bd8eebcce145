"""PostgreSQL goes away while writes go on, and comes back."""

import acknowledged
import shared
from api import catalogue, refusal, types_v1
from waiting import eventually

DATABASES = ["postgresql"]


class OutageTest(acknowledged.AcknowledgedTest):
    @classmethod
    def make_stack(cls):
        cls.postgresql = shared.new_postgresql("outage")
        return shared.new_stack(database=cls.postgresql)

    def check_it_says_what_is_wrong(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                eventually(lambda: service.all_health() == {"NOT_SERVING"}, "it is not ready")
                self.assertEqual(service.health(service.live), "SERVING")
                database = service.findings()["database"]
                self.assertEqual(database.severity, types_v1.Finding.SEVERITY_ERROR)
                self.assertIn("PostgreSQL", database.finding)
                self.assertIn("database.url", database.remedy)
        answer = refusal(self.stack.catalogue.client.Cluster.GetCluster,
                         catalogue.GetClusterRequest(name="clusters/test-absent"))
        self.assertEqual((answer.code.name, answer.reason), ("UNAVAILABLE", "DATABASE_AWAY"), answer)
        self.assertIsNotNone(answer.retry_seconds)
        self.assertNotIn("PostgreSQL", answer.message)      # where it is, callers aren't told

    def test_calls_are_refused_with_a_delay_and_what_was_acknowledged_arrives(self):
        writer = self.write("outage")
        for leave in [self.postgresql.process.stop, self.postgresql.crash]:
            refusals = len(writer.refusals)
            leave()
            self.addCleanup(lambda: self.postgresql.process.running or self.postgresql.start())
            eventually(lambda: len(writer.refusals) > refusals + 3, "writes are refused")
            self.check_it_says_what_is_wrong()
            self.postgresql.start()
            writer.wait_for(20)
            for service in self.stack.services:
                eventually(lambda: service.all_health() == {"SERVING"}, "it is ready again")
        names = writer.finish()
        self.assertEqual({one.code.name for one in writer.refusals}, {"UNAVAILABLE"})
        self.assertEqual([one for one in writer.refusals if one.retry_seconds is None], [])
        self.check_all_arrived(names)
