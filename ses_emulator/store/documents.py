"""Collections of JSON documents, each belonging to one account and region."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.store.database import Database, to_json

Document = dict[str, Any]


class Collection:
    """The documents of one ``kind`` (such as ``EmailIdentity``) in one account and region.

    ``parent`` names the resource that they belong to, as contacts do to their list.
    """

    __slots__ = ("_database", "_scope", "kind")

    def __init__(
        self, database: Database, account: str, region: str, kind: str, parent: str = ""
    ) -> None:
        self._database = database
        self.kind = kind
        self._scope = (account, region, kind, parent)

    def create(self, name: str, document: Document) -> None:
        """Add a document. Raises Exists."""
        added = self._write(
            "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?, ?)", name, to_json(document)
        )
        if not added:
            raise Exists(self.kind, name, self._scope[3])

    def put(self, name: str, document: Document) -> None:
        """Add or replace a document."""
        self._write(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)", name, to_json(document)
        )

    def _write(self, statement: str, *values: str) -> int:
        """Run a statement on this collection; how many documents it changed."""
        with self._database.transaction() as connection:
            self._database.forget()
            return connection.execute(statement, (*self._scope, *values)).rowcount

    def find(self, name: str) -> Document | None:
        """The document, or None."""
        text = self._text(name)
        return None if text is None else orjson.loads(text)

    def _text(self, name: str) -> str | None:
        return self._database.remember((self._scope, name), lambda: self._read(name))

    def _read(self, name: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT document FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ? AND name = ?",
                (*self._scope, name),
            ).fetchone()
        return None if row is None else str(row[0])

    def known(self, names: Iterable[str]) -> dict[str, Document]:
        """Those of ``names`` that there are, with their documents."""
        texts = {name: self._text(name) for name in names}
        return {name: orjson.loads(text) for name, text in texts.items() if text is not None}

    def get(self, name: str) -> Document:
        """The document. Raises Missing."""
        document = self.find(name)
        if document is None:
            raise Missing(self.kind, name, self._scope[3])
        return document

    def update(self, name: str, **members: Any) -> Document:
        """Replace ``members`` of the document; one that is None is taken away. Raises Missing."""
        document = {**self.get(name), **members}
        document = {key: value for key, value in document.items() if value is not None}
        self.put(name, document)
        return document

    def discard(self, name: str) -> bool:
        """Delete the document; false if there was none."""
        return bool(
            self._write(
                "DELETE FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ? AND name = ?",
                name,
            )
        )

    def delete(self, name: str) -> None:
        """Delete the document. Raises Missing."""
        if not self.discard(name):
            raise Missing(self.kind, name, self._scope[3])

    def clear(self) -> None:
        """Delete every document."""
        self._write(
            "DELETE FROM documents WHERE account = ? AND region = ? AND kind = ? AND parent = ?"
        )

    def count(self) -> int:
        """How many documents there are."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ?",
                self._scope,
            ).fetchone()
        return int(row[0])

    def all(self) -> list[tuple[str, Document]]:
        """Every name with its document, in the order of the names."""
        return self._after("", -1)

    def page(
        self,
        token: str | None,
        limit: int,
        keep: Callable[[Document], bool] | None = None,
    ) -> tuple[list[tuple[str, Document]], str | None]:
        """At most ``limit`` documents in the order of their names, and the next page's token.

        Only those that ``keep`` is true of. Raises AwsError ``InvalidNextToken`` for a token that
        is not of this collection.
        """
        start = self._read_token(token) if token else ""
        rows = self._after(start, -1 if keep else limit + 1)
        if keep:
            rows = [row for row in rows if keep(row[1])]
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], self._token(rows[limit - 1][0])

    def _after(self, name: str, limit: int) -> list[tuple[str, Document]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, document FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ? AND name > ?"
                " ORDER BY name LIMIT ?",
                (*self._scope, name, limit),
            ).fetchall()
        return [(row[0], orjson.loads(row[1])) for row in rows]

    def _token(self, name: str) -> str:
        return base64.b64encode(orjson.dumps([*self._scope, name])).decode("ascii")

    def _read_token(self, token: str) -> str:
        try:
            *scope, name = orjson.loads(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError, TypeError):
            scope, name = [], ""
        if tuple(scope) != self._scope or not isinstance(name, str):
            raise AwsError("InvalidNextToken", "The specified NextToken is invalid.")
        return name


def everywhere(
    database: Database, kind: str, name: str | None = None
) -> list[tuple[str, str, str, Document]]:
    """Account, region, name and document of a kind in all accounts and regions.

    Only those called ``name``, if it is given.
    """
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT account, region, name, document FROM documents"
            " WHERE kind = ? AND name = coalesce(?, name)",
            (kind, name),
        ).fetchall()
    return [(*row[:3], orjson.loads(row[3])) for row in rows]
