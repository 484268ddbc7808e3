"""The dev script, alone in a folder with nothing of the tree, and with a false package manager."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.commands = self.folder / "commands"
        self.commands.mkdir()
        shutil.copy(ROOT / "dev", self.folder / "dev")

    def command(self, name, script):
        path = self.commands / name
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def dev(self, *arguments):
        return subprocess.run(
            [str(self.folder / "dev"), *arguments],
            env={"PATH": f"{self.commands}:{os.environ['PATH']}", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self):
        log = self.folder / "calls"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def test_without_a_verb_it_tells_the_verbs(self):
        result = self.dev()
        self.assertEqual(result.returncode, 0)
        for verb in "setup build test demo run simulate crash mutants fuzz guard bench e2e tidy".split():
            self.assertIn(f"\n  {verb} ", result.stdout)

    def test_an_unknown_verb_is_refused(self):
        result = self.dev("dance")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no verb 'dance'", result.stderr)

    def test_a_verb_with_nothing_behind_it_says_so_and_exits_2(self):
        for verb in ("demo", "simulate", "crash", "mutants", "guard", "bench", "e2e"):
            with self.subTest(verb):
                result = self.dev(verb)
                self.assertEqual(result.returncode, 2)
                self.assertIn("does not exist yet", result.stderr)

    def test_wrong_arguments_are_refused_before_anything_is_done(self):
        self.command("apt-get", f'echo "$@" >>{self.folder}/calls')
        (self.folder / "tests/bench").mkdir(parents=True)
        for arguments in (
            ["test", "--preset", "nosuch"],
            ["test", "--preset"],
            ["test", "--nosuch"],
            ["build", "--nosuch"],
            ["fuzz", "--seconds", "soon"],
            ["run", "nothing"],
            ["setup", "nosuch"],
            ["bench", "nosuch"],
        ):
            with self.subTest(arguments):
                self.assertEqual(self.dev(*arguments).returncode, 1)
        self.assertEqual(self.calls(), [])

    def test_the_ten_slowest_compilations_come_slowest_first(self):
        log = self.folder / "build/dev/.ninja_log"
        log.parent.mkdir(parents=True)
        lines = [f"0\t{number * 1000}\t0\tpart/{number}.cpp.o\thash" for number in range(1, 13)]
        lines += ["0\t99000\t0\tprogram\thash", "100\t600\t0\tpart/12.cpp.o\thash"]
        log.write_text("# ninja log v5\n" + "\n".join(lines) + "\n", encoding="utf-8")
        listed = self.dev("build", "--slowest").stdout.splitlines()
        self.assertEqual(len(listed), 10)
        # The twelfth was compiled again, faster; the program is no compilation.
        self.assertEqual(listed[0].split(), ["11.0", "s", "part/11.cpp.o"])
        self.assertEqual(listed[-1].split(), ["2.0", "s", "part/2.cpp.o"])

    def false_debian(self, missing, apt_get):
        self.command(
            "dpkg-query",
            f'shift 2; for name in "$@"; do [[ " {missing} " == *" $name "* ]] || '
            'printf "installed:%s " "$name"; done',
        )
        self.command("apt-get", f'echo "$@" >>{self.folder}/calls; {apt_get}')
        # Somebody who is not root asks sudo; here it just does it.
        self.command("sudo", '"$@"')

    def test_nothing_is_installed_when_all_is_there(self):
        self.false_debian("", "exit 1")
        self.assertEqual(self.dev("setup").returncode, 0)
        self.assertEqual(self.calls(), [])

    def test_only_what_is_missing_is_installed_without_an_update(self):
        self.false_debian("mold graphviz", "exit 0")
        self.assertEqual(self.dev("setup").returncode, 0)
        self.assertEqual(
            self.calls(), ["install -y -q --no-install-recommends mold graphviz"]
        )

    def test_old_package_lists_are_renewed_and_the_installation_tried_again(self):
        self.false_debian("mold", f"[[ $(wc -l <{self.folder}/calls) -gt 1 ]]")
        self.assertEqual(self.dev("setup", "build").returncode, 0)
        install = "install -y -q --no-install-recommends mold"
        self.assertEqual(self.calls(), [install, "update -q", install])

    def test_a_failed_installation_is_said(self):
        self.false_debian("mold", "[[ $1 == update ]]")
        result = self.dev("setup", "build")
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not install: mold", result.stderr)


if __name__ == "__main__":
    unittest.main()
