"""Signing: what shows that a file came from this installation and is whole (Ed25519, RFC 8032)."""

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: For what the key is derived from the installation's.
PURPOSE = b"regulars export signature"


class Signer:
    """Signs with a key of 32 bytes; the same bytes get the same signature."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)

    @property
    def public(self) -> str:
        """What signatures are checked with, in Base64."""
        return b64encode(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def sign(self, content: bytes) -> bytes:
        """Return the signature in Base64, with a line's end."""
        return b64encode(self._key.sign(content)) + b"\n"


def is_signed(content: bytes, signature: bytes, public: str) -> bool:
    """Tell whether a signature is right."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public)).verify(b64decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
