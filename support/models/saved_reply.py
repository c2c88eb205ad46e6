from portal_project.common import fields
from portal_project.common.search import Searchable, SearchTextField
from portal_project.common.translations import Shown, TranslationsField


class SavedReply(Searchable):
    """A text that staff put into replies; its placeholders are those of `support.tickets.saved_replies`."""

    title = fields.LineField("title", max_length=80, unique=True)
    body = fields.ParagraphsField("text", max_length=10000)
    translations = TranslationsField(of=("body",))
    shown_body = Shown("body")
    search_text = SearchTextField(of=("title", "body"))

    class Meta:
        verbose_name = "saved reply"
        verbose_name_plural = "saved replies"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
