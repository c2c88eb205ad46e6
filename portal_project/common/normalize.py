"""Text as the portal keeps it: what looks the same is the same, and what nobody sees is not there.

All functions take any text and give it back composed (NFC) and without what nobody sees; text of nothing else is empty.
Passwords never come here.
"""

import re
import unicodedata
from functools import lru_cache

ZWNJ, ZWJ = "\u200c", "\u200d"
JOINERS = ZWNJ + ZWJ
# They choose between shapes of the letter or symbol before them: of an emoji, of a letter in a Japanese name.
SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Black flag, letters of a region, end: the flags of England, Scotland and Wales.
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
# Controls, formats (but those that are printed around numbers), halves of letters, fillers, and what is to be ignored.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
BLANK_BRAILLE = "\u2800"
VIRAMA = 9
"""The combining class of the sign that joins letters in the scripts of India; joiners say how."""
KEYCAP = "\u20e3"
# By category: letters of scripts without capitals, marks, symbols, and for emoji the colour of a skin.
TAKES_SELECTOR = ("Lo", "So", "Sm", "Po")
JOINS = ("Lo", "Mn", "Mc", "So", "Sk")
JOINED = ("Lo", "Mn", "Mc", "So")
LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\x85\v\f]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
DASHES = re.compile("[\u058a\u05be\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d\u301c\u30fc]")
DOTS = re.compile("[.\u3002\uff0e\uff61]")


def line(text: str) -> str:
    """For names and subjects: on one line, with single blanks, and with joiners only where letters or emoji need them."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _on_one_line(text, keeps_joiners=True)


def paragraphs(text: str) -> str:
    """For what people write: lines end in a newline, controls go, and all else stays, for prose identifies nothing."""
    text = CONTROLS.sub("", LINE_ENDS.sub("\n", text)).strip()
    if text.isascii():
        return text
    return _composed(text) if line(text) else ""


def identifier(text: str) -> str:
    """For names in other systems: as `line`, but without any joiner."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _on_one_line(text, keeps_joiners=False)


def address(text: str) -> str:
    """For e-mail addresses: in lower case, without blanks around it, and with the domain as mail servers know it (xn--…).

    What is no address comes back as some text that is none either.
    """
    if text.isascii() and text.isprintable():
        return text.strip().lower()
    person, at, domain = identifier(text).rpartition("@")
    return person.lower() + at + _domain(domain)


def number(text: str) -> str:
    """For numbers that people type: digits of any script as 0-9, any dash as -, letters of any width as ASCII has them."""
    if not text.isascii():
        text = DASHES.sub("-", text)
        text = digits(unicodedata.normalize("NFKC", identifier(text)))
    return identifier(text)


def digits(text: str) -> str:
    """With the digits of any script as 0-9."""
    return text if text.isascii() else "".join(map(_digit, text))


@lru_cache(4096)
def _digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _on_one_line(text: str, *, keeps_joiners: bool) -> str:
    blank = re.sub(rf"[\s{BLANK_BRAILLE}]", " ", _composed(text))
    # Composed once more, because what goes may have stood between a letter and its mark.
    return " ".join(_composed(_seen(blank, keeps_joiners=keeps_joiners)).split())


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _seen(text: str, *, keeps_joiners: bool) -> str:
    """Without what nobody sees; joiners, selectors and the letters of flags may stay where they show."""
    if not keeps_joiners or not HIDDEN.search(text):
        return HIDDEN.sub("", text)
    letters = [letter for letter in text if _may_show(letter) or not HIDDEN.match(letter)]
    flags = {place for found in FLAG.finditer("".join(letters)) for place in range(*found.span())}
    kept: list[str] = []
    for place, (letter, after) in enumerate(zip(letters, _following(letters), strict=True)):
        if not _may_show(letter) or place in flags or (kept and _shows(letter, kept[-1], after)):
            kept.append(letter)
    return "".join(kept)


def _following(letters: list[str]) -> list[str]:
    """For each the next letter that is surely seen, or empty."""
    following, after = [], ""
    for letter in reversed(letters):
        following.append(after)
        if not _may_show(letter):
            after = letter
    return following[::-1]


def _may_show(letter: str) -> bool:
    return letter in JOINERS or bool(SELECTORS.fullmatch(letter)) or "\U000e0020" <= letter <= "\U000e007f"


def _shows(letter: str, before: str, after: str) -> bool:
    """Whether a joiner or selector changes what is seen: never next to a blank, or among Latin, Greek and Cyrillic."""
    if SELECTORS.fullmatch(letter):
        return after == KEYCAP if before.isascii() else unicodedata.category(before) in TAKES_SELECTOR
    if letter not in JOINERS or before in JOINERS:
        return False
    if unicodedata.combining(before) == VIRAMA:
        return True
    return unicodedata.category(before) in JOINS and after != "" and unicodedata.category(after) in JOINED


def _domain(name: str) -> str:
    """Its labels in ASCII, by the rules of today: Python's own codec knows those of 2003, which make another domain of ß."""
    # One by one, because the last sigma of a word is only a way to write it.
    small = "".join(letter.lower() for letter in unicodedata.normalize("NFKC", name))
    return ".".join(map(_label, DOTS.split(unicodedata.normalize("NFC", small))))


def _label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
