"""A database that a newer release has written is left alone."""

import unittest

import shared


class BadSchemaTest(unittest.TestCase):
    def test_a_newer_schema_is_left_alone_and_the_release_to_start_is_said(self):
        stack = shared.new_stack()
        self.addCleanup(stack.stop)
        for service in stack.services:
            with self.subTest(service.name):
                service.start()
                service.process.stop()
                known = shared.database().execute(
                    service.database_url, "SELECT version FROM schema_version "
                                          "WHERE component = 'store'")
                self.set_version(service, 99)
                service.process.start()
                self.assertEqual(service.process.wait(), 1)
                said = service.process.log.read_text().splitlines()[-1]
                self.assertIn(f"have version 99 and this program knows {known}", said)
                self.assertIn("start the newer release", said)
                self.set_version(service, known)
                service.start()

    @staticmethod
    def set_version(service, version):
        shared.database().execute(service.database_url, f"UPDATE schema_version SET version = "
                                                        f"{version} WHERE component = 'store'")
