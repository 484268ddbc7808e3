"""The check of docs/functions.md finds what it is there to find."""

import unittest
from pathlib import Path

from functions import Tree, problems

ROOT = Path(__file__).resolve().parents[2]


class Functions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = Tree(ROOT)
        cls.table = (ROOT / "docs/functions.md").read_text(encoding="utf-8")

    def found(self, old, new):
        self.assertIn(old, self.table)
        return "\n".join(problems(self.table.replace(old, new), self.tree))

    def test_a_renamed_action_is_found(self):
        self.assertIn("there is no `action:absorb`", self.found("action:admit", "action:absorb"))

    def test_a_test_that_is_gone_is_found(self):
        self.assertIn("there is no `Plan.Gone`",
                      self.found("Plan.R218TheFigureIsTheNumberOfPersonsBelow", "Plan.Gone"))

    def test_an_expectation_of_the_browser_that_is_gone_is_found(self):
        self.assertIn("there is no `manage: nothing is extended`",
                      self.found("manage: a window is extended", "manage: nothing is extended"))

    def test_a_place_is_no_test(self):
        self.assertIn("B5: `R-413` is no test", self.found(
            "`ConversionsOfTheMonth.R413CountsWhoIsDueByItsEnd`", "`R-413`"))

    def test_a_missing_row_and_a_foreign_one_are_found(self):
        said = self.found("| E10 |", "| E11 |")
        self.assertIn("E10 stands 0 times", said)
        self.assertIn("E11 is none of the rows", said)


if __name__ == "__main__":
    unittest.main()
