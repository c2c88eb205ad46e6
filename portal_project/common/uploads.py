"""What a file that somebody sent in is, by its content: its name and what the browser calls it prove nothing."""

import codecs

from django.core.files import File
from PIL import Image

# What every browser shows, and nothing in which a script could hide. A camera's JPEG with a second picture is an MPO to Pillow.
IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
OPENED = [name for name in IMAGES if name != "MPO"]
HEIC, AVIF = "image/heic", "image/avif"
# Brands in the box "ftyp" that such a file begins with: what phones keep pictures in, and not every browser shows.
HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
AVIF_BRANDS = frozenset((b"avif", b"avis"))
PDF = "application/pdf"
TEXT, UTF_16_TEXT, WINDOWS_TEXT = (f"text/plain; charset={charset}" for charset in ("utf-8", "utf-16", "windows-1252"))
CONTROL_CHARACTERS = frozenset(map(chr, range(32))) - set("\t\n\f\r")


def content_type(file: File) -> str | None:
    """Of an image, also a phone's, a PDF, or a text in UTF-8, UTF-16 or Windows-1252; None for anything else."""
    return image_type(file) or _other_type(file)


def image_type(file: File) -> str | None:
    """Of a PNG, JPEG, GIF or WebP image, which every browser shows; None for anything else."""
    try:
        file.seek(0)
        with Image.open(file, formats=OPENED) as image:
            image.verify()
            return IMAGES.get(image.format or "")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    finally:
        file.seek(0)


def _other_type(file: File) -> str | None:
    content = file.read()
    file.seek(0)
    if content.startswith(b"%PDF-"):
        return PDF
    if content[4:8] == b"ftyp":
        return _phone_picture(content)
    return _text_type(content)


def _phone_picture(content: bytes) -> str | None:
    """By the box's main brand and those that it is compatible with; a film has others."""
    end = min(int.from_bytes(content[:4]), 256)
    brands = {content[at : at + 4] for at in (8, *range(16, end, 4))}
    if brands & AVIF_BRANDS:
        return AVIF
    return HEIC if brands & HEIC_BRANDS else None


def _text_type(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16_TEXT if _is_text(content, "utf-16") else None
    if _is_text(content, "utf-8"):
        return TEXT
    return WINDOWS_TEXT if _is_text(content, "cp1252") else None


def _is_text(content: bytes, encoding: str) -> bool:
    try:
        return CONTROL_CHARACTERS.isdisjoint(content.decode(encoding))
    except UnicodeDecodeError:
        return False
