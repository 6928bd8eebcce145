"""A database that a newer release has written is left alone."""

import unittest

import shared
from api import types_v1
from waiting import eventually


class BadSchemaTest(unittest.TestCase):
    def test_a_newer_schema_is_left_alone_and_the_release_to_start_is_said(self):
        stack = shared.new_stack()
        self.addCleanup(stack.stop)
        for service in stack.services:
            with self.subTest(service.name):
                service.process.start()
                service.wait_until_live()
                eventually(lambda: "start" not in service.findings(), "it has made its tables")
                service.process.stop()
                known = shared.database().execute(
                    service.database_url, "SELECT version FROM schema_version "
                                          "WHERE component = 'store'")
                self.set_version(service, 99)
                service.process.start()
                service.wait_until_live()
                finding = eventually(
                    lambda: (found := service.findings().get("start")) and
                    found.severity == types_v1.Finding.SEVERITY_ERROR and found, "it has tried")
                said = f"have version 99 and this program knows {known}"
                self.assertIn(said, finding.finding)
                self.assertIn("start the newer release", finding.finding)
                self.assertIn(said, service.logged("not ready")[-1]["status"])
                self.assertEqual(service.health(service.ready), "NOT_SERVING")
                self.assertEqual(service.health(service.live), "SERVING")
                self.set_version(service, known)
                eventually(lambda: "start" not in service.findings(), "it goes on by itself")
                self.assertTrue(service.process.running)

    @staticmethod
    def set_version(service, version):
        shared.database().execute(service.database_url, f"UPDATE schema_version SET version = "
                                                        f"{version} WHERE component = 'store'")
