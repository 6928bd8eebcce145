"""What the README shows to paste works when pasted, and once more."""

import re
import subprocess
import unittest

import shared
import steps
from processes import BUILD, GRPCURL, ROOT, Process
from waiting import eventually

DATABASES = ["sqlite"]      # which is what the README's lines are tried on

PASTED = ".local/bin/grpcurl"
TOKEN = "deploy/local/token"
END_OF_LINE = "@@ line {} ended with"


def blocks(heading, language, readme):
    """The blocks of a language between this heading and the next one of its rank."""
    part = re.search(rf"^## {heading}$(.*?)(?=^## )", readme, re.MULTILINE | re.DOTALL).group(1)
    return re.findall(rf"^```{language}\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def lines(heading, readme):
    """The commands; one that ends in a backslash goes on in the next line."""
    return [line for block in blocks(heading, "sh", readme)
            for line in block.replace("\\\n", " ").splitlines() if line.strip()]


class TourTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.issuer = shared.local_issuer()
        cls.readme = (ROOT / "README.md").read_text()

    def paste(self, commands):
        """All of them into one shell."""
        here = {PASTED: str(GRPCURL), TOKEN: f"{ROOT / TOKEN} --folder {self.issuer}",
                "127.0.0.1:50051": self.stack.catalogue.address,
                "127.0.0.1:50052": self.stack.notification.address}
        script = ""
        for number, line in enumerate(commands):
            for there, replaced in here.items():
                line = line.replace(there, replaced)
            script += f"{line}\nended=$?; echo; echo {END_OF_LINE.format(number)} $ended\n"
        done = subprocess.run(["bash"], input=script, capture_output=True, text=True, timeout=120)
        for number, line in enumerate(commands):
            with self.subTest(line):
                self.assertIn(f"{END_OF_LINE.format(number)} 0\n", done.stdout, done.stderr[-2000:])

    def test_every_line_of_the_tour_works_and_so_does_the_whole_tour_again(self):
        tour = lines("Tour", self.readme)
        self.assertGreater(len(tour), 20)
        self.paste(tour)
        self.paste(tour)

    def test_every_line_for_the_office_and_for_a_program_works(self):
        for heading in ["For the office", "For a program that listens"]:
            pasted = [line for line in lines(heading, self.readme) if line.startswith(PASTED)]
            self.assertGreaterEqual(len(pasted), 2)
            self.paste(pasted)

    def test_the_python_that_reads_kafka_works_as_it_stands(self):
        [program] = blocks("For a program that listens", "python", self.readme)
        file = shared.folder() / "reader.py"
        file.write_text(program.replace("127.0.0.1:9092", self.stack.broker.address)
                        .replace("clusterwire.changes.v1", self.stack.topic, 2)
                        .replace(f"from {self.stack.topic}", "from clusterwire.change.v1"))
        reader = Process("reader", [BUILD / "integration/venv/bin/python", file],
                         shared.folder() / "reader.log")
        reader.start()
        self.addCleanup(reader.kill)
        draft = steps.create_cluster(self.stack, state="STATE_DRAFT", title="Not for readers")
        shown = steps.create_cluster(self.stack, title="For readers")
        # They may stand in two partitions, so come in any order.
        printed = [f"cluster.created {shown.name} For readers", f"cluster.created {draft.name} is gone"]
        try:
            eventually(lambda: all(line in reader.log.read_text() for line in printed),
                       "both clusters are printed", within=60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{reader.tail()}") from None
        self.assertNotIn("Not for readers", reader.log.read_text())
