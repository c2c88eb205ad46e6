"""Files that people add to their messages: what is taken, how it is kept, and how it is given back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.common import uploads
from portal_project.common.forms import FilesInput
from portal_project.common.full_disk import NO_ROOM
from support.models import Attachment, Message

MEGABYTE = 1024 * 1024
LARGEST, MOST = 5, 5
"""In megabytes, and per message."""
LONGEST_NAME = 150

# A file is called by what it is: a text named "invoice.html" would open as a page once it is on somebody's disk.
ENDS: dict[str, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    uploads.HEIC: (".heic", ".heif"),
    uploads.AVIF: (".avif",),
    uploads.PDF: (".pdf",),
} | dict.fromkeys((uploads.TEXT, uploads.UTF_16_TEXT, uploads.WINDOWS_TEXT), (".txt", ".csv", ".log", ".md"))
# HEIC is taken but not asked for: an iPhone then sends a JPEG, which opens everywhere.
ACCEPTED = ",".join(dict.fromkeys(end for kind, ends in ENDS.items() if kind != uploads.HEIC for end in ends))


class FilesField(forms.Field):
    """Up to `MOST` images, PDFs or texts; cleans to a list, empty for none. Every error names its file."""

    widget = FilesInput

    def clean(self, value: Any) -> list[UploadedFile]:
        files = list(value or [])
        problems = [problem for file in files if (problem := _problem(file))]
        if len(files) > MOST:
            problems.append(_("Choose at most %(most)d files.") % {"most": MOST})
        if problems:
            raise forms.ValidationError(problems)
        return files

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ACCEPTED}


class WithFiles(forms.Form):
    """A form whose message may have files. Browsers do not keep them, so an error anywhere asks to choose them again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds = {"most": MOST, "size": LARGEST}
        help_text = _("Images, PDF or text: up to %(most)d files of %(size)d MB each.") % bounds
        self.fields["files"] = FilesField(required=False, label=_("Files (optional)"), help_text=help_text)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors and self.files:
            self.add_error("files", choose_again(self.files))

    def say_no_room(self) -> None:
        """For a valid form whose files could not be written."""
        self.add_error("files", [str(NO_ROOM), choose_again(self.files)])


def choose_again(chosen: MultiValueDict[str, UploadedFile]) -> str:
    """What to tell somebody whose page comes back without the files that they had chosen."""
    return ngettext(
        "Choose your file again: a browser does not keep it.",
        "Choose your files again: a browser does not keep them.",
        len(chosen.getlist("files")),
    )


@contextmanager
def attached(message: Message, files: Iterable[UploadedFile]) -> Iterator[list[str]]:
    """Keep the files, which `FilesField` has cleaned, with the message, in the present transaction; hands out their names.

    The block is the rest of that transaction: when it fails, the files are taken off the disk again. Raises `NoRoom`.
    """
    written: list[FieldFile] = []
    names = []
    try:
        for file in files:
            attachment = Attachment(message=message, **_described(file))
            attachment.file.save(attachment.name, file, save=False)
            written.append(attachment.file)
            attachment.save()
            names.append(attachment.name)
        yield names
    except BaseException:
        for kept in written:
            kept.delete(save=False)
        raise


def are_kept(message: Message, files: Iterable[UploadedFile]) -> bool:
    """Whether the message has exactly these files, by their names and sizes."""
    kept = message.attachments.values("name", "size", "content_type")
    return list(kept) == [_described(file) for file in files]


def _described(file: UploadedFile) -> dict[str, Any]:
    content_type = uploads.content_type(file)
    if content_type is None:
        raise ValueError("a file of an unknown type came past its form")
    return {
        "name": named_by_content(file.name or "", content_type),
        "size": file.size or 0,
        "content_type": content_type,
    }


def named_by_content(name: str, content_type: str) -> str:
    """The name with an end that fits the content, without what does not print, and not too long."""
    printed = "".join(letter for letter in name if letter.isprintable())
    end = PurePath(printed).suffix.lower()
    if end not in ENDS[content_type]:
        end = ENDS[content_type][0]
        printed += end
    return printed if len(printed) <= LONGEST_NAME else printed[: LONGEST_NAME - len(end)] + end


def download(attachment: Attachment) -> FileResponse:
    """The file, to be saved and never shown within the portal's own pages. Raises `Http404` when the disk has lost it."""
    try:
        content = attachment.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        content,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
        headers=headers,
    )


def _problem(file: UploadedFile) -> str:
    """Why the file is not taken; empty when it is."""
    name = {"name": file.name, "size": LARGEST}
    size = file.size or 0
    if not size:
        return _("“%(name)s” is empty.") % name
    if size > LARGEST * MEGABYTE:
        return _("“%(name)s” is larger than %(size)d MB.") % name
    if uploads.content_type(file) is None:
        return (
            _(
                "“%(name)s” cannot be taken as it is. Send a picture as JPEG or PNG, a document as PDF (in most programs: "
                "Print, Save as PDF), a text saved as UTF-8, and of anything else a picture of the screen."
            )
            % name
        )
    return ""
