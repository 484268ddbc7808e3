"""The published vectors, read by a client that knows docs/protocol.md alone."""

import hashlib
import unittest
from pathlib import Path

import wire
import words
from tables import TABLES

FOLDER = Path(__file__).resolve().parents[1] / "conformance"


def vectors(*names):
    """(file, name, form, bytes, {path: value}) of each."""
    for name in names or sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("v*/*.txt")):
        current = None
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            key, _, rest = line.strip().partition(" ")
            if key == "vector":
                current = [name, rest, None, b"", {}]
            elif key == "form":
                current[2] = rest
            elif key == "hex":
                current[3] += bytes.fromhex(rest)
            elif key == "end":
                yield tuple(current)
            elif key:
                path, _, said = line[2:].partition(": ")
                current[4][path] = said


VALID = [vector for vector in vectors()
         if vector[0] not in ("v1/invalid.txt", "v1/transcripts.txt")]


def read(form, data):
    """(wire type, value) of what a vector holds."""
    if form == "message":
        return wire.decode_frame(data)
    return wire.FORMS[form][1], wire.decode_form(form, data)


def written(form, kind, value):
    return wire.encode_frame(kind, **value) if form == "message" else wire.encode_form(form, value)


class Vectors(unittest.TestCase):
    def test_each_means_what_its_file_says(self):
        self.assertGreater(len(VALID), 60)
        for _, name, form, data, meaning in VALID:
            with self.subTest(name):
                self.assertEqual(words.described(*read(form, data), name=form), meaning)

    def test_each_comes_back_to_its_bytes(self):
        for _, name, form, data, _ in VALID:
            if form != "message" or data[2] == 0:
                with self.subTest(name):
                    self.assertEqual(written(form, *read(form, data)), data)

    def test_there_is_one_of_every_message(self):
        met = {read(form, data)[0] for _, _, form, data, _ in VALID if form == "message"}
        self.assertEqual(met, set(TABLES.messages.values()))
        self.assertEqual(len(met), 33)

    def test_each_cut_anywhere_is_truncated(self):
        for _, name, form, data, _ in VALID:
            for length in range(len(data)):
                with self.subTest(name), self.assertRaisesRegex(wire.Wrong, "truncated"):
                    read(form, data[:length])

    def test_each_flipped_bit_is_an_error_or_another_value(self):
        for _, name, form, data, _ in VALID:
            if form == "message" and data[2]:
                continue
            value = read(form, data)
            for bit in range(len(data) * 8):
                flipped = bytearray(data)
                flipped[bit // 8] ^= 1 << bit % 8
                try:
                    other = read(form, bytes(flipped))
                except wire.Wrong:
                    continue
                self.assertNotEqual(other, value, f"{name} bit {bit}")
                self.assertEqual(written(form, *other), flipped, f"{name} bit {bit}")

    def test_what_is_invalid_fails_as_its_file_says(self):
        found = list(vectors("v1/invalid.txt"))
        self.assertGreater(len(found), 30)
        for _, name, form, data, meaning in found:
            with self.subTest(name):
                with self.assertRaises(wire.Wrong) as failed:
                    read(form, data)
                self.assertEqual(str(failed.exception), meaning["error"])

    def test_the_transcript_is_what_an_account_signs(self):
        _, _, _, data, _ = next(vectors("v1/transcripts.txt"))
        by_name = {name: bytes_ for _, name, _, bytes_, _ in vectors("v1/messages.txt")}
        challenge = wire.decode_frame(by_name["challenge"])[1]
        hello = wire.decode_frame(by_name["hello"])[1]
        self.assertEqual(wire.transcript(challenge, b"\xcc" * 32, hello), data)

    def test_the_groups_are_one_chain(self):
        previous = bytes(32)
        chain = [data for _, name, _, data, _ in vectors("v1/groups.txt") if name.startswith("group_")]
        for data in chain[:3]:
            self.assertEqual(wire.decode_form("group", data)["previous"], previous)
            previous = hashlib.sha256(data).digest()


if __name__ == "__main__":
    unittest.main()
