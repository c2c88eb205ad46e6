"""What a file that somebody sent in is, by its content: its name and what the browser calls it prove nothing."""

from django.core.files import File
from PIL import Image

# What every browser shows, and nothing in which a script could hide.
IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
PDF, TEXT = "application/pdf", "text/plain; charset=utf-8"
CONTROL_CHARACTERS = bytes(set(range(32)) - {*b"\t\n\f\r"})


def content_type(file: File) -> str | None:
    """Of an image, a PDF or a text in UTF-8; None for anything else."""
    return image_type(file) or _document_type(file)


def image_type(file: File) -> str | None:
    """Of a PNG, JPEG, GIF or WebP image; None for anything else."""
    try:
        file.seek(0)
        with Image.open(file, formats=list(IMAGES)) as image:
            image.verify()
            return IMAGES[image.format or ""]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    finally:
        file.seek(0)


def _document_type(file: File) -> str | None:
    content = file.read()
    file.seek(0)
    if content.startswith(b"%PDF-"):
        return PDF
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return None if content.translate(None, CONTROL_CHARACTERS) != content else TEXT
