#!/usr/bin/env python3
"""docs/operators-handbook.md, followed step by step: its `sh` blocks are one script, and it must
end well.

  handbook.py [--bin FOLDER]

Exit code 0 when every step did.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import BIN, free_port  # noqa: E402

HANDBOOK = Path(__file__).resolve().parents[2] / "docs" / "operators-handbook.md"
DEFAULT_PORTS = ("7443", "7480")


def steps():
    """Every block, with the line on which it begins."""
    text = HANDBOOK.read_text(encoding="utf-8")
    blocks = [(text[:found.start()].count("\n") + 2, found[1])
              for found in re.finditer(r"^```sh\n(.*?)^```$", text, re.M | re.S)]
    assert len(blocks) > 15, f"{HANDBOOK.name} has {len(blocks)} blocks: are they marked as sh?"
    return blocks


def script_of(blocks):
    """Each step says where it stands, so that what fails is found. A server that a failed step
    leaves behind ends with the script."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for line, block in blocks:
        lines += [f"echo '== {HANDBOOK.name}:{line}'", block]
    return "\n".join(lines)


def on_ports_of_its_own(script):
    """The defaults may be taken on the machine that tests; so the settings name others."""
    mine = {port: str(free_port()) for port in DEFAULT_PORTS}
    script = re.sub(r"(?<=127\.0\.0\.1:)(\d+)", lambda found: mine[found[1]], script)
    written = "--print-config > committee/server.toml"
    assert written in script
    edits = " ".join(f"-e 's/ = {port}$/ = {mine[port]}/'" for port in mine)
    return script.replace(written, f"{written}\nsed -i {edits} committee/server.toml")


def main():
    bin_folder = Path(sys.argv[sys.argv.index("--bin") + 1]) if "--bin" in sys.argv else BIN
    script = on_ports_of_its_own(script_of(steps()))
    with tempfile.TemporaryDirectory(prefix="zhibu-") as folder:
        environment = os.environ | {"PATH": f"{bin_folder.resolve()}:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=280,
                              check=False)
        print(done.stdout)
        if done.returncode != 0:
            print(f"the step after the last line above failed: exit code {done.returncode}")
            server_log = Path(folder) / "server.log"
            print(server_log.read_text(encoding="utf-8")[-2000:] if server_log.exists() else "")
            return 1
    print(f"all {len(steps())} steps of {HANDBOOK.name} did what it says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
