"""Texts that a copy of the database alone does not tell: secrets of authenticator apps, and what recovery codes are made from.

The key is made from SECRET_KEY; what an earlier one of SECRET_KEY_FALLBACKS has encrypted can still be read.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"portal_project.accounts.encryption"
"""Other keys that are made from SECRET_KEY are made for something else."""


class Unreadable(Exception):
    """None of the keys has encrypted it."""


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Raises `Unreadable`."""
    try:
        return _fernet().decrypt(encrypted).decode()
    except InvalidToken:
        raise Unreadable from None


def _fernet() -> MultiFernet:
    return MultiFernet(Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def _key(secret: str) -> bytes:
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode()))
