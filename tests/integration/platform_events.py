"""The steps of a platform's year that are about events, registrations and calls."""

import datetime

ECCP = "programmes/eccp"


def day(date):
    return {"start": str(date), "end": str(date)}


class EventSteps:
    """Part of PlatformYearTest."""

    def event(self, who=None, **event):
        return (who or self.office).call("Event.CreateEvent", event={
            "owner": ECCP, "state": "STATE_PUBLISHED", "time_zone": "Europe/Prague", **event})

    def conference_is_announced_with_its_parts(self):
        self.begins = self.world.today + datetime.timedelta(days=150)
        conference = self.event(
            title="European Cluster Conference", kind="KIND_CONFERENCE", place={"city": "Praha", "country": "CZ"},
            period={"start": str(self.begins), "end": str(self.begins + datetime.timedelta(days=1))})
        self.conference = conference["name"]
        self.office.call("Event.UpdateEvent", event={
            "name": self.conference, "series": "conference", "edition": 110, "organisers": [ECCP], "agenda": [
                {"title": "Opening", "start_time": "09:00"},
                {"title": "Programmes", "start_time": "10:00", "programmes": ["programmes/go-cluster"]}]})
        self.assertIn("programmes/go-cluster", self.facts(self.conference)["programmes"])
        aside = {"kind": "KIND_SIDE_EVENT", "parent": self.conference}
        self.forum = self.event(title="Forum of the partnerships", period=day(self.begins), **aside)["name"]
        before = self.event(title="Assembly the day before",
                            period=day(self.begins - datetime.timedelta(days=1)), **aside)
        self.assembly = before["name"]
        self.assertIn("outside", str(before["notes"]))
        far = self.office.refused("Event.CreateEvent", event={
            "title": "Far away", "owner": ECCP, "period": day(self.begins + datetime.timedelta(days=60)), **aside})
        self.assertIn("event.period", str(far))
        circle = self.office.refused("Event.UpdateEvent",
                                     event={"name": self.conference, "parent": self.forum})
        self.assertIn("event.parent", str(circle))
        self.matchmaking = self.event(title="Matchmaking", kind="KIND_MATCHMAKING", parent=self.conference,
                                      period=day(self.begins), start_time="13:00")["name"]
        self.office.call("Event.UpdateEvent", event={
            "name": self.matchmaking, "registration_closes": str(self.begins - datetime.timedelta(days=20)),
            "registration": {"capacity": 3, "waiting_list": True, "show_seats": True, "reminder_days": [7],
                             "filter": {"size": {"min": 3}}}})
        self.happened("event.created", self.conference, "the event is new here", self.crm, self.reader)

    def conference_moves_and_a_side_event_is_cancelled(self):
        moved = {"start": str(self.begins + datetime.timedelta(days=7)),
                 "end": str(self.begins + datetime.timedelta(days=8))}
        asked = self.office.refused("Event.UpdateEvent", event={"name": self.conference, "period": moved})
        self.assertIn("EVENT_PARTS_CASCADE", str(asked))
        self.office.call("Event.UpdateEvent", event={"name": self.conference, "period": moved},
                         parts="EVENT_PARTS_CASCADE")
        self.begins += datetime.timedelta(days=7)
        for name in (self.conference, self.forum):
            self.happened("event.moved", name, "the event has another date or place", self.crm, self.reader)
        self.happened("event.moved", self.matchmaking, "the event has another date or place", self.crm)
        closes = self.office.call("Event.GetEvent", name=self.matchmaking)["registration_closes"]
        self.assertEqual(closes, str(self.begins - datetime.timedelta(days=20)))
        self.office.call("Event.CancelEvent", name=self.assembly, reason="The hall is closed.")
        self.happened("event.cancelled", self.assembly, "the event is cancelled", self.crm, self.reader)
        self.assertEqual(self.found(self.stranger, names=[self.conference], types=["event"]), {
            self.conference: "published", self.forum: "published", self.matchmaking: "published",
            self.assembly: "cancelled"})
        self.assertEqual(self.facts(self.assembly)["calendar"]["status"], "STATUS_CANCELLED")
        self.assertEqual(self.facts(self.forum)["calendar"]["start"], str(self.begins))

    def matchmaking_fills_up_to_the_last_seat(self):
        mine, others, late = self.clusters
        made = self.team.call("Registration.CreateRegistration", parent=self.matchmaking, cluster=mine, seats=2,
                              note="Two of us.")
        self.registration = made["name"]
        twice = self.team.refused("Registration.CreateRegistration", parent=self.matchmaking, cluster=mine)
        self.assertEqual(twice.reason, "ALREADY_REGISTERED", twice)
        not_mine = self.team.refused("Registration.CreateRegistration", parent=self.matchmaking, cluster=others)
        self.assertEqual(not_mine.reason, "NOT_YOURS", not_mine)
        self.other_team.call("Registration.CreateRegistration", parent=self.matchmaking, cluster=others)
        full = self.late_team.refused("Registration.CreateRegistration", parent=self.matchmaking, cluster=late)
        self.assertEqual(full.reason, "EVENT_FULL", full)
        seats = self.stranger.call("Event.GetEvent", name=self.matchmaking)["seats"]
        self.assertEqual([seats["taken"], seats["free"]], ["3", "0"])
        waits = self.late_team.call("Registration.JoinWaitingList", parent=self.matchmaking, cluster=late)
        self.assertEqual(waits["state"], "STATE_WAITING")
        self.happened("registration.waiting", waits["name"], "the registration is on the waiting list",
                      self.crm, self.late_inbox)
        # A freed seat goes to who waits.
        self.team.call("Registration.ChangeSeats", name=self.registration, seats=1)
        self.happened("registration.promoted", waits["name"], "seats became free, and the registration has them",
                      self.crm, self.late_inbox)
        self.late = waits["name"]
        facts = self.facts(self.late, self.late_team)
        event = self.facts(self.matchmaking)["calendar"]
        self.assertEqual([facts["calendar"]["uid"], facts["calendar"]["start"]], [event["uid"], event["start"]])
        # Two sides see it, and nobody else.
        for who in (self.office, self.team):
            note = who.call("Registration.GetRegistration", name=self.registration)["steps"][0]["note"]
            self.assertEqual(note, "Two of us.")
        for who in (self.stranger, self.other_team):
            self.assertEqual(who.refused("Registration.GetRegistration", name=self.registration).reason,
                             "RESOURCE_NOT_FOUND")
            self.assertEqual(self.found(who, types=["registration"], names=[self.registration]), {})
        self.assertEqual([one for one in self.reader.notices() if one[0].startswith("registration.")], [])

    def talks_are_a_series(self):
        def talk(edition, date):
            return {"title": f"EU Clusters Talk {edition}", "kind": "KIND_CLUSTER_TALK", "series": "test-talks",
                    "edition": edition, "online": True, "start_time": "08:30",
                    "period": day(date)}
        first = self.event(**talk(1, self.world.today + datetime.timedelta(days=14)))["name"]
        again = self.office.refused("Event.CreateEvent", event={
            "owner": ECCP, "time_zone": "Europe/Brussels",
            **talk(1, self.world.today + datetime.timedelta(days=28))})
        self.assertIn("event.edition", str(again))
        self.event(**talk(2, self.world.today + datetime.timedelta(days=28)))
        self.assertIn(first, self.found(self.stranger, types=["event"], words="test-talks"))

    def call_is_announced(self):
        today = self.world.today
        self.cut_offs = [today + datetime.timedelta(days=days) for days in (60, 100)]
        wrong = self.office.refused("Call.CreateCall", call={
            "owner": ECCP, "title": "Hosts wanted", "kind": "KIND_HOSTING",
            "cut_offs": [{"date": str(date)} for date in reversed(self.cut_offs)]})
        self.assertIn("call.cut_offs[1]", str(wrong))
        made = self.office.call("Call.CreateCall", call={
            "owner": ECCP, "title": "Lightweight construction", "kind": "KIND_FUNDING",
            "state": "STATE_PUBLISHED", "opens": str(today + datetime.timedelta(days=10)),
            "cut_offs": [{"date": str(date), "time": "10:00"} for date in self.cut_offs]})
        self.call_name = made["name"]
        self.office.call("Call.UpdateCall", call={
            "name": self.call_name, "funder": "European Commission", "reminder_days": [7], "funding_rate": 75,
            "budget": {"currency_code": "EUR", "units": "1000000"},
            "filter": {"size": {"min": 15}}, "eligibility": "At least 15 members"})
        self.happened("call.created", self.call_name, "the call is new here", self.crm, self.reader)
        self.assertEqual(self.facts(self.call_name)["deadline"], str(self.cut_offs[0]))
        verdicts = [self.stranger.call("Call.CheckCallEligibility", call=self.call_name,
                                       cluster=cluster)["verdict"]["outcome"] for cluster in self.clusters]
        self.assertEqual(verdicts, ["OUTCOME_MET", "OUTCOME_MET", "OUTCOME_NOT_MET"])
        self.world.days_later(11)
        self.happened("call.opened", self.call_name, "the call is open", self.crm, self.reader)

    def registration_closes_by_the_clock(self):
        closes = self.begins - datetime.timedelta(days=20)
        # The call's first cut-off passes in between.
        self.world.day(self.cut_offs[0] - datetime.timedelta(days=7))
        words = f"{self.cut_offs[0].day} {self.cut_offs[0]:%B %Y}"
        self.happened("call.closing", self.call_name, f"the call's next cut-off is in 7 days, on {words}", self.crm)
        self.world.day(self.cut_offs[0] + datetime.timedelta(days=1))
        self.happened("call.cut_off_passed", self.call_name,
                      "a cut-off of the call has passed; the next one is ahead", self.crm)
        self.assertEqual(self.facts(self.call_name)["deadline"], str(self.cut_offs[1]))
        self.world.day(self.cut_offs[1] + datetime.timedelta(days=1))
        self.world.day(closes - datetime.timedelta(days=7))
        self.happened("event.registration_closing", self.matchmaking,
                      f"registration for the event closes in 7 days, on {closes.day} {closes:%B %Y}", self.crm)
        self.world.day(closes + datetime.timedelta(days=1))
        self.happened("event.registration_closed", self.matchmaking, "registration for the event has closed",
                      self.crm)
        closed = self.other_team.refused("Registration.CreateRegistration", parent=self.matchmaking,
                                         cluster=self.clusters[1])
        self.assertEqual(closed.reason, "REGISTRATION_CLOSED", closed)
        # One may still cancel.
        self.late_team.call("Registration.CancelRegistration", name=self.late)
        self.happened("registration.cancelled", self.late, "the registration was called off", self.crm)

    def call_passes_its_cut_offs_and_closes(self):
        self.happened("call.closed", self.call_name, "the call has closed", self.crm)
        self.assertEqual(self.found(self.stranger, names=[self.call_name]), {self.call_name: "closed"})
        self.office.call("Call.UpdateCall", call={"name": self.call_name, "cut_offs": [
            {"date": str(self.cut_offs[1])}, {"date": str(self.begins)}]})
        self.happened("call.extended", self.call_name, "the call has other cut-offs", self.crm)
        self.assertEqual(self.found(self.stranger, names=[self.call_name]), {self.call_name: "open"})

    def conference_is_over_and_told_of(self):
        recap = {"text": "Four hundred came, and met.", "source": "NRW.innovativ"}
        early = self.office.refused("Event.UpdateEvent", event={"name": self.conference, "recap": recap})
        self.assertIn("event.recap", str(early))
        self.world.day(self.begins + datetime.timedelta(days=9))
        self.office.call("Event.UpdateEvent", event={"name": self.conference, "recap": recap, "attendance": 400})
        self.happened("event.recap_published", self.conference, "it can be read how the event went",
                      self.crm, self.reader)
        over = self.team.refused("Registration.CancelRegistration", name=self.registration)
        self.assertEqual(over.reason, "EVENT_OVER", over)
