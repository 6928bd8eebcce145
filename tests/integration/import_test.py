"""The real records."""

import unittest

import shared
import steps
from api import catalogue, pages, types_v1
from waiting import eventually

COUNTS_RECORDS = True      # on the shared stack, before others add to it (runner.py)
GOLD_NEAR_BERLIN = {"types": ["cluster"], "labels_held": ["ecei:gold"],
                    "within": types_v1.Circle(latitude=52.52, longitude=13.40, radius_meters=300000)}


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client

    def search(self, order=catalogue.SearchRequest.ORDER_UNSPECIFIED, **filter_):
        return self.client.Search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(**filter_), order=order, page_size=1000,
            min_revision=steps.revision(self.stack)), timeout=10)

    # What tests make beside the records is marked by its ids.
    @staticmethod
    def imported(resources):
        return [one for one in resources
                if not any(part.startswith("test-") for part in one.name.split("/"))]

    def test_every_record_is_in_once(self):
        lists = {
            "clusters": (self.client.Cluster.ListClusters, catalogue.ListClustersRequest(), 395),
            "labels": (self.client.Label.ListLabels,
                       catalogue.ListLabelsRequest(parent="clusters/-"), 190),
            "events": (self.client.Event.ListEvents, catalogue.ListEventsRequest(), 62),
            "programmes": (self.client.Programme.ListProgrammes,
                           catalogue.ListProgrammesRequest(), 45),
            "label_schemes": (self.client.LabelScheme.ListLabelSchemes,
                              catalogue.ListLabelSchemesRequest(), 6),
            "memberships": (self.client.Membership.ListMemberships,
                            catalogue.ListMembershipsRequest(parent="programmes/-"), 179),
        }
        for field, (call, request, count) in lists.items():
            with self.subTest(field):
                found = self.imported(pages(call, request, field))
                self.assertEqual(len(found), count)
                self.assertEqual(len({one.name for one in found}), count)

    def test_search_counts_the_same(self):
        for type_, count in [("label_scheme", 6), ("programme", 45), ("event", 62),
                             ("membership", 179)]:
            with self.subTest(type_):
                self.assertEqual(self.search(types=[type_]).total_size, count)
        for type_, count in [("cluster", 395), ("label", 190)]:
            with self.subTest(type_):
                hits = self.search(types=[type_]).hits
                self.assertEqual(len(self.imported([hit.facts for hit in hits])), count)

    def test_those_that_held_gold_within_300_km_of_berlin_are_found_nearest_first(self):
        found = self.search(order=catalogue.SearchRequest.ORDER_DISTANCE, **GOLD_NEAR_BERLIN)
        self.assertEqual([(hit.facts.name, round(hit.distance_meters / 1000)) for hit in found.hits],
                         [("clusters/silicon-saxony-e-v", 165), ("clusters/hamburg-aviation", 255),
                          ("clusters/logistik-initiative-hamburg", 255)])
        self.assertEqual(found.total_size, 3)

    def test_silver_labels_in_saxony_are_found_as_the_readme_asks_for_them(self):
        found = self.search(types=["label"], kinds=["silver"], regions=["nuts:DED"])
        self.assertEqual([label.title for label in self.imported([hit.facts for hit in found.hits])],
                         ["ECEI Silver: biosaxony"])

    def test_the_code_of_a_region_is_found_by_any_of_its_names(self):
        for query, code in [("saxony", "nuts:DED"), ("Sachsen", "nuts:DED"), ("Bavaria", "nuts:DE2"),
                            ("NRW", "nuts:DEA"), ("bretagne", "nuts:FRH"), ("Brittany", "nuts:FRH")]:
            with self.subTest(query):
                found = self.client.Taxonomy.SearchCodes(
                    catalogue.SearchCodesRequest(query=query), timeout=10)
                self.assertEqual(found.codes[0].code, code)

    def test_go_cluster_has_25_clusters(self):
        found = self.search(types=["cluster"], programmes=["programmes/go-cluster"])
        self.assertEqual(found.total_size, 25)

    def test_sources_stay_with_the_records(self):
        clusters = self.imported(pages(self.client.Cluster.ListClusters,
                                       catalogue.ListClustersRequest(page_size=1000), "clusters"))
        without = [cluster.name for cluster in clusters if not cluster.sources]
        self.assertEqual(without, [])

    def test_labels_that_ended_are_not_valid(self):
        labels = self.imported(pages(self.client.Label.ListLabels, catalogue.ListLabelsRequest(
            parent="clusters/-", page_size=1000), "labels"))
        ended = [label for label in labels if label.valid_until]
        self.assertEqual(len(ended), 83)
        self.assertEqual([label.name for label in ended
                          if label.state == catalogue.Label.STATE_VALID], [])

    def test_a_second_import_changes_nothing(self):
        before = steps.revision(self.stack)
        shared.import_records(self.stack)
        self.assertEqual(steps.revision(self.stack), before)

    def test_an_import_tells_only_those_who_asked_for_quiet_changes(self):
        records = 395 + 190 + 62 + 45 + 6 + 179

        def quiet_ones():
            return [one for one in steps.inbox(self.stack, "subscribers/everything-quiet")
                    if one.change.quiet]

        told = eventually(lambda: (found := quiet_ones()) and
                          len({one.change.name for one in found}) >= records and found,
                          "everything-quiet was told of every record", within=30)
        self.assertEqual({one.change.kind for one in told} & {"label.expired", "label.lapsed"}, set())
        loud = [one.change.name for one in steps.inbox(self.stack, "subscribers/everything")
                if one.change.quiet]
        self.assertEqual(loud, [])
        self.assertEqual(steps.balance(self.stack).difference, 0)
