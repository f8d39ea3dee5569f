"""Certificates made on the spot: a small authority, and a good, an expired, a wrong-named and a self-signed server."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

GOOD, EXPIRED, WRONG_NAME, SELF_SIGNED = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
"""The loopback addresses on which the servers show each kind of certificate, on the same ports."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The paths of one server's certificate (PEM, with its chain) and of its key."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """A TLS context for a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Certificates:
    """The authority that the tests trust (`ca_file`), and one certificate for each loopback address."""

    ca_file: Path
    by_address: dict[str, Certificate]

    @property
    def good(self) -> Certificate:
        """Valid for localhost and 127.0.0.1."""
        return self.by_address[GOOD]

    def client_context(self) -> ssl.SSLContext:
        """A TLS context for a client that trusts the authority and checks names."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def make(folder: Path) -> Certificates:
    """Write the authority and the four server certificates into `folder`."""
    now = datetime.datetime.now(datetime.UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Mailroom tests authority")
    start, end = now - datetime.timedelta(days=60), now + datetime.timedelta(days=60)
    ca = (
        _builder(ca_name, ca_name, ca_key, start, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    yesterday = now - datetime.timedelta(days=1)
    kinds = {
        GOOD: ("localhost", end, ca_key, ca_name),
        EXPIRED: ("localhost", yesterday, ca_key, ca_name),
        WRONG_NAME: ("mail.example.net", end, ca_key, ca_name),
        SELF_SIGNED: ("localhost", end, None, None),
    }
    made = {}
    for address, (host, until, issuer_key, issuer) in kinds.items():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(host)
        alternatives: list[x509.GeneralName] = [x509.DNSName(host)]
        if address != WRONG_NAME:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(address)))
        certificate = (
            _builder(name, issuer or name, key, start, until)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer_key or key).public_key()), critical=False
            )
            .sign(issuer_key or key, hashes.SHA256())
        )
        made[address] = _write(folder, address, certificate, key)
    return Certificates(ca_file, made)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _write(folder: Path, address: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Certificate:
    certificate_file, key_file = folder / f"{address}.pem", folder / f"{address}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Certificate(certificate_file, key_file)
