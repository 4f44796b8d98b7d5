"""A certificate authority in a folder: issues, revokes, and writes the list of what is revoked.

`NAME.crt` and `NAME.crl` are for everybody; `private/NAME.key` signs, and `private/NAME-revoked.csv` remembers.
"""

from __future__ import annotations

import csv
import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: How long an authority and its list of revocations are good. A list that had run out would refuse every box at once.
_AUTHORITY_DAYS = 3650

#: How long a certificate is good.
CERTIFICATE_DAYS = 398


def write_private(file: Path, data: bytes) -> None:
    """Write a file nobody but its owner can read, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
    beside.replace(file)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """One authority, `name`, in `folder`; made at the first use."""

    def __init__(self, folder: Path, name: str) -> None:
        """Read it, or make it."""
        self._crt, self._crl = folder / f"{name}.crt", folder / f"{name}.crl"
        self._key_file = folder / "private" / f"{name}.key"
        self._revoked_file = folder / "private" / f"{name}-revoked.csv"
        if self._key_file.exists():
            key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{self._key_file} is not a key of ours")
            self._key = key
            self._own = x509.load_pem_x509_certificate(self._crt.read_bytes())
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._own = self._make(f"Smart Safety Zone {name}")
            write_private(self._key_file, _key_bytes(self._key))
            self._crt.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))
        if not self._crl.exists():
            self._write_list()

    def issue(self, name: str, hosts: Sequence[str] = ()) -> tuple[bytes, bytes]:
        """A certificate made out to `name` and its key, both PEM. `hosts`: a server's names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        made = self._builder(_named(name), key.public_key(), CERTIFICATE_DAYS).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM), _key_bytes(key)

    def revoke(self, certificate: bytes) -> str:
        """Refuse a certificate (PEM) from the broker's next start on; the name it was made out to.

        Raises:
            ValueError: it is no certificate, or none of this authority's.
        """
        found = x509.load_pem_x509_certificate(certificate)
        if found.issuer != self._own.subject:
            raise ValueError("another authority issued this certificate")
        with self._revoked_file.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([found.serial_number, datetime.now(UTC).isoformat()])
        self._write_list()
        return str(found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._own.subject if hasattr(self, "_own") else subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))  # a box's clock may be behind
            .not_valid_after(now + timedelta(days=days))
        )

    def _make(self, name: str) -> x509.Certificate:
        made = self._builder(_named(name), self._key.public_key(), _AUTHORITY_DAYS)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return made.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    def _write_list(self) -> None:
        now = datetime.now(UTC)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._own.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=_AUTHORITY_DAYS))
        )
        if self._revoked_file.exists():
            with self._revoked_file.open(encoding="utf-8", newline="") as file:
                for serial, at in csv.reader(file):
                    entry = x509.RevokedCertificateBuilder().serial_number(int(serial))
                    made = made.add_revoked_certificate(entry.revocation_date(datetime.fromisoformat(at)).build())
        listed = made.sign(self._key, hashes.SHA256())
        self._crl.write_bytes(listed.public_bytes(serialization.Encoding.PEM))


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
