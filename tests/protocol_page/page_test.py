"""The page's check, on small sources."""

import re
import tempfile
import unittest
from pathlib import Path

import page
from layout import LAYOUTS, STRUCTS, Unreadable, read_layout

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {*STRUCTS, *LAYOUTS, "shared/record/limits.hpp", "sync_protocol/codec/codec.hpp"}


class Protocol(unittest.TestCase):
    def setUp(self):
        self.page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in SOURCES:
            copy = self.root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")

    def change(self, file, old, new):
        text = (self.root / file).read_text(encoding="utf-8")
        self.assertEqual(text.count(old), 1, old)
        (self.root / file).write_text(text.replace(old, new), encoding="utf-8")

    def problems(self, text=None):
        return page.problems(text or self.page, read_layout(self.root))

    def test_the_page_is_what_the_code_says(self):
        self.assertEqual(self.problems(), [])

    def test_two_members_that_change_places_are_found(self):
        self.change(LAYOUTS[1], "archive(part.at, Blob{part.bytes, frame_bytes_max})",
                    "archive(Blob{part.bytes, frame_bytes_max}, part.at)")
        self.assertIn("a table is not what the code says: page.py ROOT --write", self.problems())

    def test_another_limit_is_found(self):
        self.change(LAYOUTS[1], "lease_periods_max = 32", "lease_periods_max = 33")
        self.assertEqual(len(self.problems()), 1)

    def test_a_new_member_needs_a_meaning(self):
        self.change(STRUCTS[2], "    LogIndex backed_up;\n", "    LogIndex backed_up;\n    bool far;\n")
        self.change(LAYOUTS[1], "archive(watermark.backed_up)",
                    "archive(watermark.backed_up, watermark.far)")
        written = page.rewritten(self.page, read_layout(self.root))
        self.assertIn("| far | boolean | |  |", written)
        self.assertEqual(self.problems(written), ["Watermark.far has no meaning"])

    def test_a_new_message_needs_a_section_and_a_row(self):
        self.change(STRUCTS[2], "Errand, ErrandReply>;", "Errand, ErrandReply, Farewell>;")
        self.assertEqual(len(self.problems()), 2)

    def test_a_new_reason_needs_a_row(self):
        self.change(STRUCTS[2], "    errand_refused,\n};", "    errand_refused,\n    tired,\n};")
        self.assertRaises(Unreadable, self.problems)
        self.change(LAYOUTS[1], "one_of(refusal.reason, RefusalReason::errand_refused)",
                    "one_of(refusal.reason, RefusalReason::tired)")
        self.change(LAYOUTS[1], "one_of(reply.refused, RefusalReason::errand_refused)",
                    "one_of(reply.refused, RefusalReason::tired)")
        self.assertEqual(len(self.problems()), 1)

    def test_a_section_of_nothing_is_found(self):
        self.assertEqual(self.problems(self.page + "\n#### Farewell\n"),
                         ["Farewell is not in the code"])

    def test_a_wrong_version_in_the_list_is_found(self):
        text = re.sub(r"(\| 30 \| `SecondFactor` \| client \| )4", r"\g<1>3", self.page)
        self.assertEqual(self.problems(text),
                         ["the list of messages has SecondFactor otherwise than the code"])


if __name__ == "__main__":
    unittest.main()
