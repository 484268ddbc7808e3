"""The guard itself: does it stop a slower path, and nothing else?"""

import unittest

import guard


class Verdict(unittest.TestCase):
    def test_what_the_slack_allows_is_well(self):
        for count in (960, 1000, 1040):
            told, is_well = guard.verdict("seal", count, 1000)
            self.assertTrue(is_well)
            self.assertNotIn("--store", told)

    def test_more_is_named_with_path_measure_and_remedy(self):
        told, is_well = guard.verdict("seal", 1060, 1000)
        self.assertFalse(is_well)
        for words in ("seal: 1,060", "+6.0%", "zhibu_hot_path seal", "./dev guard --store seal"):
            self.assertIn(words, told)

    def test_a_gain_is_well_and_asked_to_be_kept(self):
        told, is_well = guard.verdict("seal", 900, 1000)
        self.assertTrue(is_well)
        self.assertIn("./dev guard --store seal", told)

    def test_a_path_without_a_figure_is_not_well(self):
        self.assertFalse(guard.verdict("seal", 900, None)[1])


class Count(unittest.TestCase):
    def test_it_is_read_from_what_callgrind_writes(self):
        self.assertEqual(guard.read_count("events: Ir\nfn=(1)\n0 5\ntotals: 1234\n"), 1234)

    def test_nothing_counted_is_an_error(self):
        for text in ("", "totals: 0\n"):
            with self.assertRaises(guard.GuardError):
                guard.read_count(text)


if __name__ == "__main__":
    unittest.main()
