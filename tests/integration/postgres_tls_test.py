"""PostgreSQL over TLS: by libpq's own parameters in the URL, and what is said when it can't be
trusted."""

import unittest

import shared
import steps
from api import types_v1
from certificates import Authority
from databases import Postgresql
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
DATABASES = ["postgresql"]


class OverTls:
    """As Stack wants a database: each URL over TLS."""

    def __init__(self, server, authority):
        self._server = server
        self._authority = authority

    def url(self, folder, name):
        return self._server.tls_url(self._server.url(folder, name), self._authority)


class PostgresTlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = shared.folder() / "postgres-tls"
        folder.mkdir()
        authority = Authority()
        cls.right = authority.write(folder)
        cls.wrong = Authority("Another Authority").write(folder, "other")
        cls.server = Postgresql(shared.folder(), "postgresql-tls", authority.server())
        cls.addClassCleanup(cls.server.process.stop)
        cls.server.start()

    def stack(self, authority):
        stack = shared.new_stack(database=OverTls(self.server, authority))
        self.addCleanup(stack.stop)
        return stack

    def test_both_services_keep_their_data_over_tls(self):
        stack = self.stack(self.right)
        stack.start()
        steps.add_countries(stack)
        steps.create_cluster(stack, regions=[], sectors=[])
        url = self.server.url(shared.folder(), "asking")
        over_tls = self.server.execute(
            url, "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) "
                 "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL")
        with_tls, without = map(int, over_tls.split("|"))
        self.assertGreater(with_tls, 0)
        self.assertEqual(without, 0)

    def test_a_server_of_another_authority_is_not_trusted_and_diagnose_says_so(self):
        stack = self.stack(self.wrong)
        for service in stack.services:
            service.process.start()
            service.wait_until_live()
            found = eventually(lambda: (found := service.findings().get("start")) and
                               found.severity == ERROR and found,
                               f"{service.name} says what is wrong", 30)
            self.assertIn("certificate verify failed", found.finding)
            self.assertIn("database.url", found.finding)
