"""What the overlays render to is what Kubernetes takes, keeps its rules, and names what exists."""

import functools
import json
import os
import pathlib
import re
import secrets
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

import jsonschema
import kubernetes_validate
import yaml

import callers
import cert_manager
import health
import manifests
import references
import security

PROGRAMS = pathlib.Path(os.environ["CLUSTERWIRE_BUILD_DIR"]) / "services"
OVERLAYS = [(overlay, manifests.render(overlay)) for overlay in manifests.OVERLAYS]
RELEASES = ("1.30", "1.37")       # the oldest that has what is used here, and the newest known


class OverlaysTest(unittest.TestCase):
    maxDiff = None

    def test_every_document_is_valid_in_the_oldest_and_in_the_newest_release(self):
        for overlay, documents in OVERLAYS:
            for document in documents + manifests.external(overlay):
                self.check_document(document, overlay)

    def check_document(self, document, where):
        name = manifests.name_of(document)
        if document["apiVersion"].startswith("cert-manager.io/"):
            with self.subTest(where, document=name):
                jsonschema.validate(document, cert_manager.SCHEMAS[document["kind"]])
            return
        for release in RELEASES:
            with self.subTest(where, document=name, release=release):
                kubernetes_validate.validate(document, release, strict=True)

    def test_what_a_caller_copies_is_valid_and_safe_too(self):
        for path in (manifests.KUBERNETES / "callers").glob("*.example.yaml"):
            documents = list(yaml.safe_load_all(path.read_text()))
            for document in documents:
                self.check_document(document, path.name)
            self.assertEqual(list(security.findings(documents)), [])

    def test_the_ingress_of_the_pages_leads_to_them_and_to_nothing_else(self):
        path = manifests.KUBERNETES / "components/mails/ingress.example.yaml"
        (ingress,) = yaml.safe_load_all(path.read_text())
        self.check_document(ingress, path.name)
        documents = manifests.render("own")
        (service,) = [one for one in manifests.of_kind(documents, "Service")
                      if one["metadata"]["name"] == "notification"]
        ports = {port["name"]: port["port"] for port in service["spec"]["ports"]}
        paths = ingress["spec"]["rules"][0]["http"]["paths"]
        for one in paths:
            backend = one["backend"]["service"]
            self.assertEqual((backend["name"], ports.get(backend["port"]["name"])),
                             ("notification", 8090))
        links = (manifests.ROOT / "services/notification/consent/links.h").read_text()
        self.assertEqual({one["path"] for one in paths},
                         set(re.findall(r'k\w+Path = "(/[^"]+)"', links)))
        proxy = (manifests.ROOT / "deploy/proxy/nginx.conf").read_text()
        for one in paths:
            self.assertIn(f"{one['path'].strip('/')}", proxy)
        # Who may read the pages may do no more.
        rules = [rule for policy in manifests.of_kind(documents, "NetworkPolicy")
                 for rule in policy["spec"].get("ingress", [])
                 if {"namespaceSelector": {"matchLabels": {"clusterwire-pages": "true"}}} in
                 rule["from"]]
        self.assertEqual([port["port"] for rule in rules for port in rule["ports"]], ["pages"])

    def test_who_gets_in_is_who_should(self):
        for overlay, documents in OVERLAYS:
            with self.subTest(overlay):
                self.assertEqual(list(callers.findings(documents)), [])

    def test_restricted_security_and_more(self):
        for overlay, documents in OVERLAYS:
            with self.subTest(overlay):
                self.assertEqual(list(security.findings(documents)), [])

    def test_whatever_is_named_exists(self):
        for overlay, documents in OVERLAYS:
            with self.subTest(overlay):
                found = references.findings(documents, manifests.external(overlay))
                self.assertEqual(list(found), [])

    def test_probes_and_time_to_stop(self):
        for overlay, documents in OVERLAYS:
            with self.subTest(overlay):
                self.assertEqual(list(health.findings(documents)), [])

    def test_the_programs_take_the_configuration_that_they_get(self):
        for overlay, documents in OVERLAYS:
            known = documents + manifests.external(overlay)
            checked = set()
            for name, _, spec in manifests.pods(documents):
                for container in manifests.containers(spec):
                    program = container.get("command", [""])[0].rsplit("/", 1)[-1]
                    if program in ("clusterwire-catalogue", "clusterwire-notification"):
                        with self.subTest(overlay, pod=name):
                            self.check_configuration(program, container, spec, known)
                        checked.add(program)
            self.assertEqual(checked, {"clusterwire-catalogue", "clusterwire-notification"})

    def check_configuration(self, program, container, spec, known):
        service = program.removeprefix("clusterwire-")
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        folder, file = container["args"][container["args"].index("--config") + 1].rsplit("/", 1)
        volume = next(one for one in spec["volumes"] if one["name"] == mounts[folder])
        text = manifests.values(known, "ConfigMap", volume["configMap"]["name"])[file]
        with tempfile.TemporaryDirectory() as here:
            path = pathlib.Path(here, file)
            path.write_text(text)
            arguments = ["--config", str(path), "--check_config"]
            variables = environment(container, known)
            put_files(pathlib.Path(here), container, variables)
            done = subprocess.run([PROGRAMS / service / program, *arguments], check=False,
                                  env=variables, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_try_overlay_runs_the_kafka_that_the_tests_run(self):
        pom = xml.parse(manifests.ROOT / "deploy/local/kafka/pom.xml")
        space = {"m": "http://maven.apache.org/POM/4.0.0"}
        version = next(one.find("m:version", space).text
                       for one in pom.iterfind(".//m:dependency", space)
                       if one.find("m:artifactId", space).text.startswith("kafka_"))
        images = {container["image"] for _, _, spec in manifests.pods(manifests.render("try"))
                  for container in manifests.containers(spec)}
        self.assertIn(f"docker.io/apache/kafka:{version}", images)

    def test_no_object_is_too_large_for_apply(self):
        # It keeps a copy as JSON in an annotation.
        for overlay, documents in OVERLAYS:
            for document in documents:
                with self.subTest(overlay, document=manifests.name_of(document)):
                    self.assertLess(len(json.dumps(document)), 256 * 1024)


@functools.cache
def key_pair():
    """A certificate that signs itself, and its key, in PEM."""
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:P-256", "-nodes", "-days", "60", "-subj", "/CN=test",
                           "-keyout", "-"], check=True, capture_output=True, text=True).stdout
    key, begin, certificate = made.partition("-----BEGIN CERTIFICATE-----")
    return begin + certificate, key


def put_files(folder, container, variables):
    """Files of the container's volumes that options name, with what belongs in them; the options then
    name those."""
    certificate, key = key_pair()
    contents = {"ca.crt": certificate, "tls.crt": certificate, "tls.key": key, "token": "a.b.c",
                "subject.key": secrets.token_hex(32), "erasures.key": secrets.token_hex(32),
                "password": "PASSWORD"}
    mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
    for name, value in variables.items():
        if any(value.startswith(f"{mount}/") for mount in mounts):
            variables[name] = str(folder) + value
            file = pathlib.Path(variables[name])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(contents[file.name])


def environment(container, known):
    """The environment that Kubernetes would give."""
    variables = {}
    for variable in container.get("env", []):
        value = variable.get("value")
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if reference := variable.get("valueFrom", {}).get(field):
                value = manifests.values(known, kind, reference["name"])[reference["key"]]
        variables[variable["name"]] = value
    return variables


if __name__ == "__main__":
    unittest.main()
