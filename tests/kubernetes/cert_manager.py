"""What is used here of cert-manager's two kinds, as its documentation describes them: a field that isn't
among these, or of another shape, is a mistake of writing."""

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
DURATION = {"type": "string", "pattern": "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "minLength": 2}


def _object(required, **fields):
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _kind(spec):
    metadata = _object(["name"], name=TEXT, namespace=TEXT, labels={"type": "object"})
    return _object(["apiVersion", "kind", "metadata", "spec"], kind=TEXT, metadata=metadata, spec=spec,
                   apiVersion={"const": "cert-manager.io/v1"})


SCHEMAS = {
    "Issuer": _kind({"oneOf": [_object(["selfSigned"], selfSigned=_object([])),
                               _object(["ca"], ca=_object(["secretName"], secretName=TEXT))]}),
    "Certificate": _kind(_object(
        ["secretName", "issuerRef"], secretName=TEXT, commonName={**TEXT, "maxLength": 64},
        dnsNames=TEXTS, uris=TEXTS, isCA={"type": "boolean"}, duration=DURATION, renewBefore=DURATION,
        usages={"type": "array", "items": {"enum": ["cert sign", "crl sign", "server auth", "client auth",
                                                    "digital signature"]}},
        privateKey=_object(["algorithm"], algorithm={"enum": ["RSA", "ECDSA", "Ed25519"]},
                           size={"enum": [256, 384, 521, 2048, 4096, 8192]},
                           rotationPolicy={"enum": ["Never", "Always"]}),
        issuerRef=_object(["name"], name=TEXT, kind={"enum": ["Issuer", "ClusterIssuer"]},
                          group={"const": "cert-manager.io"}))),
}
