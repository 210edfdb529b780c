# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as the api-ssl service speaks it: anonymous Diffie-Hellman, or with a certificate.

Without a certificate RouterOS offers only anonymous key exchange (MikroTik's manual); today's
OpenSSL has that up to TLS 1.2 and at security level 0. Imports nothing of the project.
"""

import ssl
import tempfile
from pathlib import Path

# ffdhe2048, the group of RFC 7919 appendix A.1; OpenSSL's server needs one named.
GROUP = """-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""


def anonymous_context() -> ssl.SSLContext:
    """A server's side without certificate: no client can know whom it talks to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ADH:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "group.pem"
        path.write_text(GROUP, encoding="ascii")
        context.load_dh_params(str(path))
    return context


def certificate_context(certificate: str | Path, key: str | Path) -> ssl.SSLContext:
    """A server's side with a certificate chain and its key, both PEM files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
