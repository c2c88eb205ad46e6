"""Primary keys as they come in addresses, parameters and fields, where anything may stand."""

import re

LARGEST = 2**63 - 1
"""What the database's largest integer holds."""
DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def key(sent: object) -> int | None:
    """The number, such as 17 for "17"; None for what no row can have, as letters, too many digits or those of other scripts."""
    text = str(sent)
    number = int(text) if DIGITS.fullmatch(text) else LARGEST + 1
    return number if number <= LARGEST else None
