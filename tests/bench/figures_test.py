"""figures.py: what is kept, what is drawn, and that docs/ holds the drawing of its own figures."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import drawing
import figures

DOCS = Path(__file__).resolve().parents[2] / "docs"
WORDS = ["--machine", "two cores", "--load", "quiet", "--date", "2026-11-25"]
W1 = '{"workload": "W1", "median_s": 0.3, "limit_s": 0.06, "ratio": 5.00, "target": 5.0, "rounds": 3}'


def grown(name, records, ratio, target=1.3, **more):
    return {"workload": name, "records": records, "ratio": ratio, "target": target,
            "date": "2026-11-25", "machine": "two cores", "load": "quiet", **more}


class Figures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "figures.jsonl"

    def keep(self, output):
        with mock.patch("sys.stdin", io.StringIO(output)):
            self.assertEqual(figures.main(["keep", str(self.file), *WORDS]), 0)

    def plot(self, *words):
        with contextlib.redirect_stdout(io.StringIO()):
            return figures.main(["plot", str(self.file), *words])

    def kept(self):
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def test_a_figure_is_kept_with_what_it_was_measured_on(self):
        self.keep(f"W1 0.300 s, limit 0.060 s: 5.00 times\n{W1}\n")
        self.assertEqual(self.kept(), [{**json.loads(W1), "date": "2026-11-25",
                                        "machine": "two cores", "load": "quiet"}])

    def test_a_newer_figure_takes_the_place_of_its_own_kind_alone(self):
        other_size = '{"workload": "growth W1b", "records": 10000, "ratio": 1.0}'
        self.keep(f"{W1}\n{other_size}\n")
        self.keep(W1.replace("5.00", "4.00") + "\n" + other_size.replace("10000", "100000") + "\n")
        self.assertEqual([(each["workload"], each.get("records"), each["ratio"])
                          for each in self.kept()],
                         [("W1", None, 4.0), ("growth W1b", 10000, 1.0),
                          ("growth W1b", 100000, 1.0)])

    def test_a_picture_of_other_figures_is_found_stale(self):
        self.keep(W1)
        self.assertEqual(self.plot(), 0)
        self.assertEqual(self.plot("--check"), 0)
        self.keep(W1.replace("5.00", "4.00"))
        self.assertEqual(self.plot("--check"), 1)

    def test_a_missed_target_has_another_colour(self):
        self.keep(W1)
        self.assertIn(drawing.GOOD, drawing.speed(self.kept()))
        self.assertNotIn(drawing.MISSED, drawing.speed(self.kept()))
        self.keep(W1.replace("5.00", "5.01"))
        self.assertIn(drawing.MISSED, drawing.speed(self.kept()))

    def test_growth_has_a_point_for_each_size_and_a_bar_for_each_end(self):
        drawn = [grown("growth W2", 10_000, 1), grown("growth W2", 1_000_000, 1.2),
                 grown("memory W2 client", 1_000_000, 0.5, 1, median_MiB=32.0, limit_MiB=64.0)]
        picture = ElementTree.fromstring(drawing.growth(drawn))
        names = {"svg": "http://www.w3.org/2000/svg"}
        self.assertEqual(len(picture.findall("svg:circle", names)), 2)
        self.assertEqual(len(picture.findall("svg:rect", names)), 2)

    def test_docs_hold_the_drawing_of_their_own_figures(self):
        self.assertEqual(figures.plot(DOCS / "figures.jsonl", True), [])
        shown = (DOCS / "performance.md").read_text(encoding="utf-8")
        for name in figures.PICTURES:
            self.assertEqual((DOCS / name).exists(), f"]({name})" in shown)
        for figure in figures.read_lines((DOCS / "figures.jsonl").read_text().splitlines()):
            self.assertLessEqual({"date", "machine", "load", "ratio", "target"}, figure.keys())


if __name__ == "__main__":
    unittest.main()
