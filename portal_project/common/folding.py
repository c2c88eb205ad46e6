"""Text as it is searched for: folded, so that it does not matter how a word is written.

Folded text is in small letters without marks, signs and what nobody sees: words with a blank before each. Marks are
letters of their own in most scripts, so they go for Latin, Greek, Cyrillic, Hebrew and Arabic alone. Scripts that put no
blanks between words get one before each letter.
"""

import re
import unicodedata
from collections.abc import Iterable

from portal_project.common import normalize

ASCII_WORDS = re.compile("[0-9a-z]+")
MARKS_GO = re.compile(
    "[A-Za-z\u00aa-\u02af\u0370-\u052f\u0590-\u06ff\u0750-\u077f\u0870-\u08ff\u1c80-\u1c8f\u1d00-\u1dbf\u1e00-\u1fff"
    "\u2c60-\u2c7f\ua640-\ua69f\ua720-\ua7ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
# Thai, Lao, Tibetan, Burmese, Korean, Khmer, Chinese and Japanese. (Korean has blanks, and long words without.)
WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7ff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Makes Arabic words longer for the eye alone.
TATWEEL = "\u0640"
LONGEST_TERM, MOST_WORDS = 500, 20
# A part of a word that is shorter has no trigram; at the beginning of a word it has one, together with the blank.
TRIGRAM = 3


def fold(text: str) -> str:
    """Such as " muller ag" for "Müller AG"; empty where there are no letters or digits."""
    found = ASCII_WORDS.findall(text.lower()) if text.isascii() else "".join(_spaced(_letters(text))).split()
    return "".join(f" {word}" for word in found)


def _letters(text: str) -> str:
    """Letters, digits and the marks that stay, composed; a blank for everything else."""
    plain = normalize.HIDDEN.sub(_as_blank, text).replace(TATWEEL, "")
    # Folding the case can make new letters that come apart, and the other way round.
    for _round in range(2):
        plain = unicodedata.normalize("NFKD", plain).casefold()
    kept, marks_go = [], True
    for letter in normalize.digits(plain):
        kind = unicodedata.category(letter)[0]
        if kind == "M":
            if not marks_go:
                kept.append(letter)
            continue
        marks_go = kind not in "LN" or MARKS_GO.match(letter) is not None
        kept.append(letter if kind in "LN" else " ")
    return unicodedata.normalize("NFC", "".join(kept))


def _as_blank(hidden: re.Match[str]) -> str:
    """Line ends are among what nobody sees, and part words."""
    return " " if hidden[0].isspace() else ""


def _spaced(letters: str) -> Iterable[str]:
    is_between = False
    for letter in letters:
        is_mark = unicodedata.category(letter)[0] == "M"
        stands_alone = WITHOUT_BLANKS.match(letter) is not None and not is_mark
        if stands_alone or (is_between and not is_mark):
            yield " "
        yield letter
        is_between = stands_alone or (is_mark and is_between)


def words(term: str) -> list[str]:
    """What is searched for one by one, as it was typed: what stands between blanks and has letters or digits."""
    typed = normalize.HIDDEN.sub(_as_blank, term[:LONGEST_TERM]).split()
    return [word for word in typed if fold(word)][:MOST_WORDS]


def part(word: str) -> str:
    """What the folded text has to hold to fit one of `words`: from anywhere in a word of its own, but from the beginning
    of one where it begins with fewer than `TRIGRAM` letters.
    """
    folded = fold(word)
    first = folded.split(" ", 2)[1]
    return folded[1:] if len(first) >= TRIGRAM else folded
