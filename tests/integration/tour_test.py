"""Every line of the README's tour works when pasted."""

import re
import shlex
import subprocess
import unittest

import shared
from processes import GRPCURL, ROOT

DATABASES = ["sqlite"]      # which is what the README's lines are tried on

PASTED = ".local/bin/grpcurl"


def lines_of_tour(readme):
    """The commands in ```sh blocks between the heading Tour and the next one of its rank; one that
    ends in a backslash goes on in the next line."""
    tour = re.search(r"^## Tour$(.*?)(?=^## )", readme, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```sh\n(.*?)^```", tour.group(1), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()
            if line.strip()]


class TourTest(unittest.TestCase):
    def test_every_line_works_when_pasted(self):
        stack = shared.records()
        ports = {"127.0.0.1:50051": stack.catalogue.address,
                 "127.0.0.1:50052": stack.notification.address}
        lines = lines_of_tour((ROOT / "README.md").read_text())
        self.assertGreater(len(lines), 10)
        for line in lines:
            with self.subTest(line):
                self.assertTrue(line.startswith(PASTED), "every line of the tour calls grpcurl")
                pasted = line.replace(PASTED, shlex.quote(str(GRPCURL)))
                for port, address in ports.items():
                    pasted = pasted.replace(port, address)
                done = subprocess.run(pasted, shell=True, capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(done.stdout.strip())
