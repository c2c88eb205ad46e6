from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import translation

from portal_project import languages
from tests.languages import folder


@pytest.fixture(scope="session")
def _folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("languages")
    folder.write(path, "nl", folder.DUTCH)
    folder.write(path, "ar_XB", {"Sign in": "ادخل"})
    return path


@pytest.fixture(autouse=True)
def _languages(_folder) -> Iterator[None]:
    """English, Dutch, and one that runs from right to left."""
    with override_settings(LOCALE_PATHS=[_folder], LANGUAGES=languages.offered(_folder)):
        yield
    # Requests leave their language behind, as the next one brings its own.
    translation.deactivate()
