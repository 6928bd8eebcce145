"""What the scripts of this folder make is for its owner alone."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).parent


class RightsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.local = pathlib.Path(folder.name)

    def run_script(self, script):
        """With the functions of the scripts, in a folder of our own and the usual umask."""
        head = (f"umask 022; set -euo pipefail; source {HERE}/lib.sh; source {HERE}/process.sh; "
                f"local_dir={self.local} log_dir={self.local}/log run_dir={self.local}/run; ")
        subprocess.run(["bash", "-c", head + script], check=True, timeout=30,
                       stdout=subprocess.DEVNULL)

    def mode(self, name):
        return (self.local / name).stat().st_mode & 0o777

    def test_a_folder_of_data_is_private_also_one_that_others_could_enter(self):
        old = self.local / "old"
        old.mkdir(mode=0o755)
        (old / "log").write_text("a draft")
        (old / "log").chmod(0o644)
        self.run_script(f"private_folder {self.local}/new/data; private_folder {old}")
        self.assertEqual([self.mode(name) for name in ("new/data", "old", "old/log")],
                         [0o700, 0o700, 0o600])

    def test_the_keys_are_private_and_made_once(self):
        script = f"state_dir={self.local}/state; source {HERE}/services.sh; make_secrets"
        self.run_script(script)
        keys = ["subject.key", "issuer/key.pem", "issuer/keys.json"]
        made = [(self.local / "state" / key).read_bytes() for key in keys]
        self.run_script(script)
        self.assertEqual([self.mode(f"state/{key}") for key in keys], [0o600] * 3)
        self.assertEqual([(self.local / "state" / key).read_bytes() for key in keys], made)

    def test_what_a_started_program_makes_is_private_and_its_log_too(self):
        (self.local / "log").mkdir()
        (self.local / "log" / "maker.log").write_text("an earlier start\n")
        self.run_script(f"start_process maker bash -c 'echo made; echo x >{self.local}/made'")
        deadline = time.monotonic() + 20
        while not (self.local / "made").exists() and time.monotonic() < deadline:
            os.sched_yield()
        self.assertEqual([self.mode(name) for name in ("made", "log/maker.log")], [0o600, 0o600])


if __name__ == "__main__":
    unittest.main()
