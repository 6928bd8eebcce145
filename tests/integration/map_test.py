"""The map, over all real records: whatever part of it is asked for, the same cells hold the same, and all
of them together what Search finds."""

import math
import unittest

import grpc

import shared
from api import catalogue, refusal, types_v1

DATABASES = ["sqlite"]      # the index is the same
EUROPE = dict(south=34, west=-25, north=72, east=45)


class MapTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.search = shared.records().catalogue.client.Search

    def map(self, zoom, singles=1, filter=None, **bounds):
        return self.search.GetMap(catalogue.GetMapRequest(
            filter=types_v1.Filter(types=["cluster"]) if filter is None else filter, zoom=zoom,
            singles=singles, bounds=catalogue.MapBounds(**bounds)), timeout=10)

    def clusters_with_a_point(self):
        found = self.search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(types=["cluster"]), page_size=1000), timeout=10)
        return [hit.facts for hit in found.hits if hit.facts.HasField("point")]

    def test_the_world_holds_every_cluster_that_has_a_point(self):
        expected = len(self.clusters_with_a_point())
        self.assertGreater(expected, 100)
        for zoom in [0, 3, 6]:
            world = self.map(zoom, south=-90, west=-180, north=90, east=180)
            self.assertEqual(world.total_size, expected, zoom)
            self.assertEqual(sum(cell.count for cell in world.cells), expected, zoom)
            self.assertEqual(len({cell.id for cell in world.cells}), len(world.cells))

    def test_cells_stay_as_they_are_while_a_reader_pans(self):
        seen = {}
        for west in [-5, -3.3, 2, 4.71, 11]:
            part = self.map(6, south=44, west=west, north=55, east=west + 15)
            self.assertTrue(part.cells)
            for cell in part.cells:
                self.assertEqual(seen.setdefault(cell.id, cell), cell)
        self.assertGreater(len(seen), 5)

    def test_few_are_shown_one_by_one_and_only_those_inside(self):
        inside = [facts for facts in self.clusters_with_a_point()
                  if 50 <= facts.point.latitude <= 52 and 12 <= facts.point.longitude <= 15]
        answer = self.map(8, singles=len(inside), south=50, west=12, north=52, east=15)
        self.assertEqual(sorted(hit.facts.name for hit in answer.hits),
                         sorted(facts.name for facts in inside))
        self.assertFalse(answer.cells)
        self.assertEqual(answer.total_size, len(inside))

    def test_a_cell_names_its_strongest_and_stands_in_the_middle_of_its_hits(self):
        best = max(self.map(4, **EUROPE).cells, key=lambda cell: cell.count)
        self.assertEqual(len(best.strongest), 3)
        self.assertTrue(all(facts.title for facts in best.strongest))
        self.assertTrue(34 < best.latitude < 72 and -25 < best.longitude < 45)
        self.assertLessEqual(best.vague_count, best.count)

    def test_a_window_over_the_date_line_of_no_area_and_of_the_world_at_the_deepest_zoom(self):
        around = self.map(2, south=-60, west=100, north=60, east=-100)
        self.assertLess(around.total_size, 5)
        [one, *_] = self.clusters_with_a_point()
        at = dict(south=one.point.latitude, north=one.point.latitude, west=one.point.longitude,
                  east=one.point.longitude)
        self.assertGreaterEqual(self.map(10, singles=500, **at).total_size, 1)
        world = self.map(22, south=-90, west=-180, north=90, east=180)
        self.assertLessEqual(len(world.cells), 4000)

    def test_what_is_no_part_of_the_map_is_refused_with_every_field(self):
        wrong = refusal(self.search.GetMap, catalogue.GetMapRequest(
            zoom=23, singles=-1, bounds=catalogue.MapBounds(south=10, north=5, west=200)))
        self.assertEqual(wrong.code, grpc.StatusCode.INVALID_ARGUMENT)
        self.assertLessEqual({"zoom", "bounds.south", "bounds.west"}, set(wrong.fields))
        self.assertIn("bounds", refusal(self.search.GetMap, catalogue.GetMapRequest()).fields)
        nan = refusal(self.search.GetMap, catalogue.GetMapRequest(
            bounds=catalogue.MapBounds(south=math.nan)))
        self.assertEqual(nan.code, grpc.StatusCode.INVALID_ARGUMENT)


if __name__ == "__main__":
    unittest.main()
