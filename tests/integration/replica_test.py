"""Two of each service start at the same moment on one empty database."""

import types
import unittest

import grpc

import shared
import steps
from api import catalogue
from tokens import Issuer

DATABASES = ["postgresql"]


class ReplicaTest(unittest.TestCase):
    def test_one_of_them_makes_the_tables_and_all_serve(self):
        first = shared.new_stack()
        urls = {service.name: service.database_url for service in first.services}
        second = shared.new_stack(topic=first.topic, database=types.SimpleNamespace(
            url=lambda _, name: urls[name]))
        services = first.services + second.services
        for stack in [first, second]:
            self.addCleanup(stack.stop)
        for service in services:
            service.process.start()
        for service in services:
            service.wait_until_ready()
        for url in urls.values():
            rows = shared.database().execute(
                url, "SELECT component, count(*) FROM schema_version GROUP BY component").split()
            self.assertTrue(rows)
            self.assertEqual([row for row in rows if not row.endswith("|1")], [])
            self.assertEqual(shared.database().execute(url, "SELECT count(*) FROM history"), "1")
        self.check_one_sees_what_the_other_wrote(first, second)

    def test_a_grant_of_one_holds_at_the_other_from_the_next_call_on(self):
        issuer = Issuer()
        self.addCleanup(issuer.close)
        first = shared.new_stack(catalogue_settings=issuer.settings())
        urls = {service.name: service.database_url for service in first.services}
        second = shared.new_stack(topic=first.topic, catalogue_settings=issuer.settings(),
                                  database=types.SimpleNamespace(url=lambda _, name: urls[name]))
        catalogues = [first.catalogue, second.catalogue]
        for service in catalogues:
            self.addCleanup(service.process.stop)
            service.process.start()
        for service in catalogues:
            service.wait_until_ready()
        steps.add_countries(first)
        draft = catalogues[0].client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title="Hidden", country="DE")), timeout=10)

        def sees(service, who):
            try:
                service.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=draft.name),
                                                  timeout=10, metadata=issuer.metadata(who))
                return True
            except grpc.RpcError as error:
                self.assertEqual(error.code().name, "NOT_FOUND")
                return False

        for number in range(20):
            here, there = catalogues if number % 2 else reversed(catalogues)
            who = f"guest{number}"
            grant = here.client.Grant.CreateGrant(catalogue.CreateGrantRequest(
                grant=catalogue.Grant(subject=issuer.subject(who), resource=draft.name, role=1)),
                timeout=10)
            self.assertTrue(sees(there, who))
            here.client.Grant.DeleteGrant(catalogue.DeleteGrantRequest(name=grant.name), timeout=10)
            self.assertFalse(sees(there, who))

    def check_one_sees_what_the_other_wrote(self, first, second):
        steps.add_countries(first)
        written = second.catalogue.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id="test-replica", cluster=catalogue.Cluster(
                title="Replica", country="DE", state="STATE_PUBLISHED")), timeout=10)
        read = first.catalogue.client.Cluster.GetCluster(
            catalogue.GetClusterRequest(name=written.name), timeout=10)
        self.assertEqual(read, written)
        self.assertEqual(steps.revision(first), steps.revision(second))
