"""When the disk takes no more of what people send: nothing half-written stays, and their form says it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.core.files import File, storage, uploadhandler
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

NO_ROOM = _(
    "Nothing is sent or saved yet, because there is no room for files on our side just now. Try again later, or go on "
    "without a file."
)

log = structlog.get_logger(__name__)


class NoRoom(Exception):
    """A file could not be written; nothing of it is left."""


class FileSystemStorage(storage.FileSystemStorage):
    """Django's, which takes a file off the disk again that it could not write to its end, and then raises `NoRoom`."""

    def _save(self, name: str, content: File) -> str:
        try:
            return super()._save(name, content)  # type: ignore[misc]
        except OSError as error:
            log.error("file not written", name=name, error=str(error))
            # Each name is drawn at random, so this can be no other file's.
            with suppress(OSError):
                self.delete(name)
            raise NoRoom from error


class LostFile(UploadedFile):
    """In the place of a file that found no room on its way in: a form that asks for its size gets the reason instead."""

    def __init__(self, name: str) -> None:
        super().__init__(BytesIO(), name)

    @property
    def size(self) -> int:
        raise ValidationError(NO_ROOM)

    @size.setter
    def size(self, size: int | None) -> None:
        pass


class TemporaryFileUploadHandler(uploadhandler.TemporaryFileUploadHandler):
    """Django's, for which a file that cannot be written is no reason to lose what else was sent."""

    is_lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.is_lost = False
        with self._noticing_loss():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self.is_lost:
            with self._noticing_loss(self.file):
                super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile:
        if not self.is_lost:
            with self._noticing_loss(self.file):
                super().file_complete(file_size)
        return LostFile(self.file_name or "") if self.is_lost else self.file

    def upload_interrupted(self) -> None:
        if not self.is_lost:
            super().upload_interrupted()

    @contextmanager
    def _noticing_loss(self, written: UploadedFile | None = None) -> Iterator[None]:
        """The file is lost when writing fails; what is written of it goes at once, to make room."""
        try:
            yield
        except OSError as error:
            log.error("upload not written", error=str(error))
            self.is_lost = True
            if written:
                with suppress(OSError):
                    written.close()
