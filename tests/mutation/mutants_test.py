"""What counts as a killed mutant, and what is an error of its row."""

import unittest
from pathlib import Path

import mutants
from mutants import RowError, SkippedHere

ROW = """
[nonce_constant]
defect = "every nonce is zero"
file = "shared/vault/page_cipher.cpp"
text = "next()"
becomes = "zeros"
test = "zhibu_vault_test"
killed_by = "Suite.Name"
"""
RUNNING = "[==========] Running 1 test from 1 test suite.\n"


def mutant(**changed):
    return mutants.Mutant(
        **{
            "name": "nonce_constant",
            "defect": "every nonce is zero",
            "file": "shared/vault/page_cipher.cpp",
            "text": "next()",
            "becomes": "zeros",
            "test": "zhibu_vault_test",
            "killed_by": "Suite.Name",
            **changed,
        }
    )


class Tables(unittest.TestCase):
    def test_a_row_is_a_mutant(self):
        self.assertEqual(mutants.read_table(ROW), [mutant()])

    def test_a_row_that_lacks_something_or_has_more_is_refused(self):
        for text in (ROW.replace("defect", "defects"), ROW + 'more = "x"', "[a]\n", 'a = "x"'):
            with self.subTest(text), self.assertRaises(RowError):
                mutants.read_table(text)

    def test_the_killer_is_one_test(self):
        for killer in ("Suite.*", "*", "Suite", "A.B:C.D", "A.B?", "-A.B:"):
            with self.subTest(killer), self.assertRaises(RowError):
                mutants.read_table(ROW.replace("Suite.Name", killer))

    def test_a_defect_that_changes_nothing_is_refused(self):
        with self.assertRaises(RowError):
            mutants.read_table(ROW.replace("zeros", "next()"))

    def test_the_tables_of_the_tree_are_in_order(self):
        known = mutants.read_tables(mutants.TABLES)
        self.assertGreaterEqual(len(known), 20)
        for row in known.values():
            with self.subTest(row.name):
                source = (mutants.ROOT / row.file).read_text(encoding="utf-8")
                self.assertNotEqual(mutants.with_defect(source, row), source)

    def test_every_row_is_a_ctest(self):
        cmake = Path(mutants.TABLES / "CMakeLists.txt").read_text(encoding="utf-8")
        for table in mutants.TABLES.glob("*.toml"):
            self.assertIn(table.name, cmake)


class Arguments(unittest.TestCase):
    def test_names_may_stand_behind_the_options(self):
        read = mutants.read_arguments(["build/dev", "--jobs", "2", "one", "another"])
        self.assertEqual((read.jobs, read.names), (2, ["one", "another"]))


class Defects(unittest.TestCase):
    def test_it_is_put_where_its_text_stands(self):
        self.assertEqual(mutants.with_defect("a = next();", mutant()), "a = zeros;")

    def test_a_text_that_is_gone_or_not_alone_is_stale(self):
        for source in ("", "nothing", "next() next()"):
            with self.subTest(source), self.assertRaises(RowError):
                mutants.with_defect(source, mutant())


class Commands(unittest.TestCase):
    def test_the_copy_is_compiled_as_its_file_is(self):
        command, own = mutants.compile_command(
            "/usr/bin/g++ -I/root -Og -o lib/a.cpp.o -c /root/a.cpp", "m/a.cpp", "m/object.o"
        )
        self.assertEqual(own, "lib/a.cpp.o")
        self.assertEqual(
            command[:8],
            ["ccache", "/usr/bin/g++", "-I/root", "-Og", "-o", "m/object.o", "-c", "m/a.cpp"],
        )

    def test_its_object_stands_before_the_libraries(self):
        linking = ": && g++ t.o -o bin/t  -Wl,-x  lib/liba.a  /usr/lib/libz.so && :"
        self.assertEqual(
            mutants.link_command(linking, "lib/a.cpp.o", "m/object.o", "m/program"),
            ["g++", "t.o", "-o", "m/program", "-Wl,-x", "m/object.o", "lib/liba.a"]
            + ["/usr/lib/libz.so", "-s"],
        )

    def test_or_in_the_place_of_the_programs_own(self):
        linking = ": && g++ t.o a.o -o bin/t lib/liba.a && :"
        words = mutants.link_command(linking, "a.o", "m/object.o", "m/program")
        self.assertEqual(words[:3], ["g++", "t.o", "m/object.o"])

    def test_a_program_linked_otherwise_is_refused(self):
        for linking in (": && g++ t.o -o t && strip t && :", ": && g++ t.o -o t && :"):
            with self.subTest(linking), self.assertRaises(RowError):
                mutants.link_command(linking, "a.o", "m/object.o", "m/program")


class Verdicts(unittest.TestCase):
    def test_a_failed_test_and_a_failed_check_are_kills(self):
        failed = RUNNING + "[  FAILED  ] Suite.Name (1 ms)\n"
        self.assertEqual(mutants.judge_defective("Suite.Name", 1, failed), "failed")
        checked = RUNNING + "zhibu: internal check failed: done (a.cpp:1).\n"
        self.assertEqual(mutants.judge_defective("Suite.Name", -6, checked), "ended by a check")
        stumbled = RUNNING + "../../a_test.cpp:3: Failure\nExpected\n"
        self.assertEqual(mutants.judge_defective("Suite.Name", -11, stumbled), "failed")

    def test_a_test_that_passes_or_only_crashes_has_shown_nothing(self):
        for code, output in (
            (0, RUNNING + "[  PASSED  ] 1 test.\n"),
            (-11, RUNNING),
            (1, RUNNING + "[  FAILED  ] Suite.Other (1 ms)\n"),
            (127, "not found"),
        ):
            with self.subTest(code), self.assertRaises(RowError):
                mutants.judge_defective("Suite.Name", code, output)

    def test_without_the_defect_one_test_must_pass(self):
        mutants.judge_sound("Suite.Name", 0, RUNNING + "[  PASSED  ] 1 test.\n")
        none = "[==========] Running 0 tests from 0 test suites.\n"
        for code, output in ((0, none), (1, RUNNING), (-6, RUNNING)):
            with self.subTest(code), self.assertRaises(RowError):
                mutants.judge_sound("Suite.Name", code, output)
        with self.assertRaises(SkippedHere):
            mutants.judge_sound("Suite.Name", 0, RUNNING + "[  SKIPPED ] 1 test, listed below:\n")


if __name__ == "__main__":
    unittest.main()
