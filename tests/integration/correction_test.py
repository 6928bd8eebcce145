"""What was entered wrongly is corrected, and what was sent twice is done once."""

import json
import subprocess
import unittest

import shared
import steps
from api import catalogue, change, notification, refusal, types_v1
from google.protobuf import field_mask_pb2
from processes import GRPCURL
from waiting import eventually

TIMEOUT = {"timeout": 10}


class CorrectionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client

    def kinds_of(self, subscriber, name):
        return [item.change.kind for item in steps.inbox(self.stack, subscriber)
                if item.change.name == name]

    def test_an_update_without_a_mask_loses_nothing(self):
        cluster = steps.create_cluster(
            self.stack, members=catalogue.MemberCounts(total=120, smes=80),
            seat=types_v1.Place(city="Dresden", region="Sachsen", country="DE"))
        updated = self.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster.name, members=catalogue.MemberCounts(smes=5),
                                      seat=types_v1.Place(city="Leipzig"))), **TIMEOUT)
        self.assertEqual((updated.members.total, updated.members.smes), (120, 5))
        self.assertEqual((updated.seat.city, updated.seat.region), ("Leipzig", "Sachsen"))

    def test_a_subscription_without_a_mask_keeps_the_rest_of_its_filter(self):
        subscriber = steps.subscribe(self.stack, "correction-filter",
                                     {"types": ["label"], "regions": ["nuts:DE1"]})
        api = self.stack.notification.client.Subscription
        known = api.ListSubscriptions(notification.ListSubscriptionsRequest(parent=subscriber),
                                      **TIMEOUT).subscriptions[0]
        updated = api.UpdateSubscription(notification.UpdateSubscriptionRequest(
            subscription=notification.Subscription(
                name=known.name, filter=types_v1.Filter(kinds=["ecei:silver"]))), **TIMEOUT)
        self.assertEqual((list(updated.filter.types), list(updated.filter.regions),
                          list(updated.filter.kinds)), (["label"], ["nuts:DE1"], ["ecei:silver"]))
        self.assertIn("nuts:DE1", updated.notes[0])

    def test_a_mask_is_a_list_of_paths_in_grpcurl(self):
        cluster = steps.create_cluster(self.stack, acronym="TC")
        answer = subprocess.run(
            [GRPCURL, "-plaintext", "-d", json.dumps(
                {"cluster": {"name": cluster.name, "acronym": "TCD"},
                 "update_mask": {"paths": ["acronym", "former_titles", "seat.city"]}}),
             self.stack.catalogue.address,
             "clusterwire.catalogue.v1.ClusterService/UpdateCluster"],
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(json.loads(answer.stdout)["acronym"], "TCD")

    def test_a_label_is_corrected_and_deleted_without_a_word_of_revocation(self):
        cluster = steps.create_cluster(self.stack)
        subscriber = steps.subscribe(self.stack, "correction-label",
                                     {"names": [cluster.name], "kinds": ["ecei:silver"]})
        label = steps.award(self.stack, cluster.name)
        corrected = self.client.Label.UpdateLabel(catalogue.UpdateLabelRequest(
            label=catalogue.Label(name=label.name, valid_until="2031-05-31")), **TIMEOUT)
        self.assertEqual((corrected.valid_until, corrected.awarded), ("2031-05-31", label.awarded))
        self.assertIn(f"valid_until: was {label.valid_until}, is 2031-05-31", corrected.notes)
        self.client.Label.DeleteLabel(catalogue.DeleteLabelRequest(name=label.name), **TIMEOUT)
        kinds = eventually(lambda: (lambda told: told if len(told) == 3 else None)(
            self.kinds_of(subscriber, label.name)), "three notices of the label")
        self.assertEqual(kinds, ["label.awarded", "label.updated", "label.deleted"])
        last = steps.inbox(self.stack, subscriber)[-1]
        self.assertEqual(last.transition, notification.TRANSITION_LEFT)
        self.assertNotIn("revoke", f"{last.title} {last.text}".lower())
        again = refusal(self.client.Label.AwardLabel, catalogue.AwardLabelRequest(
            parent=cluster.name, label=steps.silver()))
        self.assertEqual((again.code.name, again.reason), ("ALREADY_EXISTS", "RESOURCE_EXISTS"))
        self.assertIn("UndeleteLabel", again.message)

    def test_a_level_gets_another_title_and_all_that_follows_is_told(self):
        cluster = steps.create_cluster(self.stack).name
        scheme = self.client.LabelScheme.CreateLabelScheme(catalogue.CreateLabelSchemeRequest(
            label_scheme_id="test-titles", label_scheme=catalogue.LabelScheme(
                title="Titles", levels=[catalogue.LabelLevel(id="one", title="Alpha")])), **TIMEOUT).name
        steps.award(self.stack, cluster, catalogue.Label(scheme=scheme, level="one"))
        reader = steps.subscribe(self.stack, "titles-reader", {"names": [cluster]},
                                 kinds=["cluster.updated"])
        self.client.LabelScheme.UpdateLabelScheme(catalogue.UpdateLabelSchemeRequest(
            label_scheme=catalogue.LabelScheme(
                name=scheme, levels=[catalogue.LabelLevel(id="one", title="Beta")])), **TIMEOUT)
        eventually(lambda: "projection" in {one.cause for one in self.client.Change.ListChanges(
            change.ListChangesRequest(filter={"names": [cluster]}, page_size=1000), **TIMEOUT).changes},
            "all is derived anew")
        self.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster, acronym="LATER")), **TIMEOUT)
        eventually(lambda: "cluster.updated" in self.kinds_of(reader, cluster), "and what comes behind it")

    def test_what_is_sent_twice_is_done_once(self):
        cluster = steps.create_cluster(self.stack, state="STATE_DRAFT")
        label = steps.award(self.stack, cluster.name)
        calls = [
            (self.client.Cluster.PublishCluster,
             catalogue.PublishClusterRequest(name=cluster.name)),
            (self.client.Label.RenewLabel, catalogue.RenewLabelRequest(
                name=label.name, renewed=label.awarded, valid_until="2031")),
            (self.client.Label.RevokeLabel, catalogue.RevokeLabelRequest(
                name=label.name, revoked=label.awarded, reason="a mistake"))]
        for call, request in calls:
            first = call(request, **TIMEOUT)
            revision = steps.revision(self.stack)
            second = call(request, **TIMEOUT)
            first.ClearField("notes")  # of what was done; the second did nothing
            self.assertEqual(second, first)
            self.assertEqual(steps.revision(self.stack), revision)

    def test_a_name_of_another_form_is_no_missing_resource(self):
        for name, text in [("programmes/go-cluster", "clusters/{cluster}"), ("", "is required")]:
            answer = refusal(self.client.Cluster.GetCluster, catalogue.GetClusterRequest(name=name))
            self.assertEqual(answer.code.name, "INVALID_ARGUMENT")
            self.assertIn(text, answer.fields["name"])

    def test_everything_wrong_with_a_search_or_a_list_is_named_at_once(self):
        answer = refusal(self.client.Search.Search, catalogue.SearchRequest(
            filter=types_v1.Filter(types=["clusters"], label_levels=["ecei:sliver"]), page_size=-1,
            facets=["regoins"], order="ORDER_DISTANCE"))
        self.assertEqual(set(answer.fields), {"filter.types[0]", "filter.label_levels[0]",
                                              "page_size", "facets[0]", "order"})
        self.assertIn("'cluster'", answer.fields["filter.types[0]"])
        self.assertIn("'ecei:silver'", answer.fields["filter.label_levels[0]"])
        answer = refusal(self.client.Label.ListLabels,
                         catalogue.ListLabelsRequest(parent="labels", page_size=-1))
        self.assertEqual(set(answer.fields), {"parent", "page_size"})

    def test_a_code_that_was_dropped_stops_no_other_change(self):
        taxonomy = self.client.Taxonomy.CreateTaxonomy(catalogue.CreateTaxonomyRequest(
            taxonomy=catalogue.Taxonomy(
                title="Correction", list="correction", subject="SUBJECT_SECTOR",
                codes=[catalogue.TaxonomyCode(code="a", title="A"),
                       catalogue.TaxonomyCode(code="b", title="B")])), **TIMEOUT)
        cluster = steps.create_cluster(self.stack, sectors=["correction:a", "correction:b"])
        del taxonomy.codes[1]
        self.client.Taxonomy.UpdateTaxonomy(catalogue.UpdateTaxonomyRequest(
            taxonomy=taxonomy, update_mask=field_mask_pb2.FieldMask(paths=["codes"])), **TIMEOUT)
        updated = self.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster.name, title="Another title")), **TIMEOUT)
        self.assertEqual(updated.title, "Another title")
        self.assertTrue(any("correction:b" in note for note in updated.notes), updated.notes)

        def search(code):
            return catalogue.SearchRequest(filter=types_v1.Filter(sectors=[code]),
                                           min_revision=updated.revision)
        found = self.client.Search.Search(search("correction:b"), **TIMEOUT)
        self.assertEqual([hit.facts.name for hit in found.hits], [cluster.name], "it still has it")
        answer = refusal(self.client.Search.Search, search("correction:c"))
        self.assertIn("'correction:a'", answer.fields["filter.sectors[0]"])

    def test_what_a_list_or_a_scheme_changes_is_told_and_what_comes_behind_it_too(self):
        reader = steps.subscribe(self.stack, "codes", {"types": ["cluster"], "words": "recoded"},
                                 include_quiet=True, kinds=["cluster.updated", "facts.refreshed"])
        taxonomy = self.client.Taxonomy.CreateTaxonomy(catalogue.CreateTaxonomyRequest(
            taxonomy=catalogue.Taxonomy(
                title="Recoded", list="recoded", subject="SUBJECT_SECTOR",
                codes=[catalogue.TaxonomyCode(code="a", title="A")])), **TIMEOUT)
        cluster = steps.create_cluster(self.stack, title="Recoded", sectors=["recoded:a"])
        taxonomy.codes[0].title = "Another A"
        self.client.Taxonomy.UpdateTaxonomy(catalogue.UpdateTaxonomyRequest(
            taxonomy=taxonomy, update_mask=field_mask_pb2.FieldMask(paths=["codes"])), **TIMEOUT)
        eventually(lambda: [item.change.kind for item in steps.inbox(self.stack, reader)] ==
                   ["facts.refreshed"], "the new title of the code is told")
        self.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster.name, acronym="REC")), **TIMEOUT)
        eventually(lambda: [item.change.kind for item in steps.inbox(self.stack, reader)] ==
                   ["facts.refreshed", "cluster.updated"], "what comes behind it is told")
        changes = self.stack.catalogue.client.Change.ListChanges(change.ListChangesRequest(
            filter=types_v1.Filter(names=[cluster.name])), **TIMEOUT).changes
        self.assertEqual([one.kind for one in changes],
                         ["cluster.created", "facts.refreshed", "cluster.updated"])


if __name__ == "__main__":
    unittest.main()
