"""Bad input gets an error that names the field and the remedy, and leaves nothing half done."""

import json
import unittest

import shared
import steps
from api import catalogue, change, notification, refusal, types_v1

SECTORS_51 = types_v1.Filter(sectors=[f"named:sector-{number}" for number in range(51)])


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client
        cls.subscriber = steps.subscribe(cls.stack, "bad-input", {"types": ["taxonomy"]})

    def refused(self, call, request, code, reason, *fields):
        """The refusal, after a look at what it must say; the catalogue's revision must stand still."""
        before = steps.revision(self.stack)
        answer = refusal(call, request)
        self.assertEqual((answer.code.name, answer.reason, answer.domain),
                         (code, reason, "clusterwire"), answer)
        self.assertEqual(set(answer.fields), set(fields), answer)
        for field in fields:
            self.assertTrue(answer.fields[field])
            self.assertIn(field, answer.message)
        self.assertEqual(steps.revision(self.stack), before)
        return answer

    def create(self, **fields):
        return catalogue.CreateClusterRequest(
            cluster_id="test-never", cluster=steps.cluster_of("Never", **fields))

    def test_wrong_codes_are_all_named_at_once(self):
        self.refused(self.client.Cluster.CreateCluster,
                     self.create(country="XX", sectors=["esca:ict", "esca:nonsense", "ict"],
                                 regions=["nuts:ZZ9", "esca:ict"]),
                     "INVALID_ARGUMENT", "INVALID_FIELDS", "cluster.country", "cluster.sectors[1]",
                     "cluster.sectors[2]", "cluster.regions[0]", "cluster.regions[1]")

    def test_texts_that_no_title_can_hold_are_refused(self):
        for title in ["", " ", "a" * 201, "a\0b"]:
            with self.subTest(title[:5]):
                self.refused(self.client.Cluster.CreateCluster, catalogue.CreateClusterRequest(
                    cluster_id="test-never", cluster=catalogue.Cluster(title=title, country="DE")),
                    "INVALID_ARGUMENT", "INVALID_FIELDS", "cluster.title")

    def test_dates_out_of_order_are_refused(self):
        self.refused(self.client.Label.AwardLabel, catalogue.AwardLabelRequest(
            parent="clusters/silicon-saxony-e-v",
            label=steps.silver(awarded="2026-05", valid_until="2025")),
            "INVALID_ARGUMENT", "INVALID_FIELDS", "label.valid_until")
        answer = refusal(self.client.Event.CreateEvent, catalogue.CreateEventRequest(
            event_id="test-never", event=catalogue.CalendarEvent(
                title="Never", kind="KIND_CONFERENCE",
                period=types_v1.Period(start="2026-05-13", end="2026-05-12"))))
        self.assertEqual((answer.code.name, answer.reason), ("INVALID_ARGUMENT", "INVALID_FIELDS"))
        self.assertTrue(all(field.startswith("event.period") for field in answer.fields), answer)
        self.assertTrue(answer.fields)

    def test_a_label_needs_a_cluster_that_is_there(self):
        answer = self.refused(self.client.Label.AwardLabel, catalogue.AwardLabelRequest(
            parent="clusters/absent", label=steps.silver()), "NOT_FOUND", "RESOURCE_NOT_FOUND")
        self.assertEqual(answer.metadata, {"resource": "clusters/absent"})
        cluster = steps.create_cluster(self.stack)
        self.client.Cluster.DeleteCluster(catalogue.DeleteClusterRequest(name=cluster.name),
                                          timeout=10)
        answer = self.refused(self.client.Label.AwardLabel, catalogue.AwardLabelRequest(
            parent=cluster.name, label=steps.silver()), "FAILED_PRECONDITION", "PARENT_DELETED")
        self.assertIn("undelete", answer.message)

    def test_a_stale_etag_is_refused(self):
        cluster = steps.create_cluster(self.stack)
        update = catalogue.UpdateClusterRequest(cluster=cluster)
        update.cluster.summary = "The first change."
        self.client.Cluster.UpdateCluster(update, timeout=10)
        update.cluster.summary = "A change of what was read before."
        answer = self.refused(self.client.Cluster.UpdateCluster, update, "ABORTED", "ETAG_MISMATCH")
        self.assertEqual(answer.metadata["resource"], cluster.name)
        now = self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=cluster.name),
                                             timeout=10)
        self.assertEqual(now.summary, "The first change.")

    def test_a_request_id_stands_for_one_request(self):
        request = catalogue.CreateClusterRequest(cluster=steps.cluster_of("Once"),
                                                 cluster_id="test-once", request_id="once")
        first = self.client.Cluster.CreateCluster(request, timeout=10)
        before = steps.revision(self.stack)
        self.assertEqual(self.client.Cluster.CreateCluster(request, timeout=10), first)
        self.assertEqual(steps.revision(self.stack), before)
        request.cluster.title = "Twice"
        self.refused(self.client.Cluster.CreateCluster, request, "ALREADY_EXISTS",
                     "REQUEST_ID_REUSED")

    def test_a_page_token_belongs_to_its_query(self):
        first = self.client.Cluster.ListClusters(catalogue.ListClustersRequest(page_size=2),
                                                 timeout=10)
        token = first.next_page_token
        for call, request in [
                (self.client.Cluster.ListClusters,
                 catalogue.ListClustersRequest(page_token=token, show_deleted=True)),
                (self.client.Programme.ListProgrammes,
                 catalogue.ListProgrammesRequest(page_token=token)),
                (self.client.Search.Search, catalogue.SearchRequest(page_token=token)),
                (self.client.Change.ListChanges, change.ListChangesRequest(page_token=token))]:
            with self.subTest(type(request).__name__):
                self.refused(call, request, "INVALID_ARGUMENT", "PAGE_TOKEN_MISMATCH")
        self.refused(self.client.Cluster.ListClusters,
                     catalogue.ListClustersRequest(page_token=token[:-4] + "AAAA"),
                     "INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
        self.refused(self.client.Cluster.ListClusters, catalogue.ListClustersRequest(page_size=-1),
                     "INVALID_ARGUMENT", "INVALID_FIELDS", "page_size")

    def test_a_filter_with_51_sectors_is_refused_in_search_and_subscription(self):
        self.refused(self.client.Search.Search, catalogue.SearchRequest(filter=SECTORS_51),
                     "INVALID_ARGUMENT", "INVALID_FIELDS", "filter.sectors")
        self.refused(self.client.Change.ListChanges, change.ListChangesRequest(filter=SECTORS_51),
                     "INVALID_ARGUMENT", "INVALID_FIELDS", "filter.sectors")
        self.subscription_refused("subscription.filter.sectors", filter=SECTORS_51)

    def test_a_subscription_names_what_there_is(self):
        self.subscription_refused("subscription.kinds[1]", kinds=["label.awarded", "label.eaten"])
        self.subscription_refused("subscription.endpoint",
                                  endpoint=f"{self.subscriber}/endpoints/absent")
        self.subscription_refused("subscription.endpoint",
                                  endpoint="subscribers/everything/endpoints/inbox")
        self.subscription_refused("subscription.filter.words", filter={"words": "clust*"})

    def subscription_refused(self, field, **options):
        subscription = notification.Subscription(title="Never", **options)
        self.refused(self.stack.notification.client.Subscription.CreateSubscription,
                     notification.CreateSubscriptionRequest(parent=self.subscriber,
                                                            subscription=subscription),
                     "INVALID_ARGUMENT", "INVALID_FIELDS", field)
        kept = self.stack.notification.client.Subscription.ListSubscriptions(
            notification.ListSubscriptionsRequest(parent=self.subscriber), timeout=10)
        self.assertEqual(len(kept.subscriptions), 1)

    def test_a_filter_with_a_field_from_the_future_is_refused_and_never_ignored(self):
        future = types_v1.Filter.FromString(types_v1.Filter(types=["cluster"]).SerializeToString() +
                                            b"\xfa\x3e\x01x")
        for call, request in [
                (self.client.Search.Search, catalogue.SearchRequest(filter=future)),
                (self.stack.notification.client.Subscription.CreateSubscription,
                 notification.CreateSubscriptionRequest(
                     parent=self.subscriber,
                     subscription=notification.Subscription(title="Never", filter=future)))]:
            answer = refusal(call, request)
            self.assertIn("FILTER_UNKNOWN_FIELDS", [answer.reason, *answer.fields.values()], answer)

    def test_a_dry_run_answers_as_if_and_changes_nothing(self):
        before = steps.revision(self.stack)
        answer = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=steps.cluster_of("Dry run"), cluster_id="test-dry-run", validate_only=True),
            timeout=10)
        self.assertEqual(answer.title, "Dry run")
        self.assertEqual(steps.revision(self.stack), before)
        self.assertEqual(refusal(self.client.Cluster.GetCluster, catalogue.GetClusterRequest(
            name="clusters/test-dry-run")).code.name, "NOT_FOUND")

    def test_an_import_line_with_an_unknown_field_is_refused_and_the_next_is_taken(self):
        plain = {"name": "Test Plain", "country": "DE", "source": "https://example.org/clusters"}
        lines = [json.dumps({**plain, "name": "Test Coloured", "colour": "red"}), '{"name": ',
                 json.dumps(plain)]
        start = catalogue.ImportStart(kind="KIND_CLUSTERS", validate_only=True)
        requests = [catalogue.ImportRequest(start=start)] + [
            catalogue.ImportRequest(line=catalogue.ImportLine(number=number, json=line))
            for number, line in enumerate(lines, 1)]
        reports = list(self.client.Import.Import(iter(requests), timeout=20))
        outcomes = [catalogue.ImportResponse.Outcome.Name(one.outcome) for one in reports]
        self.assertEqual([one.number for one in reports], [1, 2, 3])
        self.assertEqual(outcomes, ["OUTCOME_REFUSED", "OUTCOME_REFUSED", "OUTCOME_CREATED"], reports)
        self.assertEqual(["colour" in note for note in reports[0].notes], [True])
