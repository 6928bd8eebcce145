"""The catalogue's pages: as headless Chromium shows them, on a phone and at a desk, in both languages,
without scripts, and as a tool for accessibility reads them."""

import json
import os
import pathlib
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import icalendar

import shared
import steps
from api import catalogue, types_v1
from browser import Browser
from processes import BUILD

DATABASES = ["sqlite"]      # what is shown is the same
PICTURES = pathlib.Path(os.environ.get("CLUSTERWIRE_PICTURES", shared.BUILD / "integration/pictures"))
AXE = BUILD / "integration/node/node_modules/axe-core/axe.min.js"
HOSTILE = "<script>alert(1)</script> \"'{{X}} <b>&amp;"
PAGE_BYTES = 50_000


class MapPagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.uri = f"http://127.0.0.1:{cls.stack.catalogue.http_port}"
        cls.client = cls.stack.catalogue.client
        cls.browser = cls.enterClassContext(Browser())
        cls.wait_for_index()

    @classmethod
    def wait_for_index(cls):
        cls.client.Search.Search(catalogue.SearchRequest(min_revision=steps.revision(cls.stack)),
                                 timeout=10)

    def get(self, path, **headers):
        request = urllib.request.Request(self.uri + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def any_cluster(self):
        found = self.client.Search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(types=["cluster"], labels_held=["ecei:gold"])), timeout=10)
        return next(hit.facts for hit in found.hits if hit.facts.point.precision <
                    types_v1.POINT_PRECISION_COUNTRY)

    def any_event(self):
        found = self.client.Search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(types=["event"], words="cluster conference")), timeout=10)
        return found.hits[0].facts

    def paths(self):
        return ["/map", "/map?sector=esca:ict&zoom=5", "/map?q=nothinghasthisword",
                f"/{self.any_cluster().name}", f"/{self.any_event().name}", "/labels?date=2016-06-30",
                "/nowhere", "/map?zoom=99"]

    def test_each_page_fits_a_phone_and_a_desk_and_hides_nothing_from_a_screen_reader(self):
        axe = AXE.read_text()
        for width in [360, 1280]:
            for language in ["en", "de"]:
                for number, path in enumerate(self.paths()):
                    with self.subTest(path=path, width=width, language=language):
                        page = self.browser.page(width=width, script=False, language=language,
                                                 dark=width == 360 and language == "de")
                        page.open(self.uri + path)
                        self.assertEqual(page.language(), language)
                        wide, window = page.width()
                        self.assertLessEqual(wide, window)
                        page.picture(PICTURES / f"catalogue-{number}-{language}-{width}.png")
                        if width == 360 or number == 0:
                            self.check(page, axe)

    def check(self, page, axe):
        page.call("Emulation.setScriptExecutionDisabled", value=False)
        page.call("Runtime.evaluate", expression=axe)
        found = page.call("Runtime.evaluate", awaitPromise=True, returnByValue=True,
                          expression="axe.run().then(r => JSON.stringify(r.violations.map("
                                     "v => [v.id, v.nodes.map(n => n.html).slice(0, 2)])))")
        self.assertEqual(json.loads(found["result"]["value"]), [])

    def test_each_page_is_small_quick_and_asks_no_other_host(self):
        for path in self.paths():
            with self.subTest(path):
                began = time.monotonic()
                status, headers, body = self.get(path)
                self.assertLess(time.monotonic() - began, 2)
                self.assertLess(len(body), PAGE_BYTES)
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                for attribute in [b'src="http', b"<link rel=\"stylesheet\" href=\"http", b"@import",
                                  b" style="]:
                    self.assertNotIn(attribute, body)
                self.assertEqual(status, {"/nowhere": 404, "/map?zoom=99": 400}.get(path, 200))

    def test_the_map_links_to_clusters_and_narrows_by_what_is_chosen(self):
        facts = self.any_cluster()
        near = urllib.parse.urlencode({"lat": facts.point.latitude, "lon": facts.point.longitude,
                                       "zoom": 15, "q": facts.title})
        _, _, body = self.get(f"/map?{near}")
        self.assertIn(f'href="/{facts.name}"'.encode(), body)
        everything, some = (self.get(path)[2] for path in ["/map", "/map?level=ecei:bronze"])
        self.assertNotEqual(everything, some)
        self.assertIn(b'value="ecei:bronze" selected', some)
        found = self.client.Search.Search(catalogue.SearchRequest(filter=types_v1.Filter(
            types=["cluster"], label_levels=["ecei:bronze"])), timeout=10)
        self.assertIn(f"{found.total_size} results".encode(), some)

    def test_what_the_lists_call_in_german_is_called_so_on_a_german_page(self):
        found = self.client.Search.Search(catalogue.SearchRequest(filter=types_v1.Filter(
            types=["cluster"], regions=["iso:CZ"])), timeout=10)
        _, _, english = self.get(f"/{found.hits[0].facts.name}?lang=en")
        _, _, german = self.get(f"/{found.hits[0].facts.name}?lang=de")
        self.assertIn(b"Czechia", english)
        self.assertIn(b"Tschechien", german)
        self.assertNotIn(b"Czechia", german)

    def test_a_page_that_a_reader_has_is_not_sent_again(self):
        for path in ["/map", "/search.geojson?type=cluster", "/pages.css"]:
            status, headers, body = self.get(path)
            self.assertEqual(status, 200)
            again, _, nothing = self.get(path, **{"If-None-Match": headers["ETag"]})
            self.assertEqual((again, nothing), (304, b""), path)

    def test_any_search_is_geojson_page_by_page(self):
        asked = urllib.parse.urlencode({"filter": json.dumps({"types": ["cluster"]}), "size": 100})
        path, names = f"/search.geojson?{asked}", set()
        while path:
            status, headers, body = self.get(path)
            self.assertEqual((status, headers["Content-Type"]), (200, "application/geo+json"))
            read = json.loads(body)
            self.assertEqual(read["type"], "FeatureCollection")
            for feature in read["features"]:
                names.add(feature["id"])
                if feature["geometry"]:
                    longitude, latitude = feature["geometry"]["coordinates"]
                    self.assertTrue(-180 <= longitude <= 180 and -90 <= latitude <= 90)
            path = next((link["href"] for link in read.get("links", [])), None)
        self.assertEqual(len(names), read["numberMatched"])
        for wrong in ["filter=%7B", "size=0", "size=10000", "lat=north", "sector=no%20code"]:
            self.assertEqual(self.get(f"/search.geojson?{wrong}")[0], 400, wrong)

    def test_an_event_goes_into_a_calendar(self):
        event = self.any_event()
        status, headers, body = self.get(f"/{event.name}.ics")
        self.assertEqual(status, 200, body)
        self.assertIn("text/calendar", headers["Content-Type"])
        [entry] = icalendar.Calendar.from_ical(body).walk("VEVENT")
        self.assertEqual(str(entry["summary"]), event.title)
        self.assertEqual(str(entry["uid"]), event.calendar.uid)
        self.assertEqual(self.get("/events/none.ics")[0], 404)

    def test_what_is_written_at_length_makes_no_page_large_and_hides_nothing_of_its_own(self):
        long = (HOSTILE * 5)[:180]
        link = "https://example.org/?" + "a=%22'&" * 270
        cluster = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id="test-long", cluster=catalogue.Cluster(
                title=long, summary=HOSTILE * 40, country="DE", regions=["nuts:DED2"], website=link,
                former_titles=[f"{long} {number}" for number in range(20)], state="STATE_PUBLISHED",
                sources=[types_v1.Source(uri=f"{link}{number}") for number in range(20)])), timeout=10)
        self.addCleanup(self.client.Cluster.DeleteCluster, catalogue.DeleteClusterRequest(name=cluster.name))
        for number in range(510):
            made = self.client.Publication.CreatePublication(catalogue.CreatePublicationRequest(
                publication_id=f"test-long-{number}", publication=catalogue.Publication(
                    title=f"{long} {number}", kind="KIND_NEWS", owner=cluster.name, link=link,
                    period=types_v1.Period(start="2020"), state="STATE_PUBLISHED")), timeout=10)
            self.addCleanup(self.client.Publication.DeletePublication,
                            catalogue.DeletePublicationRequest(name=made.name))
        self.wait_for_index()
        axe = AXE.read_text()
        for path in [f"/{cluster.name}", f"/map?{urllib.parse.urlencode({'q': 'script ' * 15, 'type': 'publication'})}",
                     "/map?q=script&zoom=5", f"/map?filter={urllib.parse.quote(json.dumps({'sectors': ['esca:ict'] * 50}))}"]:
            with self.subTest(path[:60]):
                status, _, body = self.get(path)
                self.assertEqual(status, 200)
                self.assertLess(len(body), PAGE_BYTES)
                page = self.browser.page(width=360, script=False, language="en")
                page.open(self.uri + path)
                self.check(page, axe)
        _, _, body = self.get(f"/{cluster.name}")
        self.assertIn(b"Dresden", body)         # its region, by what the list calls it
        self.assertRegex(body, rb"\xe2\x80\xa6 and \d+ more")

    def test_titles_stay_texts_and_drafts_stay_away(self):
        hostile = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title=HOSTILE, summary=HOSTILE, country="DE",
                                      state="STATE_PUBLISHED", website="https://example.org/?a='b"),
            cluster_id="hostile"), timeout=10)
        draft = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title="Unseen Xylophones", country="DE"),
            cluster_id="unseen-draft"), timeout=10)
        self.wait_for_index()
        for path in [f"/{hostile.name}", "/map?q=script", f"/map?{urllib.parse.urlencode({'q': HOSTILE})}"]:
            _, _, body = self.get(path)
            self.assertNotIn(b"<script>alert", body, path)
            self.assertNotIn(b"<b>", body, path)
        self.assertEqual(self.get(f"/{draft.name}")[0], 404)
        self.assertEqual(self.get(f"/{draft.name}")[2], self.get("/clusters/never-was")[2])
        for path in ["/map?q=Xylophones", "/search.geojson?q=Xylophones"]:
            self.assertNotIn(b"Unseen", self.get(path)[2])
        for one in [hostile, draft]:
            self.client.Cluster.DeleteCluster(catalogue.DeleteClusterRequest(name=one.name), timeout=10)


if __name__ == "__main__":
    unittest.main()
