#!/usr/bin/env python3
"""Signs messages with dkimpy, a DKIM implementation that shares no code with ours.

usage: dkimpy_sign.py DIRECTORY

Writes DIRECTORY/<name>.eml, one for each canonicalization, algorithm and shape of message, and DIRECTORY/zone.txt with
the keys. Every message is verified by dkimpy itself before it is written, so that a failure is never the signer's.
"""

import base64
import itertools
import pathlib
import subprocess
import sys

import dkim
import nacl.signing

DOMAIN = b"signer.test"
SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"x-odd", b"x-folded", b"x-blank"]

HEAD = (
    b"From: Signer <someone@signer.test>\r\n"
    b"To: member@example.net\r\n"
    b"Subject:  two blanks before, one after \r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <%s@signer.test>\r\n"
    b"X-Odd:no-space\r\n"
    b"X-Folded:\tbegins with a tab,\r\n\tgoes on after one,\r\n   and after three blanks\r\n"
    b"X-Blank: a  b\t c\r\n"
)

BODIES = {
    "plain": b"Hello,\r\n\r\nthis is a plain text.\r\n",
    "blanks": b"line with blanks at its end   \r\n\ttab  and   blanks between\t\r\n \r\n",
    "empty": b"",
    "empty-lines": b"text\r\n\r\n\r\n\r\n",
    "only-empty-lines": b"\r\n\r\n",
    "dots": b".begins with a dot\r\n..two\r\n.\r\nafter a dot alone\r\n",
    "8bit": "Grüße, 日本語, naïve café\r\n".encode(),
    "long": b"x" * 990 + b"\r\n" + b"many lines\r\n" * 9000,
}


def rsa_key():
    """A new 2048-bit key: PEM, and the p= of its record."""
    pem = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=pem, check=True, capture_output=True)
    return pem, base64.b64encode(public.stdout)


def ed25519_key():
    """A new key: seed in base64 as dkimpy takes it, and the p= of its record."""
    key = nacl.signing.SigningKey.generate()
    return base64.b64encode(key.encode()), base64.b64encode(key.verify_key.encode())


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    kinds = {"rsa": (b"rsa-sha256", *rsa_key()), "ed25519": (b"ed25519-sha256", *ed25519_key())}
    records = {
        b"%s._domainkey.%s." % (name.encode(), DOMAIN): b"v=DKIM1; k=%s; p=%s" % (name.encode(), public)
        for name, (_, _, public) in kinds.items()
    }
    zone = b"".join(name.rstrip(b".") + b" TXT " + text + b"\n" for name, text in records.items())
    zone += b"signer.test A 192.0.2.53\n_dmarc.signer.test TXT v=DMARC1; p=reject\n"
    (directory / "zone.txt").write_bytes(zone)
    canonical = (b"simple", b"relaxed")
    for (kind, (algorithm, private, _)), (body_name, body), header_c, body_c in itertools.product(
        kinds.items(), BODIES.items(), canonical, canonical
    ):
        name = f"{kind}-{header_c.decode()}-{body_c.decode()}-{body_name}"
        message = HEAD % name.encode() + b"\r\n" + body
        signature = dkim.sign(
            message,
            kind.encode(),
            DOMAIN,
            private,
            canonicalize=(header_c, body_c),
            include_headers=SIGNED,
            signature_algorithm=algorithm,
        )
        signed = signature + message
        if not dkim.verify(signed, dnsfunc=lambda name, timeout=5: records.get(name)):
            sys.exit(f"dkimpy does not verify its own {name}")
        (directory / f"{name}.eml").write_bytes(signed)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
