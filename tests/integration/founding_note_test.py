"""The news item that this project grew from, statement by statement, as questions to the demo data.

It reports on a meeting of 9 May 2022 at which Cluster-Dialog.NRW presented two programmes, go-cluster
and the European Cluster Collaboration Platform (ECCP). A statement is a test, numbered as in the item.
"""

import concurrent.futures
import datetime
import time
import unittest

import shared
import steps
from api import catalogue, types_v1
from grpcurl import Grpcurl
from waiting import eventually

GO_CLUSTER = "programmes/go-cluster"
ECCP = "programmes/eccp"
DIALOG = "programmes/cluster-dialog-nrw"
# What go-cluster asks can be read off this profile, as far as it isn't looked at by hand.
PROFILE = {"members": {"total": 40, "smes": 25, "large_companies": 5, "research_organisations": 6,
                       "others": 4},
           "management_team": {"full_time_equivalents": 2},
           "website": "https://example.org/", "languages": ["de", "en"],
           "support_services": ["Training", "Networking"]}


class FoundingNoteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.ask = Grpcurl(cls.stack).call
        cls.refused = Grpcurl(cls.stack).refused

    def search(self, **filter_):
        """The Facts of what is found, the earliest first."""
        answer = self.ask("Search.Search", filter=filter_, order="ORDER_TIME")
        return [hit["facts"] for hit in answer.get("hits", [])]

    def programme(self, name):
        return self.ask("Programme.GetProgramme", name=name)

    def member(self):
        """A cluster that is a member of go-cluster."""
        cluster = steps.create_cluster(self.stack, title="A member", **PROFILE).name
        self.ask("Membership.CreateMembership", parent=GO_CLUSTER, membership={
            "cluster": cluster, "period": {"start": "2020"}})
        return cluster

    def verdicts(self, cluster, programme=GO_CLUSTER):
        """The outcome of each criterion by its id, and what they come to."""
        answer = self.ask("Programme.CheckEligibility", cluster=cluster, programme=programme)
        return {one["criterion"]: one["outcome"] for one in answer["verdicts"]}, answer["result"]

    def test_01_on_9_may_2022_cluster_dialog_nrw_held_an_information_event_on_two_programmes(self):
        [event] = self.search(types=["event"], kinds=["info_session"],
                              period={"start": "2022-05-09", "end": "2022-05-09"})
        self.assertEqual(event["period"], {"start": "2022-05-09", "end": "2022-05-09"})
        self.assertIn("go-cluster", event["title"])
        self.assertIn("European Cluster Collaboration Platform", event["title"])
        organiser = self.ask("Event.GetEvent", name=event["name"])["organiser"]
        self.assertIn(self.programme(DIALOG)["title"], organiser)

    def meeting(self):
        [event] = self.search(types=["event"], kinds=["info_session"],
                              period={"start": "2022-05-09", "end": "2022-05-09"})
        return event["name"]

    def test_02_each_programme_was_presented_by_a_person_who_works_for_it(self):
        items = []
        for programme in (GO_CLUSTER, ECCP):
            # Who it is stands in the person's record alone; the agenda has a random name.
            person = self.ask("Person.CreatePerson", person={
                "display_name": "Somebody", "owner": programme})["name"]
            items.append(catalogue.AgendaItem(
                title=f"Presented: {self.programme(programme)['title']}", programmes=[programme],
                contacts=[types_v1.Contact(person=person, role="PERSON_ROLE_SPEAKER")]))
        self.stack.catalogue.client.Event.UpdateEvent(catalogue.UpdateEventRequest(
            event=catalogue.CalendarEvent(name=self.meeting(), agenda=items)), timeout=10)
        [event] = self.search(types=["event"], kinds=["info_session"], programmes=[GO_CLUSTER],
                              period={"start": "2022-05", "end": "2022-05"})
        self.assertEqual(event["name"], self.meeting())
        self.assertLessEqual({GO_CLUSTER, ECCP}, set(event["programmes"]))
        agenda = self.ask("Event.GetEvent", name=self.meeting())["agenda"]
        self.assertEqual([[one["role"] for one in item["contacts"]] for item in agenda],
                         [["PERSON_ROLE_SPEAKER"]] * 2)
        self.assertNotIn("Somebody", str(event) + str(agenda))

    def test_14_its_source_is_nrw_innovativ(self):
        self.ask("Event.UpdateEvent", event={"name": self.meeting(), "recap": {
            "text": "Two programmes were presented to the clusters of the state.",
            "source": "NRW.innovativ"}})
        recap = self.ask("Event.GetEvent", name=self.meeting())["recap"]
        self.assertEqual(recap["source"], "NRW.innovativ")
        self.assertEqual([one["name"] for one in self.search(types=["event"], words="presented clusters state")],
                         [self.meeting()])

    def test_03_go_cluster_is_the_excellence_measure_of_the_federal_ministry(self):
        programme = self.programme(GO_CLUSTER)
        self.assertEqual([programme["kind"], programme["reach"], programme["country"]],
                         ["KIND_PROGRAMME", "REACH_NATIONAL", "DE"])
        self.assertIn("Federal economics ministry", programme["operator"])

    def test_04_it_is_for_innovation_clusters_that_meet_the_quality_criteria(self):
        criteria = self.programme(GO_CLUSTER)["criteria"]
        self.assertEqual({one["group"] for one in criteria},
                         {"GROUP_STRUCTURE", "GROUP_MANAGEMENT", "GROUP_COOPERATION", "GROUP_IMPACT"})
        meets = steps.create_cluster(self.stack, title="Meets what is asked", **PROFILE)
        outcomes, result = self.verdicts(meets.name)
        self.assertEqual(set(outcomes), {one["id"] for one in criteria})
        self.assertEqual(set(outcomes.values()), {"OUTCOME_MET", "OUTCOME_BY_HAND"})
        self.assertEqual(result, "RESULT_OPEN")
        fails = steps.create_cluster(self.stack, title="Doesn't", country="AT", regions=["nuts:AT13"],
                                     members={"total": 3, "smes": 3})
        outcomes, result = self.verdicts(fails.name)
        self.assertEqual(result, "RESULT_NOT_MET")
        self.assertEqual([outcomes["germany"], outcomes["members"], outcomes["management"]],
                         ["OUTCOME_NOT_MET", "OUTCOME_NOT_MET", "OUTCOME_UNKNOWN"])

    def test_05_its_core_is_consulting_trainings_networking_events_and_public_display(self):
        kinds = {one["kind"] for one in self.programme(GO_CLUSTER)["offerings"]}
        self.assertLessEqual({"KIND_CONSULTING", "KIND_TRAINING", "KIND_NETWORKING",
                              "KIND_PUBLIC_DISPLAY"}, kinds)
        member = self.member()
        for kind in ("KIND_CONSULTING", "KIND_PUBLIC_DISPLAY"):
            offering = next(one["id"] for one in self.programme(GO_CLUSTER)["offerings"]
                            if one["kind"] == kind)
            booking = self.ask("Booking.AskForBooking", parent=GO_CLUSTER, cluster=member,
                               offering=offering)
            self.assertEqual([booking["kind"], booking["state"]], [kind, "STATE_ASKED"])
        meetings = self.search(types=["event"], words="go-cluster", period={"start": "2022-10-20",
                                                                            "end": "2022-10-20"})
        self.assertTrue(meetings, "the virtual cluster meeting of go-cluster")

    def test_06_it_can_take_over_the_costs_of_the_silver_label(self):
        year = datetime.date.today().year + 4
        budget = self.ask("Budget.CreateBudget", parent=GO_CLUSTER, budget_id=str(year),
                          budget={"given": {"currencyCode": "EUR", "units": "5000"}})["name"]
        asked = self.ask("Booking.AskForBooking", parent=GO_CLUSTER, cluster=self.member(),
                         offering="silver-label", budget_year=year,
                         price={"currencyCode": "EUR", "units": "4307", "nanos": 800000000})
        self.assertEqual(asked["coverage"]["level"], "silver")
        for move in ("ApproveBooking", "RecordInvoice", "RecordPayment"):
            paid = self.ask(f"Booking.{move}", name=asked["name"])
        self.assertEqual(paid["state"], "STATE_PAID")
        budget = self.ask("Budget.GetBudget", name=budget)
        self.assertEqual([budget["paid"], budget["free"]], [
            {"currency_code": "EUR", "units": "4307", "nanos": 800000000},
            {"currency_code": "EUR", "units": "692", "nanos": 200000000}])

    def test_07_the_first_step_of_admission_is_a_consultation_talk(self):
        applicant = steps.create_cluster(self.stack, title="Wants to join", **PROFILE).name
        refused = self.refused("Admission.SubmitApplication", parent=GO_CLUSTER, cluster=applicant)
        self.assertEqual(refused.reason, "CONSULTATION_FIRST")
        self.assertIn("consultation", refused.message)
        steps_ahead = self.ask("Programme.CheckEligibility", cluster=applicant,
                               programme=GO_CLUSTER)["next_steps"]
        self.assertRegex(steps_ahead[0], "(?i)consultation")
        asked = self.ask("Admission.AskForConsultation", parent=GO_CLUSTER, cluster=applicant)
        self.assertEqual(asked["state"], "STATE_CONSULTATION_ASKED")
        # For go-cluster alone.
        submitted = self.ask("Admission.SubmitApplication", parent=ECCP, cluster=applicant)
        self.assertEqual(submitted["state"], "STATE_SUBMITTED")

    def test_08_the_eccp_is_a_platform_with_its_activities(self):
        programme = self.programme(ECCP)
        self.assertEqual([programme["kind"], programme["reach"], programme["acronym"]],
                         ["KIND_PLATFORM", "REACH_EUROPEAN", "ECCP"])
        self.assertTrue(programme["admission"]["lists_drafts"])
        self.assertLessEqual({"A profile on the cluster map", "Partner search and matchmaking events"},
                             {one["title"] for one in programme["offerings"]})

    def test_09_its_map_holds_over_1300_international_cluster_organisations(self):
        client = self.stack.catalogue.client.Cluster

        def create(number):
            return client.CreateCluster(catalogue.CreateClusterRequest(cluster=catalogue.Cluster(
                title=f"Mapped Cluster {number}", country="CA" if number % 2 else "CL",
                state="STATE_PUBLISHED", seat=types_v1.Place(point=types_v1.Point(
                    latitude=-50 + number % 100, longitude=-170 + number / 3,
                    precision="POINT_PRECISION_CITY")))), timeout=10).name

        def delete(name):
            client.DeleteCluster(catalogue.DeleteClusterRequest(name=name), timeout=10)

        with concurrent.futures.ThreadPoolExecutor(8) as several:
            made = list(several.map(create, range(1000)))
            self.addCleanup(lambda: [delete(name) for name in made])
        world = {"south": -90, "west": -180, "north": 90, "east": 180}
        revision = steps.revision(self.stack)
        began = time.monotonic()
        whole = self.ask("Search.GetMap", bounds=world, zoom=2, filter={"types": ["cluster"]},
                         min_revision=revision)
        self.assertLess(time.monotonic() - began, 5)
        self.assertGreater(whole["total_size"], 1300)
        self.assertEqual(sum(cell["count"] for cell in whole["cells"]), whole["total_size"])
        canada = self.ask("Search.GetMap", bounds=world, zoom=2, filter={
            "types": ["cluster"], "regions": ["iso:CA"], "words": "Mapped"})
        self.assertEqual(canada["total_size"], 500)

    def test_10_it_holds_the_european_cluster_conference_and_the_eu_clusters_talks(self):
        [conference] = [event for event in self.search(
            types=["event"], kinds=["conference"], period={"start": "2022-09", "end": "2022-09"},
            words="European Cluster Conference") if event["title"] == "European Cluster Conference 2022"]
        self.assertEqual(conference["period"], {"start": "2022-09-26", "end": "2022-09-27"})
        self.assertEqual(self.ask("Event.GetEvent", name=conference["name"])["place"]["city"], "Praha")
        beside = [event for event in self.search(types=["event"], period=conference["period"])
                  if event.get("parent") == conference["name"]]
        self.assertEqual({event["kind"] for event in beside}, {"side_event", "matchmaking"})
        talks = self.search(types=["event"], kinds=["cluster_talk"])
        self.assertGreaterEqual(len(talks), 5)
        self.assertTrue(all("EU Clusters Talk" in talk["title"] for talk in talks), talks)

    def test_11_the_clusters_of_nrw_find_international_partners(self):
        asker = steps.create_cluster(self.stack, title="A cluster of NRW", regions=["nuts:DEA2"],
                                     languages=["de", "en"]).name
        request = self.ask("PartnerRequest.CreatePartnerRequest", partner_request={
            "owner": asker, "title": "Wine for ports", "kind": "KIND_PROJECT",
            "sought": "A port.", "sectors": ["esca:food"], "regions": ["iso:FR"],
            "state": "STATE_OPEN"})
        revision = request["revision"]
        ranked = self.ask("PartnerRequest.RankPartners", name=request["name"], min_revision=revision)
        best = ranked["partners"][0]
        self.assertIn("iso:FR", best["facts"]["codes"])
        self.assertIn("France", str([reason["text"]["en"] for reason in best["reasons"]]))
        self.assertEqual(best["score"], sum(reason["points"] for reason in best["reasons"]))
        scores = [one["score"] for one in ranked["partners"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        # Who fits in everything is what a subscription would tell.
        fits = self.search(**ranked["filter"])
        self.assertTrue(fits)
        self.assertLessEqual({one["name"] for one in fits[:20]},
                             {one["facts"]["name"] for one in self.ask(
                                 "PartnerRequest.RankPartners", name=request["name"],
                                 page_size=100)["partners"]})
        follower = steps.subscribe(self.stack, "follows-a-request", {"names": [request["name"]]})
        partner = best["facts"]["name"]
        interest = self.ask("Interest.ExpressInterest", parent=request["name"], cluster=partner,
                            note="We have one.")
        self.assertEqual([interest["asker"], interest["note"]], [asker, "We have one."])
        self.ask("PartnerRequest.ClosePartnerRequest", name=request["name"], closing="CLOSING_FOUND")
        late = steps.create_cluster(self.stack, title="Comes too late").name
        refused = self.refused("Interest.ExpressInterest", parent=request["name"], cluster=late)
        self.assertEqual(refused.reason, "REQUEST_CLOSED")
        [told] = eventually(lambda: [item for item in steps.inbox(self.stack, follower)
                                     if item.change.kind == "partner_request.closed"] or None,
                            "followers hear that it is closed")
        self.assertEqual(told.title, "Wine for ports: A cluster of NRW – the partner request is closed")
        self.assertNotIn("We have one", str(steps.inbox(self.stack, follower)))

    def test_12_the_platform_widens_the_reach_of_projects_and_publications(self):
        owner = steps.create_cluster(self.stack, title="Has a project").name
        steps.subscribe(self.stack, "reads-projects", {"types": ["publication"],
                                                       "kinds": ["project"]})
        name = self.ask("Publication.CreatePublication", publication={
            "owner": owner, "title": "Ports that breathe", "kind": "KIND_PROJECT",
            "period": {"start": "2022"}, "link": "https://ports.example/"})["name"]
        self.ask("Publication.PublishPublication", name=name)
        self.assertEqual([one["name"] for one in self.search(types=["publication"], names=[owner])],
                         [name])
        # Numbers are of whole hours, and under five they are no number.
        self.assertTrue(self.ask("Reach.GetReach", resource=name)["matched"]["under_five"])

    # By mail, invitation and feed, with the conference of the records: calendar_test.
    def test_13_conferences_are_told_with_what_a_calendar_needs_and_so_are_move_and_cancellation(self):
        everything = {"subscriber": "conferences-nrw", "filter": {"types": ["event"],
                                                                  "kinds": ["conference"]}}
        subscriber = steps.subscribe(self.stack, everything["subscriber"], everything["filter"])
        elsewhere = steps.subscribe(self.stack, "workshops", {"types": ["event"],
                                                              "kinds": ["workshop"]})
        made = self.ask("Event.CreateEvent", event_id="next-conference", event={
            "title": "The next conference", "kind": "KIND_CONFERENCE",
            "period": {"start": "2022-09-26", "end": "2022-09-27"}, "startTime": "09:00",
            "timeZone": "Europe/Prague", "place": {"city": "Praha", "country": "CZ"},
            "state": "STATE_PUBLISHED"})["name"]
        self.ask("Event.UpdateEvent", event={"name": made, "summary": "For clusters in NRW too."})
        self.ask("Event.UpdateEvent", event={"name": made, "period": {
            "start": "2022-09-27", "end": "2022-09-28"}})
        self.ask("Event.CancelEvent", name=made, reason="There is no hall.")
        told = eventually(lambda: self._told_of(subscriber, made, 4), "the conference is told of")
        self.assertEqual([item.change.kind for item in told],
                         ["event.created", "event.updated", "event.moved", "event.cancelled"])
        entries = [item.change.after.calendar for item in told]
        self.assertEqual(len({entry.uid for entry in entries}), 1)
        self.assertEqual([entry.sequence for entry in entries], [0, 0, 1, 2])
        self.assertEqual([entry.start for entry in entries],
                         ["2022-09-26T09:00"] * 2 + ["2022-09-27T09:00"] * 2)
        self.assertEqual({entry.time_zone for entry in entries}, {"Europe/Prague"})
        self.assertEqual([types_v1.Calendar.Status.Name(entry.status) for entry in entries],
                         ["STATUS_CONFIRMED"] * 3 + ["STATUS_CANCELLED"])
        # Who asks for workshops can ask why none of it came.
        [why] = self.ask("Explain.Explain", parent=elsewhere, resource=made)["explanations"]
        self.assertIn("No delivery: the filter doesn't match", why["summary"])
        self.assertNotIn("delivery", why)
        [why] = self.ask("Explain.Explain", parent=subscriber, resource=made)["explanations"]
        self.assertEqual([why["change_kind"], why["delivery"]["state"], why["would_send_now"]],
                         ["event.cancelled", "STATE_DELIVERED", True])
        seen = self.ask("Explain.Preview", parent=subscriber, subscription={
            "filter": everything["filter"], "kinds": ["event.moved"]})
        self.assertIn(made, [one["resource"] for one in seen["latest"]])
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def _told_of(self, subscriber, name, count):
        items = [item for item in steps.inbox(self.stack, subscriber) if item.change.name == name]
        return items if len(items) >= count else None
