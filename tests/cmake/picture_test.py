"""The picture's check: does it see an arrow too few, one too many, and one that is not allowed?"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cmake"))
import picture  # noqa: E402  (found by the line above)

TARGETS = (
    "zhibu_record\tshared/record\tzhibu_options\n"
    "zhibu_catalog\tshared/catalog\tzhibu_options zhibu_record\n"
    "zhibu_rules\tshared/rules\tzhibu_catalog zhibu_record zhibu_third_party_fmt\n"
    "zhibu_rules_test\ttests/shared/rules\tzhibu_rules\n"
)


class Picture(unittest.TestCase):
    def setUp(self):
        self.targets = picture.read_targets(TARGETS)
        self.dot = picture.dot_of(self.targets)

    def problems(self, dot):
        return list(picture.problems(self.targets, dot))

    def test_what_was_drawn_passes_its_own_check(self):
        self.assertEqual(self.problems(self.dot), [])
        self.assertEqual(
            picture.edges_in(self.dot),
            {
                ("zhibu_catalog", "zhibu_record"),
                ("zhibu_rules", "zhibu_catalog"),
                ("zhibu_rules", "zhibu_record"),
            },
        )

    def test_tests_are_not_drawn_and_third_parties_are_named(self):
        self.assertNotIn("zhibu_rules_test", self.dot)
        self.assertIn("shared/rules\\nfmt", self.dot)

    def test_only_an_arrow_that_another_way_implies_is_faint(self):
        faint = [line for line in self.dot.split("\n") if "->" in line and "color" in line]
        self.assertEqual(len(faint), 1)
        self.assertIn('"zhibu_rules" -> "zhibu_record"', faint[0])

    def test_a_missing_an_extra_arrow_and_a_missing_target_are_seen(self):
        arrow = '    "zhibu_catalog" -> "zhibu_record";\n'
        self.assertEqual(
            self.problems(self.dot.replace(arrow, "")),
            ["linked but not drawn: zhibu_catalog -> zhibu_record"],
        )
        extra = '    "zhibu_record" -> "zhibu_catalog";\n'
        self.assertEqual(
            self.problems(self.dot.replace(arrow, arrow + extra)),
            ["drawn but not linked: zhibu_record -> zhibu_catalog"],
        )
        self.assertIn("target not drawn: zhibu_rules", self.problems("digraph zhibu {}"))

    def test_a_link_against_the_layers_is_seen(self):
        self.targets["zhibu_record"].links.append("zhibu_rules")
        self.assertIn(
            "zhibu_record links zhibu_rules: "
            "shared/record may not use shared/rules (tests/tidy/layers.py)",
            self.problems(picture.dot_of(self.targets)),
        )

    def test_an_include_without_a_link_is_seen(self):
        linked = {("shared/rules", "shared/record"), ("shared/rules", "shared/rules")}
        self.assertEqual(list(picture.problems(self.targets, self.dot, linked)), [])
        self.assertEqual(
            list(picture.problems(self.targets, self.dot, {("shared/record", "shared/rules")})),
            [
                "shared/record includes shared/rules, "
                "but zhibu_record does not link zhibu_rules"
            ],
        )

    def test_the_tree_s_own_includes_are_read(self):
        includes = picture.include_edges(picture.ROOT)
        self.assertIn(("sync_protocol/message", "shared/record"), includes)


if __name__ == "__main__":
    unittest.main()
