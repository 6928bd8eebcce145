"""Each rule finds what it is for: the overlay `try` is sound, and one change makes it unsound."""

import copy
import unittest

import callers
import health
import manifests
import references
import security


class RulesTest(unittest.TestCase):
    def setUp(self):
        self.documents = copy.deepcopy(manifests.render("try"))

    def production(self):
        self.documents = copy.deepcopy(manifests.render("own"))

    def find(self, kind, name):
        return next(one for one in self.documents if one["kind"] == kind and
                    one["metadata"]["name"].startswith(name))

    def pod(self):
        return self.find("Deployment", "catalogue")["spec"]["template"]["spec"]

    def container(self):
        return self.pod()["containers"][0]

    def expect(self, rule, text):
        found = list(rule(self.documents))
        self.assertTrue(any(text in finding for finding in found), f"{text!r} is not among {found}")

    def test_security(self):
        def own(**fields):
            return lambda: self.container()["securityContext"].update(fields)
        for change, text in (
                (lambda: self.pod().update(hostNetwork=True), "hostNetwork is set"),
                (lambda: self.pod()["volumes"].append({"name": "x", "hostPath": {}}),
                 "is a hostPath"),
                (lambda: self.pod()["securityContext"].update(sysctls=[{}]), "sysctls"),
                (lambda: self.pod().pop("automountServiceAccountToken"), "token is mounted"),
                (lambda: self.pod()["securityContext"].pop("runAsNonRoot"), "runAsNonRoot"),
                (lambda: self.pod()["securityContext"].update(runAsUser=0), "runAsUser"),
                (lambda: self.pod()["securityContext"].pop("seccompProfile"), "seccomp"),
                (own(runAsNonRoot=False), "runAsNonRoot"),
                (own(privileged=True), "is privileged"),
                (own(allowPrivilegeEscalation=True), "allowPrivilegeEscalation"),
                (own(readOnlyRootFilesystem=False), "root can be written"),
                (own(capabilities={}), "drop ALL"),
                (own(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}), "adds capabilities"),
                (own(procMount="Unmasked"), "procMount"),
                (lambda: self.container()["ports"][0].update(hostPort=1), "of the node"),
                (lambda: self.container()["resources"]["limits"].pop("memory"), "no memory among"),
                (lambda: self.container().update(image="a/b:latest"), "not pinned"),
                (lambda: self.container().update(image="host:5000/b"), "not pinned"),
                (lambda: self.find("ServiceAccount", "").pop("automountServiceAccountToken"),
                 "hands out a token"),
                (lambda: self.find("Namespace", "").get("metadata").pop("labels"), "restricted")):
            self.check(security.findings, change, text)

    def check(self, rule, change, text):
        with self.subTest(text):
            self.setUp()
            change()
            self.expect(rule, text)

    def remove(self, kind, name):
        return lambda: self.documents.remove(self.find(kind, name))

    def test_references(self):
        for change, text in (
                (self.remove("Secret", "catalogue-database"), "no Secret catalogue-database"),
                (lambda: self.find("Secret", "catalogue-database").pop("data"), "has no key url"),
                (self.remove("ConfigMap", "catalogue-config"), "no ConfigMap catalogue-config"),
                (self.remove("ConfigMap", "records-clusters"), "no ConfigMap records-clusters"),
                (self.remove("ConfigMap", "kafka-"), "no ConfigMap kafka-"),
                (self.remove("ServiceAccount", "catalogue"), "no ServiceAccount catalogue"),
                (self.remove("Namespace", ""), "namespace is not made here"),
                (self.remove("NetworkPolicy", "deny-all"), "no NetworkPolicy closes it"),
                (self.remove("NetworkPolicy", "to-services"), "lets a caller of the namespace out"),
                (self.remove("PodDisruptionBudget", "catalogue"), "no PodDisruptionBudget"),
                (self.remove("Deployment", "catalogue"), "Service/catalogue: selects no pod"),
                (lambda: self.container()["ports"].pop(0), "has a port grpc"),
                (lambda: self.container()["livenessProbe"]["httpGet"].update(port=1), "asks port 1"),
                (lambda: self.container()["volumeMounts"].pop(), "mounted nowhere"),
                (lambda: self.pod()["volumes"].pop(), "no volume erasures")):
            self.check(references.findings, change, text)

    def test_health(self):
        def probe(name, **changed):
            return lambda: self.container()[f"{name}Probe"]["httpGet"].update(changed)
        for change, text in (
                (lambda: self.container().pop("startupProbe"), "no startup probe"),
                (probe("liveness", path="/readyz"), "liveness asks for /readyz instead of /livez"),
                (probe("readiness", path="/livez"), "readiness asks for /livez instead of /readyz"),
                (probe("readiness", scheme="HTTPS"), "doesn't ask the port metrics by HTTP"),
                (lambda: self.container().update(readinessProbe={"grpc": {"port": 1}}), "no TLS"),
                (lambda: self.pod().update(terminationGracePeriodSeconds=30), "too few")):
            self.check(health.findings, change, text)

    def set(self, name, value):
        """An option of the catalogue, or one more."""
        def change():
            variables = self.container()["env"]
            variables[:] = [one for one in variables if not one["name"].endswith(f"__{name}")]
            variables.append({"name": f"CLUSTERWIRE_CATALOGUE__{name}", "value": value})
        return change

    def test_callers(self):
        def token(**changed):
            return lambda: next(
                one for one in self.find("Job", "import")["spec"]["template"]["spec"]["volumes"]
                if one["name"] == "token")["projected"]["sources"][0]["serviceAccountToken"].update(changed)
        ours = "k8s:system:serviceaccount:clusterwire-try"
        for change, text in (
                (self.set("LISTEN__LOOPBACK_IS_OPERATOR", "true"), "every port-forward"),
                (lambda: self.find("ConfigMap", "catalogue-config")["data"].update(
                    {"catalogue.textproto": "listen { loopback_is_operator: true }"}), "where they call from"),
                (self.set("LISTEN__ALLOW_INSECURE", "false"), "neither TLS nor the word"),
                (self.set("LISTEN__TLS__CERTIFICATE_FILE", "/x"), "or both"),
                (self.set("CALLERS__ISSUERS__0__TOKEN_FILE", "/x/token"), "no token for the API server"),
                (self.set("CALLERS__OPERATORS", ""), "has no operator"),
                (self.set("CALLERS__OPERATORS", "corp:1"), "no service account of the issuer k8s"),
                (self.set("CALLERS__OPERATORS", f"{ours}:*"), "every pod beside it"),
                (self.set("CALLERS__OPERATORS", f"{ours}:nobody"), "no ServiceAccount nobody"),
                (self.set("CALLERS__OPERATORS", "k8s:system:serviceaccount:elsewhere:x"), "not made here"),
                (token(audience="vault"), "for somebody else"),
                (token(path="other"), "no token is put at")):
            self.check(callers.findings, change, text)

    def test_certificates(self):
        def certificate(**changed):
            def change():
                self.production()
                self.find("Certificate", "catalogue")["spec"].update(changed)
            return change
        for change, text in (
                (certificate(dnsNames=["catalogue"]), "lacks ['catalogue.clusterwire.svc']"),
                (certificate(renewBefore="24h"), "less than 7 days")):
            self.check(callers.findings, change, text)
        self.check(references.findings, certificate(secretName="other"), "no Secret catalogue-tls")


if __name__ == "__main__":
    unittest.main()
