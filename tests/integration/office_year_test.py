"""A year of a programme's office, and the two in which the label that it paid for ends and is renewed.

Everything is asked by grpcurl, a line each, by the office, a cluster's team and an operator. Each step is
looked for in the answer, in the history, in the search, in the office's webhook and in the team's inbox.
"""

import datetime
import unittest

import shared
from year_world import Listener, YearWorld

P = "programmes/go-cluster"
ECEI = "labelSchemes/ecei"
EVERYTHING = {"types": ["admission", "membership", "standing", "booking", "budget", "label"]}
# What the profile lacks at first; go-cluster's criteria ask for it, and for a larger management.
MEMBERS = {"total": 40, "smes": 25, "large_companies": 5, "research_organisations": 6}
MANAGEMENT = {"full_time_equivalents": 0.5}
SILVER = 4307.80        # ESCA's price of 3,620 euros with a VAT of 19 %
GIVEN = 20000


def in_words(day):
    return f"{day.day} {day:%B %Y}"


def years_later(day, years):
    """29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def euros(amount):
    units, cents = divmod(round(amount * 100), 100)
    return {"currency_code": "EUR", **({"units": str(units)} if units else {}),
            **({"nanos": cents * 10_000_000} if cents else {})}


class OfficeYearTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = YearWorld()
        cls.addClassCleanup(cls.world.close)
        cls.world.start()
        cls.operator, cls.office, cls.team = cls.world.operator, cls.world.office, cls.world.team
        cls.operator.call("Grant.CreateGrant",
                          grant={"subject": "test:office", "resource": P, "role": "ROLE_OWNER"})

    def test_an_office_plays_a_year_with_a_cluster(self):
        self.cluster_is_listed()
        self.talk_comes_first()
        self.application_is_returned_once()
        self.admitted_with_one_criterion_waived()
        self.consulting_is_booked()
        self.silver_is_covered_awarded_and_paid()
        self.probation_ends()
        self.reminders_come()
        self.label_ends_and_grace_runs()
        self.label_is_renewed_late_without_a_gap()
        self.membership_ends()

    # What is looked at at each step.

    def happened(self, kind, name, clause, team_hears=True, times=1):
        """The history has it, and people were told in a sentence, so often: the office by its webhook, the
        team in its inbox."""
        answer = self.office.call("Change.ListChanges", filter={"names": [name]}, kinds=[kind])
        self.assertTrue(answer.get("changes"), f"{kind} of {name} is in the history")
        notices = self.crm.told(kind, name, clause, times)
        self.assertEqual(len(notices), times, notices)
        if team_hears:      # its inbox keeps items for a month
            notices += self.inbox.told(kind, name, clause)
        for _, _, title, text in notices:
            self.assertNotRegex(f"{title}\n{text}", r"\b(clusters|programmes|labelSchemes)/",
                                "people read no resource names")

    def found(self, who, **filter_):
        """The states of what somebody finds, by name."""
        answer = who.call("Search.Search", filter=filter_)
        return {hit["facts"]["name"]: hit["facts"].get("state") for hit in answer.get("hits", [])}

    def seen_by_both_alone(self, type_, name, state):
        """Office and team find it in that state, a stranger doesn't, and is told that it isn't there."""
        for who in (self.office, self.team):
            self.assertEqual(self.found(who, types=[type_], names=[name]), {name: state})
        self.assertEqual(self.found(self.world.stranger, types=[type_], names=[name]), {})
        self.assertEqual(self.history(self.world.stranger, name), [])
        method = f"{type_.capitalize()}.Get{type_.capitalize()}"
        self.assertEqual(self.world.stranger.refused(method, name=name).reason, "RESOURCE_NOT_FOUND")

    def history(self, who, name):
        """The kinds of what somebody sees of it in the last 90 days, without what only followed from
        others, and none of it with what was noted."""
        changes = who.call("Change.ListChanges", filter={"names": [name]}).get("changes", [])
        self.assertNotRegex(str(changes), "We would like|Good talk|Who are your|young cluster|Our strategy")
        return [one["kind"] for one in changes
                if one["name"] == name and one["kind"] != "facts.refreshed"]

    # The steps.

    def cluster_is_listed(self):
        """Its team records it, an operator publishes it; both sides subscribe."""
        self.cluster = self.team.call("Cluster.CreateCluster", cluster={
            "title": "Leichtbau Test", "country": "DE", "regions": ["nuts:DEA2"],
            "support_services": ["Training", "Partner search"], "website": "https://example.org/"})["name"]
        draft = self.team.refused("Admission.AskForConsultation", parent=P, cluster=self.cluster)
        self.assertEqual(draft.reason, "DRAFT_NOT_LISTED", draft)
        self.operator.call("Cluster.PublishCluster", name=self.cluster)
        self.crm = Listener(self.office, "The office", EVERYTHING, shared.receiver().endpoint())
        self.inbox = Listener(self.team, "The team", {"names": [self.cluster]})
        year = str(self.world.today.year + 1)
        budget = self.office.call("Budget.CreateBudget", parent=P, budget_id=year,
                                  budget={"given": euros(GIVEN)})
        self.assertEqual(budget["free"], euros(GIVEN))
        self.budget = budget["name"]
        self.happened("budget.created", self.budget, "the budget is new", team_hears=False)

    def talk_comes_first(self):
        early = self.team.refused("Admission.SubmitApplication", parent=P, cluster=self.cluster)
        self.assertEqual(early.reason, "CONSULTATION_FIRST", early)
        self.assertIn("consultation", early.message)
        asked = self.team.call("Admission.AskForConsultation", parent=P, cluster=self.cluster,
                               note="We would like to join.")
        self.admission = asked["name"]
        self.assertEqual(asked["state"], "STATE_CONSULTATION_ASKED")
        self.happened("admission.consultation_asked", self.admission,
                      "the cluster asks the office for a talk")
        self.seen_by_both_alone("admission", self.admission, "consultation_asked")
        self.world.days_later(14)
        held = self.office.call("Admission.HoldConsultation", name=self.admission, note="Good talk.")
        self.assertEqual(held["state"], "STATE_CONSULTATION_HELD")
        self.happened("admission.consultation_held", self.admission, "the talk with the office took place")

    def application_is_returned_once(self):
        self.team.call("Admission.SubmitApplication", name=self.admission)
        self.happened("admission.submitted", self.admission, "the cluster has applied")
        self.assertEqual(self.outcomes("OUTCOME_UNKNOWN"), {"members", "member-kinds", "management"})
        self.assertIn("members.total", self.eligibility["missing_fields"])
        self.office.call("Admission.ReturnApplication", name=self.admission, note="Who are your members?")
        self.happened("admission.returned", self.admission,
                      "the office asks the cluster to complete its application")
        self.world.days_later(7)
        self.team.call("Cluster.UpdateCluster", cluster={"name": self.cluster, "members": MEMBERS,
                                                    "management_team": MANAGEMENT})
        self.team.call("Admission.SubmitApplication", name=self.admission)
        self.happened("admission.submitted", self.admission, "the cluster has applied", times=2)
        self.assertEqual(self.outcomes("OUTCOME_UNKNOWN"), set())
        self.assertEqual(self.outcomes("OUTCOME_NOT_MET"), {"management"})
        self.seen_by_both_alone("admission", self.admission, "submitted")

    def outcomes(self, outcome):
        """Ids of the criteria of which that comes out for the cluster now."""
        self.eligibility = self.team.call("Programme.CheckEligibility", cluster=self.cluster, programme=P)
        return {one["criterion"] for one in self.eligibility["verdicts"] if one["outcome"] == outcome}

    def admitted_with_one_criterion_waived(self):
        self.office.call("Admission.AssessApplication", name=self.admission,
                         met=sorted(self.outcomes("OUTCOME_BY_HAND")))
        self.happened("admission.assessed", self.admission, "the office has checked the criteria")
        early = self.office.refused("Admission.AdmitApplicant", name=self.admission)
        self.assertEqual(early.reason, "CRITERIA_OPEN", early)
        self.assertIn("management", str(early))
        self.office.call("Admission.WaiveCriterion", name=self.admission, criterion="management",
                         note="A young cluster.")
        self.happened("admission.criterion_waived", self.admission, "the office has waived a criterion")
        self.world.days_later(7)
        admitted = self.office.call("Admission.AdmitApplicant", name=self.admission)
        self.assertEqual(admitted["state"], "STATE_ADMITTED")
        self.membership = admitted["membership"]
        self.standing = f"{self.membership}/standing"
        self.happened("admission.admitted", self.admission, "the office has admitted the cluster")
        self.happened("membership.created", self.membership, "the membership was recorded")
        self.assertEqual(self.history(self.office, self.admission), [
            "admission.consultation_asked", "admission.consultation_held", "admission.submitted",
            "admission.returned", "admission.submitted", "admission.assessed",
            "admission.criterion_waived", "admission.admitted"])
        self.assertEqual(self.found(self.world.stranger, types=["cluster"], programmes=[P],
                                    names=[self.cluster]), {self.cluster: "published"})
        standing = self.team.call("Standing.GetStanding", name=self.standing)
        self.assertEqual([standing["state"], standing["on_probation"]], ["STATE_GRACE", True])
        self.seen_by_both_alone("standing", self.standing, "grace")

    def consulting_is_booked(self):
        self.world.days_later(14)
        booking = self.team.call("Booking.AskForBooking", parent=P, cluster=self.cluster,
                                 offering=self.offering("KIND_CONSULTING"), note="Our strategy.")["name"]
        self.happened("booking.asked", booking, "the office was asked for it")
        self.office.call("Booking.ApproveBooking", name=booking)
        self.happened("booking.approved", booking, "the office has agreed to it")
        self.world.days_later(30)
        done = self.office.call("Booking.CompleteBooking", name=booking)
        self.assertEqual(done["state"], "STATE_COMPLETED")
        self.happened("booking.completed", booking, "the booking is done")
        self.seen_by_both_alone("booking", booking, "completed")

    def offering(self, kind):
        offerings = self.team.call("Programme.GetProgramme", name=P)["offerings"]
        return next(one["id"] for one in offerings if one["kind"] == kind)

    def silver_is_covered_awarded_and_paid(self):
        """The label is awarded while the money is on its way; each amount stands in one place."""
        coverage = self.team.call(
            "Booking.AskForBooking", parent=P, cluster=self.cluster, offering="silver-label",
            price=euros(SILVER), budget_year=int(self.budget.rpartition("/")[2]))["name"]
        self.happened("coverage.asked", coverage, "the office was asked to pay")
        self.office.call("Booking.ApproveBooking", name=coverage)
        self.happened("coverage.approved", coverage, "the office has agreed to pay")
        self.budget_is(approved=SILVER)
        self.world.days_later(60)
        label = self.operator.call("Label.AwardLabel", parent=self.cluster, label_id="silver", label={
            "scheme": ECEI, "level": "silver", "assessed": str(self.world.today)})
        self.label, self.label_end = label["name"], datetime.date.fromisoformat(label["valid_until"])
        self.happened("label.awarded", self.label, "the label was awarded")
        self.happened("standing.requirement_met", self.standing,
                      "the member has the label it needs, or needs none any more")
        self.office.call("Booking.RecordAward", name=coverage, label=self.label)
        self.happened("coverage.assessed", coverage, "the outcome of the assessment is known")
        self.office.call("Booking.RecordInvoice", name=coverage, number="2027-17")
        self.happened("coverage.invoiced", coverage, "the invoice has come")
        self.budget_is(invoiced=SILVER)
        self.office.call("Booking.RecordPayment", name=coverage)
        self.happened("coverage.paid", coverage, "the invoice is paid")
        self.budget_is(paid=SILVER)
        self.seen_by_both_alone("booking", coverage, "paid")
        self.assertEqual(self.history(self.team, coverage), [
            "coverage.asked", "coverage.approved", "coverage.assessed", "coverage.invoiced",
            "coverage.paid"])

    def budget_is(self, **amounts):
        """Read by the office: each amount in one place. To the team there is none."""
        budget = self.office.call("Budget.GetBudget", name=self.budget)
        for part in ("approved", "invoiced", "paid"):
            self.assertEqual(budget.get(part, euros(0)), euros(amounts.get(part, 0)), budget)
        self.assertEqual(budget["free"], euros(GIVEN - SILVER))
        self.team.refused("Budget.GetBudget", name=self.budget)

    def probation_ends(self):
        until = self.team.call("Standing.GetStanding", name=self.standing)["probation_until"]
        self.world.day(datetime.date.fromisoformat(until) + datetime.timedelta(days=1))
        self.happened("standing.probation_ended", self.standing, "the probation is over")

    def reminders_come(self):
        for days in (90, 30, 7):
            self.world.day(self.label_end - datetime.timedelta(days=days))
            self.happened("label.expiring", self.label,
                          f"the label ends in {days} days, on {in_words(self.label_end)}")

    def label_ends_and_grace_runs(self):
        self.world.day(self.label_end + datetime.timedelta(days=1))
        self.happened("label.expired", self.label, "the label has ended; it may still be renewed")
        self.assertEqual(self.history(self.world.stranger, self.label)[-3:],
                         ["label.expiring", "label.expiring", "label.expired"])
        self.happened("standing.grace_started", self.standing,
                      "the member lacks the label it needs and has time to get it", times=2)
        standing = self.office.call("Standing.GetStanding", name=self.standing)
        self.assertEqual(standing["state"], "STATE_GRACE")
        self.assertGreater(standing["grace_until"], str(self.world.today))

    def label_is_renewed_late_without_a_gap(self):
        self.world.days_later(60)
        end = years_later(self.label_end, 3)
        renewed = self.operator.call("Label.RenewLabel", name=self.label,
                                     renewed=str(self.world.today), valid_until=str(end))
        self.assertEqual([renewed["valid_until"], renewed["state"]], [str(end), "STATE_VALID"])
        self.happened("label.renewed", self.label, "the label was renewed")
        self.happened("standing.requirement_met", self.standing,
                      "the member has the label it needs, or needs none any more", times=2)
        self.assertEqual(self.team.call("Standing.GetStanding", name=self.standing)["state"], "STATE_GOOD")

    def membership_ends(self):
        self.world.days_later(30)
        self.office.call("Membership.EndMembership", name=self.membership,
                         reason="END_REASON_LEFT", words="They go on without a programme.")
        self.world.days_later(1)        # its last day is over
        ended = self.world.stranger.call("Membership.GetMembership", name=self.membership)
        self.assertEqual(ended["state"], "STATE_ENDED")
        self.happened("membership.ended", self.membership, "the membership has ended")
        self.assertEqual(self.found(self.world.stranger, types=["cluster"], programmes=[P],
                                    names=[self.cluster]), {})
        standing = self.team.call("Standing.GetStanding", name=self.standing)
        self.assertEqual([standing["state"], standing["end_reason"]], ["STATE_ENDED", "END_REASON_LEFT"])
