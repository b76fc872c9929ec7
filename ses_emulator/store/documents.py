"""Collections of JSON documents, each belonging to one account and region."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.store.database import Database

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
        with self._database.transaction() as connection:
            added = connection.execute(
                "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?, ?)",
                (*self._scope, name, json.dumps(document)),
            )
            if not added.rowcount:
                raise Exists(self.kind, name, self._scope[3])

    def put(self, name: str, document: Document) -> None:
        """Add or replace a document."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)",
                (*self._scope, name, json.dumps(document)),
            )

    def find(self, name: str) -> Document | None:
        """The document, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT document FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ? AND name = ?",
                (*self._scope, name),
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def known(self, names: Sequence[str]) -> dict[str, Document]:
        """Those of ``names`` that there are, with their documents."""
        marks = ", ".join("?" * len(names))
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, document FROM documents WHERE account = ? AND region = ?"
                f" AND kind = ? AND parent = ? AND name IN ({marks})",
                (*self._scope, *names),
            ).fetchall()
        return {row[0]: json.loads(row[1]) for row in rows}

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
        with self._database.transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM documents"
                " WHERE account = ? AND region = ? AND kind = ? AND parent = ? AND name = ?",
                (*self._scope, name),
            )
            return bool(deleted.rowcount)

    def delete(self, name: str) -> None:
        """Delete the document. Raises Missing."""
        if not self.discard(name):
            raise Missing(self.kind, name, self._scope[3])

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
        return [(row[0], json.loads(row[1])) for row in rows]

    def _token(self, name: str) -> str:
        return base64.b64encode(json.dumps([*self._scope, name]).encode()).decode("ascii")

    def _read_token(self, token: str) -> str:
        try:
            *scope, name = json.loads(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError, TypeError):
            scope, name = [], ""
        if tuple(scope) != self._scope or not isinstance(name, str):
            raise AwsError("InvalidNextToken", "The specified NextToken is invalid.")
        return name
