"""The words of an HTML body, for the list and for search."""

from html.parser import HTMLParser

# Not the head as a whole, whose end may be left out.
UNSEEN = frozenset(("script", "style", "title", "template"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag in UNSEEN:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


def from_html(html: str) -> str:
    """The text of an HTML document as a reader sees it, without its line breaks."""
    parser = _Words()
    try:
        parser.feed(html)
        parser.close()
    except (AssertionError, ValueError):  # what the standard library raises on broken markup
        pass
    return " ".join(" ".join(parser.words).split())
