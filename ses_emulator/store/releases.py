"""What came of releasing messages: a list in the document of each message."""

from ses_emulator.store.database import Database, to_json
from ses_emulator.store.documents import Document


def add(database: Database, id: str, result: Document) -> None:
    """Store what came of releasing a message once more."""
    with database.transaction() as connection:
        connection.execute(
            "UPDATE messages SET document = json_insert("
            "json_insert(document, '$.released', json('[]')), '$.released[#]', json(?))"
            " WHERE id = ?",
            (to_json(result), id),
        )
