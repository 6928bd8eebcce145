"""A mistake in the configuration or on the command line is named, with what was meant."""

import subprocess
import unittest

import shared
from processes import BUILD, GRPCURL, ROOT

DATABASES = ["sqlite"]      # no database has a part in it

# Option: what is wrong, what the message must name.
MISTAKES = {
    "kafka.brokrs=127.0.0.1:1": "did you mean 'brokers'",
    "calls.readers=many": "calls.readers",
    "calls.readers=-1": "calls.readers",
    "kafka.brokers=": "kafka.brokers",
    "listen.grpc_address=nowhere": "listen.grpc_address",
    "log.level=loud": "log.level",
    "database.url=store.db": "database.url: a database is named by sqlite:",
    "database.url=mysql://clusterwire:secret@localhost/x": "or postgresql://",
    "database.url=sqlite:": "database.url: a SQLite database needs a file",
    "stop.grace=soon": "stop.grace",
    # What can be found without a network:
    "listen.grpc_address=0.0.0.0:50051": "allow_insecure",
    "kafka.topic=two words": "kafka.topic",
    "kafka.brokers=localhost:99999": "kafka.brokers: 'localhost:99999' is no broker",
    "kafka.properties[linger.msec]=5": "kafka.properties[linger.msec]",
    "kafka.properties[acks]=0": "kafka.properties: `acks` must be set to `all`",
    "database.url=postgresql://cw:secret@[::1/x": "database.url: the database's URL can't be read",
    "database.url=postgresql://cw:secret@db/x?sslmod=require": "invalid URI query parameter",
    "token_key_file=/tmp": "token_key_file: /tmp is a folder",
    # Who is believed:
    "callers.operators=*": "callers.operators[0]: '*' stands at the end",
    "callers.issuers[0].name=public": "callers.issuers[0].name: begins other subjects",
    "callers.issuers[0].algorithms=HS256": "callers.issuers[0].algorithms[0]: must be one of RS256",
    "callers.issuers[0].jwks_uri=http://id.example.org/keys": "callers.issuers[0].jwks_uri: must be https",
    # A password whose end is not clear, and one beside a typo:
    "database.url=postgresql://cw:sec@ret@db/x": "write '@' as %40",
    "database.url=postgresql://cw:secret/x": "database.url",
    "database.urll=postgresql://cw:secret@db/x": "did you mean 'url'",
    "kafka.properties[sasl.passwort]=secret": "sasl.passwort",
}
MISTAKES_OF_NOTIFICATION = {
    "ledger.url=mysql://clusterwire:secret@localhost/x": "ledger.url: a database is named by sqlite:",
    "ledger.url=sqlite:/var/lib/clusterwire/notification/../notification/store.db":
        "the same SQLite file as database.url",
}


class BadConfigurationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = shared.folder() / "configuration"
        cls.folder.mkdir()

    def run_program(self, name, *arguments):
        return subprocess.run([BUILD / f"services/{name}/clusterwire-{name}", *map(str, arguments)],
                              capture_output=True, text=True, timeout=20, cwd=self.folder)

    def check_refused(self, done, *said):
        self.assertEqual(done.returncode, 1, done.stderr)
        for text in said:
            self.assertIn(text, done.stderr)
        self.assertEqual(list(self.folder.glob("*.db")), [])

    def test_a_typo_in_the_file_is_named_with_its_line_and_the_nearest_name(self):
        for name in ["catalogue", "notification"]:
            with self.subTest(name):
                good = (ROOT / f"deploy/config/{name}.textproto").read_text()
                line = 1 + good[:good.index("brokers:")].count("\n")
                file = self.folder / "bad.textproto"
                file.write_text(good.replace("brokers:", "brokrs:"))
                self.check_refused(self.run_program(name, "--config", file), f"{file}:{line}:",
                                   "'brokrs'", "did you mean 'brokers'")

    def test_a_mistake_in_an_option_is_named(self):
        for name in ["catalogue", "notification"]:
            mistakes = {**MISTAKES, **(MISTAKES_OF_NOTIFICATION if name == "notification" else {})}
            for option, said in mistakes.items():
                with self.subTest(f"{name} {option}"):
                    done = self.run_program(
                        name, "--config", ROOT / f"deploy/config/{name}.textproto", "--set", option,
                        "--check_config")
                    self.check_refused(done, said)
                    for secret in ["secret", "sec@", "ret@"]:
                        self.assertNotIn(secret, done.stderr)

    def test_a_missing_file_and_an_unknown_flag_are_named(self):
        for name in ["catalogue", "notification"]:
            with self.subTest(name):
                self.check_refused(self.run_program(name, "--config", "absent.textproto"),
                                   "absent.textproto")
                self.check_refused(self.run_program(name, "--confg", "x"), "--confg", "--config")

    def test_the_configuration_that_comes_with_it_is_sound(self):
        for name in ["catalogue", "notification"]:
            with self.subTest(name):
                done = self.run_program(name, "--config",
                                        ROOT / f"deploy/config/{name}.textproto", "--check_config")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("sound", done.stdout)

    def test_an_unknown_field_in_grpcurls_json_is_named(self):
        done = subprocess.run(
            [GRPCURL, "-plaintext", "-d", '{"cluster":{"titel":"Never"}}',
             shared.records().catalogue.address,
             "clusterwire.catalogue.v1.ClusterService/CreateCluster"],
            capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("titel", done.stderr)
