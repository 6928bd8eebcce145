"""The register as of a day, over the real records: lists and Search answer alike."""

import unittest

import grpc

import shared
import steps
from api import PUBLIC, catalogue, refusal, types_v1

COUNTS_RECORDS = True      # on the shared stack, before others add to it (runner.py)
DAYS = ["2011-07-01", "2013-05-13", "2015-05-13", "2019-09-30", "2022-05-09", "2025-01-31"]


class RegisterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client
        cls.lists = {
            "label": (cls.client.Label.ListLabels, catalogue.ListLabelsRequest, "clusters/-"),
            "membership": (cls.client.Membership.ListMemberships, catalogue.ListMembershipsRequest,
                           "programmes/-"),
        }

    def as_of(self, kind, day, page_size=1000):
        """Names of those that held, and of those that may have, each with the reason."""
        call, request, parent = self.lists[kind]
        held, unknown, token = [], {}, ""
        while True:
            page = call(request(parent=parent, as_of=day, page_size=page_size, page_token=token),
                        timeout=20, metadata=PUBLIC)
            held += [one.name for one in getattr(page, kind + "s")]
            unknown.update({getattr(one, kind).name: one.reason for one in page.unknown})
            token = page.next_page_token
            if not token:
                return held, unknown

    def searched(self, kind, **filter_):
        found = self.client.Search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(types=[kind], **filter_), page_size=1000,
            min_revision=steps.revision(self.stack)), timeout=10, metadata=PUBLIC)
        self.assertEqual(found.total_size, len(found.hits))
        return [hit.facts for hit in found.hits]

    def test_what_held_on_a_day_is_found_in_its_period_and_what_has_no_dates_is_unknown(self):
        for kind in self.lists:
            undated = {facts.name for facts in self.searched(kind)
                       if not facts.period.start and not facts.period.end}
            for day in DAYS:
                with self.subTest(kind=kind, day=day):
                    held, unknown = self.as_of(kind, day)
                    found = {facts.name for facts in
                             self.searched(kind, period=types_v1.Period(start=day, end=day))}
                    self.assertEqual(found, (set(held) | set(unknown)) - undated)
                    self.assertTrue(undated <= set(unknown))
                    self.assertTrue(all(unknown.values()))

    def test_small_pages_hold_the_same(self):
        for kind in self.lists:
            with self.subTest(kind):
                self.assertEqual(self.as_of(kind, "2015-05-13", page_size=7),
                                 self.as_of(kind, "2015-05-13"))

    def test_a_page_of_one_day_does_not_go_on_with_another(self):
        call, request, parent = self.lists["label"]
        page = call(request(parent=parent, as_of="2015-05-13", page_size=1), timeout=10)
        refused = refusal(call, request(parent=parent, as_of="2015-05-14", page_size=1,
                                        page_token=page.next_page_token))
        self.assertEqual(refused.reason, "PAGE_TOKEN_MISMATCH")

    def test_a_month_and_what_is_no_date_are_refused_with_the_remedy(self):
        for kind, (call, request, parent) in self.lists.items():
            for text in ["2015-05", "2015", "2015-02-29", "today", "2015-05-13 "]:
                with self.subTest(kind=kind, text=text):
                    refused = refusal(call, request(parent=parent, as_of=text))
                    self.assertEqual(refused.code, grpc.StatusCode.INVALID_ARGUMENT)
                    self.assertIn("write 2015-05-13", refused.fields["as_of"])
