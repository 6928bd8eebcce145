"""Certificates for tests: authorities, and what they vouch for."""

import datetime
import ipaddress
import ssl

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


class Certificate:
    """A certificate with its key, both in PEM (bytes)."""

    def __init__(self, certificate, key):
        self.x509 = certificate
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)
        # As PKCS #8: the one form that Java, librdkafka, PostgreSQL and Go all read.
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
        self.end = certificate.not_valid_after_utc

    def write(self, folder, name):
        """Writes folder/NAME.pem and folder/NAME.key, in place where they are there; returns both."""
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        for path, content in zip(paths, (self.certificate, self.key)):
            path.touch(mode=0o600)
            path.write_bytes(content)
        return paths


class Authority:
    """A certificate authority; what clients or servers trust is its `certificate`."""

    def __init__(self, name="Test Authority", starts=-HOUR, ends=30 * DAY):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        usage = x509.KeyUsage(**{**_NO_USAGE, "key_cert_sign": True, "crl_sign": True})
        builder = (_builder(self._name, self._name, self._key, starts, ends)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                   .add_extension(usage, critical=True))
        self._own = Certificate(builder.sign(self._key, hashes.SHA256()), self._key)
        self.certificate = self._own.certificate

    def write(self, folder, name="ca"):
        """Writes folder/NAME.pem; returns its path."""
        path = folder / f"{name}.pem"
        path.write_bytes(self.certificate)
        return path

    def server(self, *hosts, **more):
        """For names and addresses; without any, for this machine's loopback. `more`: starts, ends, key."""
        return self._issue("server", hosts or ("localhost", "127.0.0.1"), [],
                           [ExtendedKeyUsageOID.SERVER_AUTH], **more)

    def broker(self):
        """For a server on this machine that is a client of others of its kind too."""
        return self._issue("broker", ("localhost", "127.0.0.1"), [],
                           [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])

    def client(self, spiffe=None, dns=None, **times):
        """For a client with a SPIFFE URI ("spiffe://example.org/ns/map/sa/page"), a DNS name, or both."""
        return self._issue("client", [dns] if dns else [], [spiffe] if spiffe else [],
                           [ExtendedKeyUsageOID.CLIENT_AUTH], **times)

    def expired_client(self, **names):
        """Whose last day is over."""
        return self.client(**names, starts=-2 * DAY, ends=-DAY)

    def _issue(self, name, hosts, uris, purposes, starts=-HOUR, ends=20 * DAY, key=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        names = [name for host in hosts for name in _host(host)]
        names += map(x509.UniformResourceIdentifier, uris)
        builder = (_builder(_name(name), self._name, key, starts, ends)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(x509.ExtendedKeyUsage(purposes), critical=False))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Certificate(builder.sign(self._key, hashes.SHA256()), key)


class Trust:
    """What a client has: the authorities that it trusts, in PEM, and its own certificate, if any."""

    def __init__(self, authorities, own=None):
        self.grpc = grpc.ssl_channel_credentials(
            authorities, own and own.key, own and own.certificate)
        self.https = ssl.create_default_context(cadata=authorities.decode())


def self_signed_client(spiffe):
    """By no authority at all."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("nobody")
    builder = _builder(name, name, key, -HOUR, DAY).add_extension(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(spiffe)]), critical=False)
    return Certificate(builder.sign(key, hashes.SHA256()), key)


_NO_USAGE = {usage: False for usage in [
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]}


def _name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host):
    try:
        # librdkafka 2.0 looks for an address among the names of hosts.
        return [x509.IPAddress(ipaddress.ip_address(host)), x509.DNSName(host)]
    except ValueError:
        return [x509.DNSName(host)]


def _builder(subject, issuer, key, starts, ends):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now + starts).not_valid_after(now + ends))
