"""Short, random, easy to read out: numbers that tell nothing about volume (Crockford base32, without I, L, O and U)."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6


def random_number(prefix: str) -> str:
    """Such as "S-7KQ4M2"."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def normalized(number: str) -> str:
    """The number as it is stored, from one that a person typed: any case, O for 0, I or L for 1."""
    prefix, dash, rest = number.upper().partition("-")
    return prefix + dash + rest.translate(str.maketrans("OIL", "011"))
