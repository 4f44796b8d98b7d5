"""A certificate authority: issues, revokes, remembers what it issued, and writes the list of what is revoked.

`NAME.crt` and `NAME.crl` are for everybody and lie where they are read. What signs lies in a folder of its own, which
no service needs: `NAME.key`, `NAME-issued.csv` (name, serial, end) and `NAME-revoked.csv` (serial, time).
"""

from __future__ import annotations

import csv
import io
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from commands.handing import Owner, write_file

#: How long an authority and its list of revocations are good. A list that had run out would refuse every box at once.
_AUTHORITY_DAYS = 3650

#: How long a certificate is good.
CERTIFICATE_DAYS = 398

#: With so many days left, or fewer, a certificate is issued anew where we hold it ourselves.
RENEW_DAYS = 90


def ends_in_days(certificate: bytes, now: datetime) -> float:
    """For how many days more a certificate (PEM) is good; below 0: it was.

    Raises:
        ValueError: it is no certificate.
    """
    return (x509.load_pem_x509_certificate(certificate).not_valid_after_utc - now) / timedelta(days=1)


def hosts_of(certificate: bytes) -> list[str]:
    """The names and addresses a server's certificate (PEM) is made out to.

    Raises:
        ValueError: it is no certificate.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return []
    return [str(one.value) for one in found.value]


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """One authority, `name`; made at the first use."""

    def __init__(self, keys: Path, public: Path, name: str, owner: Owner | None = None) -> None:
        """Read it, or make it. `keys`: the folder of what signs; `public`: of what is read, by `owner`."""
        self._crt, self._crl, self._owner = public / f"{name}.crt", public / f"{name}.crl", owner
        self._key_file = keys / f"{name}.key"
        self._issued_file = keys / f"{name}-issued.csv"
        self._revoked_file = keys / f"{name}-revoked.csv"
        if self._key_file.exists():
            key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{self._key_file} is not a key of ours")
            self._key = key
            self._own = x509.load_pem_x509_certificate(self._crt.read_bytes())
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._own = self._make(f"Smart Safety Zone {name}")
            write_file(self._key_file, _key_bytes(self._key))
            write_file(self._crt, self._own.public_bytes(serialization.Encoding.PEM), owner=owner)
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
        _append(self._issued_file, [name, signed.serial_number, signed.not_valid_after_utc.isoformat()])
        return signed.public_bytes(serialization.Encoding.PEM), _key_bytes(key)

    def revoke(self, certificate: bytes) -> str:
        """Refuse a certificate (PEM) from the broker's next start on; the name it was made out to.

        Raises:
            ValueError: it is no certificate, or none of this authority's.
        """
        found = x509.load_pem_x509_certificate(certificate)
        if found.issuer != self._own.subject:
            raise ValueError("another authority issued this certificate")
        _append(self._revoked_file, [found.serial_number, datetime.now(UTC).isoformat()])
        self._write_list()
        return str(found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def issued_by(self, certificate: bytes) -> bool:
        """Whether this authority issued a certificate (PEM), with the key it has now."""
        try:
            x509.load_pem_x509_certificate(certificate).verify_directly_issued_by(self._own)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def ending(self, now: datetime, days: int = RENEW_DAYS) -> list[tuple[str, datetime]]:
        """Names whose newest certificate, revoked ones apart, ends within so many days or has ended, in order."""
        revoked = {row[0] for row in _rows(self._revoked_file)}
        newest: dict[str, datetime] = {}
        for name, serial, end in _rows(self._issued_file):
            if serial not in revoked:
                newest[name] = max(datetime.fromisoformat(end), newest.get(name, datetime.min.replace(tzinfo=UTC)))
        last = now + timedelta(days=days)
        return sorted(((name, end) for name, end in newest.items() if end < last), key=lambda one: (one[1], one[0]))

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
        for serial, at in _rows(self._revoked_file):
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial))
            made = made.add_revoked_certificate(entry.revocation_date(datetime.fromisoformat(at)).build())
        listed = made.sign(self._key, hashes.SHA256())
        write_file(self._crl, listed.public_bytes(serialization.Encoding.PEM), owner=self._owner)


def _rows(file: Path) -> list[list[str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def _append(file: Path, row: list[object]) -> None:
    """One row more, and the file is whole at any moment."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*_rows(file), row])
    write_file(file, text.getvalue().encode())


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
