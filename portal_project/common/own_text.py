"""What a merchant wrote, in the language of whoever reads it or in the one of the merchant (`docs/design.md`, Languages)."""

from collections.abc import Mapping

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class OwnText(str):
    """A text in the present language, if it has one in it, else as it was written first; it knows which.

    On a page it is marked with its language where that is not the page's. A sentence that names it is plain text: what sentences
    name are products and plans, and proper names need no mark (WCAG 2.2, 3.1.2).
    """

    main: str
    written_in: str
    others: Mapping[str, str]
    language: str

    @classmethod
    def of(cls, main: str, others: Mapping[str, str], *, written_in: str) -> "OwnText":
        """`others` are by the codes of their languages."""
        language = get_language() or written_in
        # A wider language will do: "pt" for "pt-br".
        codes = (language, language.partition("-")[0])
        found = next((code for code in codes if code == written_in or others.get(code)), written_in)
        text = cls(main if found == written_in else others[found])
        text.main, text.written_in, text.others, text.language = main, written_in, others, found
        return text

    def in_present_language(self) -> "OwnText":
        return self.of(self.main, self.others, written_in=self.written_in)

    def __html__(self) -> SafeString:
        plain = str(self)
        if not plain or self.language == get_language():
            return escape(plain)
        return format_html('<span lang="{}" dir="auto">{}</span>', self.language, plain)
