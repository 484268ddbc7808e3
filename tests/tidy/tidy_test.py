"""The rules, tried on trees that break them.

Each folder of fixtures/ is a small tree. A line that must be caught says so at its end,
`expect: rule`; every other line must pass. So a rule that misses fails, and one that is too eager.
"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import checks
import layers
import tidy

HERE = Path(__file__).resolve().parent
EXPECT = re.compile(r"expect: ([a-z-]+)")


def expected_findings(root):
    expected = set()
    for path in root.rglob("*"):
        if path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
                for match in EXPECT.finditer(line):
                    expected.add((str(path.relative_to(root)), number, match[1]))
    return expected


class Fixtures(unittest.TestCase):
    maxDiff = None

    def check(self, name):
        root = HERE / "fixtures" / name
        expected = expected_findings(root)
        self.assertTrue(expected, "the fixture expects nothing")
        found = {
            (finding.path, finding.line, finding.rule)
            for finding in tidy.check_tree(root)[0]
            if finding.rule != "cycle"
        }
        self.assertEqual(sorted(expected - found), [], "broken lines that were not caught")
        self.assertEqual(sorted(found - expected), [], "good lines that were caught")

    def test_forbidden_edges_headers_and_details_are_caught(self):
        self.check("edges")

    def test_calls_outside_adapters_are_caught(self):
        self.check("calls")

    def test_the_co_await_trap_is_caught(self):
        self.check("coroutines")

    def test_unfinished_work_banners_and_bare_nolints_are_caught(self):
        self.check("comments")

    def test_two_types_of_one_name_are_caught(self):
        self.check("definitions")

    def test_expected_without_nodiscard_is_caught(self):
        self.check("nodiscard")

    def test_a_ring_of_folders_is_caught(self):
        rings = [
            finding.message
            for finding in tidy.check_tree(HERE / "fixtures" / "edges")[0]
            if finding.rule == "cycle"
        ]
        self.assertEqual(
            rings,
            [
                "folders form a ring: shared/catalog -> shared/record -> shared/catalog",
                "folders form a ring: "
                "sync_protocol/message -> sync_protocol/session -> sync_protocol/message",
            ],
        )


class Lengths(unittest.TestCase):
    def findings(self, text, name="shared/record/long.cpp"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return [(finding.line, finding.rule) for finding in tidy.check_tree(Path(folder))[0]]

    @staticmethod
    def function(lines, head="int f(int x) {", before=""):
        return before + head + "\n" + "    x += g(x);\n" * (lines - 2) + "}\n"

    def test_a_function_of_70_lines_passes_and_one_of_71_does_not(self):
        self.assertEqual(self.findings(self.function(70)), [])
        self.assertEqual(self.findings(self.function(71)), [(1, "function-length")])

    def test_every_form_of_function_is_measured(self):
        for head in (
            "std::expected<int, Error> Session::f(int x) const noexcept {",
            "auto f(int x) -> std::expected<int, Error> {",
            "Session::Session(int x) : x_{x}, y_(x) {",
            "TEST(MergeAsk, CommittedValueStands) {",
            "template <class T> T f(T x) {",
            'extern "C" int f(int x) {',
            "Session& Session::operator=(const Session& other) & {",
        ):
            with self.subTest(head):
                self.assertEqual(
                    self.findings("namespace a {\n" + self.function(71, head) + "}\n"),
                    [(2, "function-length")],
                )

    def test_a_long_class_or_namespace_is_not_a_function(self):
        for head in ("namespace zhibu {", "class A final : public B {", "const int table[] = {"):
            with self.subTest(head):
                self.assertEqual(self.findings(self.function(90, head)), [])

    def test_a_function_is_exempt_only_with_a_reason(self):
        mark = "// NOLINTNEXTLINE(readability-function-size)"
        self.assertEqual(
            self.findings(self.function(90, before=mark + ": one line for each code\n")),
            [],
        )
        self.assertEqual(
            self.findings(self.function(90, before=mark + "\n")),
            [(1, "nolint"), (2, "function-length")],
        )

    def test_a_file_of_500_lines_passes_and_one_of_501_does_not(self):
        self.assertEqual(self.findings("int x;\n" * 500), [])
        self.assertEqual(self.findings("int x;\n" * 501), [(501, "file-length")])
        self.assertEqual(
            self.findings("const x = 1;\n" * 501, "client/web/src/app/long.ts"),
            [(501, "file-length")],
        )

    def test_a_table_may_be_longer_when_it_says_so(self):
        head = "// tidy-exempt(file-length): the list of all provinces\n"
        self.assertEqual(self.findings(head + "int x;\n" * 600), [])


class Table(unittest.TestCase):
    def test_the_table_itself_has_no_ring(self):
        self.assertEqual(checks._rings(layers.LAYERS), [])

    def test_client_and_server_never_meet_and_nothing_below_knows_them(self):
        for folder, allowed in layers.LAYERS.items():
            top = folder.split("/")[0]
            for other in allowed:
                self.assertIn(
                    (top, other.split("/")[0]),
                    {
                        ("shared", "shared"),
                        ("sync_protocol", "shared"),
                        ("sync_protocol", "sync_protocol"),
                        ("server", "shared"),
                        ("server", "sync_protocol"),
                        ("server", "server"),
                        ("client", "shared"),
                        ("client", "sync_protocol"),
                        ("client", "client"),
                    },
                )


class Program(unittest.TestCase):
    def run_on(self, folder):
        return subprocess.run(
            [sys.executable, "-B", str(HERE / "tidy.py"), str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_findings_are_printed_as_file_line_what_and_fail_the_run(self):
        result = self.run_on(HERE / "fixtures" / "nodiscard")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"(?m)^shared/keys/keys\.hpp:7: .* \[nodiscard\]$")

    def test_an_empty_folder_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_on(folder).returncode, 1)


if __name__ == "__main__":
    unittest.main()
