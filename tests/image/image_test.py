"""Both programs start from the image's file system, as its user, and answer the probes."""

import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["CLUSTERWIRE_BUILD_DIR"])
GRPCURL = os.environ["CLUSTERWIRE_GRPCURL"]
ARCHIVE = os.environ["CLUSTERWIRE_IMAGE_ARCHIVE"]
USER = 65532
CHROOT = "/usr/sbin/chroot"
PATIENCE = 30          # seconds
SIZE_LIMIT = 130       # MB; a library too many would show


def assemble(image):
    programs = [BUILD / "services/catalogue/clusterwire-catalogue",
                BUILD / "services/notification/clusterwire-notification",
                BUILD / "services/catalogue/import/clusterwire-import"]
    subprocess.run([ROOT / "deploy/images/assemble", image, *programs], check=True,
                   stdout=subprocess.DEVNULL)
    for path in [image / "var/lib/clusterwire", *(image / "var/lib/clusterwire").iterdir()]:
        os.chown(path, USER, USER)


def unpack(archive, image):
    with tempfile.TemporaryDirectory() as here:
        subprocess.run(["tar", "-xf", archive, "-C", here], check=True)
        manifest, = json.loads(pathlib.Path(here, "manifest.json").read_text())
        image.mkdir(parents=True)
        for layer in manifest["Layers"]:
            subprocess.run(["tar", "-xpf", pathlib.Path(here, layer), "-C", image], check=True)
        config = json.loads(pathlib.Path(here, manifest["Config"]).read_text())["config"]
    assert config["User"] == f"{USER}:{USER}", config


class Program:
    """A service in the image, on a free port of the loopback, with no Kafka to be found."""

    def __init__(self, image, service):
        self._log = tempfile.NamedTemporaryFile("w+")
        self._process = subprocess.Popen(
            [CHROOT, f"--userspec={USER}:{USER}", image, f"/usr/bin/clusterwire-{service}",
             "--config", f"/etc/clusterwire/{service}.textproto",
             "--set", "listen.grpc_address=127.0.0.1:0", "--set", "listen.http_address=127.0.0.1:0",
             "--set", "kafka.brokers=127.0.0.1:1"],
            stdout=self._log, stderr=subprocess.STDOUT, env={})
        self._address = ""
        self._http_port = 0

    def wait(self):
        self._address, self._http_port = wait_for(self._find_addresses)

    def log(self):
        return pathlib.Path(self._log.name).read_text()

    def _find_addresses(self):
        assert self._process.poll() is None, self.log()
        found = re.search(r'"message":"serving","grpc":"([^"]+)","http_port":(\d+)', self.log())
        return found and found.groups()

    def probe(self, path):
        """The status that an answer has."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self._http_port), timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def health(self, name):
        asked = subprocess.run(
            [GRPCURL, "-plaintext", "-max-time", "5", "-d", json.dumps({"service": name}),
             self._address, "grpc.health.v1.Health/Check"],
            capture_output=True, text=True, check=False)
        return json.loads(asked.stdout)["status"] if asked.returncode == 0 else asked.stderr

    def stop(self):
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._log.close()


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE} s"
        time.sleep(0.05)
    return found


def probes(service):
    """The paths that Kubernetes asks for, by probe."""
    text = (ROOT / f"deploy/kubernetes/base/{service}.yaml").read_text()
    return dict(re.findall(r"(\w+)Probe:\s+httpGet:\s+path: (\S+)", text))


@unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = BUILD / "image/root"
        shutil.rmtree(cls.image, ignore_errors=True)
        if ARCHIVE:
            unpack(ARCHIVE, cls.image)
        else:
            assemble(cls.image)
        # The root is read-only on Kubernetes, and /tmp with it.
        (cls.image / "tmp").chmod(0o555)
        size = sum(path.lstat().st_size for path in cls.image.rglob("*"))
        cls.size = size / 1e6
        print(f"the image's file system has {cls.size:.0f} MB", file=sys.stderr)

    def start(self, service):
        program = Program(self.image, service)
        self.addCleanup(program.kill)
        program.wait()
        return program

    def test_without_kafka_both_are_alive_and_serve_what_needs_none_and_are_not_ready(self):
        for service, needs_no_kafka in (("catalogue", "clusterwire.catalogue.v1.SearchService"),
                                        ("notification", "clusterwire.notification.v1.InboxService")):
            with self.subTest(service):
                program = self.start(service)
                asked = probes(service)
                self.assertEqual(program.probe(asked["startup"]), 200)
                self.assertEqual(program.probe(asked["liveness"]), 200)
                wait_for(lambda: program.health(needs_no_kafka) == "SERVING")
                self.assertEqual(program.probe(asked["readiness"]), 503)
                self.assertEqual(program.stop(), 0, program.log())

    def test_the_import_is_there(self):
        done = subprocess.run([CHROOT, f"--userspec={USER}:{USER}", self.image,
                               "/usr/bin/clusterwire-import", "--help"],
                              capture_output=True, text=True, check=True)
        self.assertIn("usage: clusterwire-import", done.stdout)

    def test_there_is_nothing_to_run_but_the_programs(self):
        programs = {path.name for folder in ("usr/bin", "usr/sbin", "usr/local/bin")
                    for path in (self.image / folder).glob("*")}
        self.assertEqual(programs, {"clusterwire-catalogue", "clusterwire-import",
                                    "clusterwire-notification"})

    def test_the_user_owns_its_data_and_nothing_else(self):
        for path in self.image.rglob("*"):
            status = path.lstat()
            inside = path.relative_to(self.image)
            if not inside.is_relative_to("var/lib/clusterwire"):
                self.assertEqual(status.st_uid, 0, inside)
            self.assertFalse(status.st_mode & 0o6000, f"{inside} changes its user")

    def test_what_is_opened_by_name_is_there(self):
        certificates = self.image / "etc/ssl/certs/ca-certificates.crt"
        self.assertGreater(certificates.stat().st_size, 100_000)
        self.assertTrue((self.image / "usr/share/zoneinfo/Europe/Berlin").is_file())
        self.assertTrue((self.image / "var/lib/dpkg/status.d/libssl3").is_file())

    def test_it_has_stayed_small(self):
        self.assertLess(self.size, SIZE_LIMIT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
