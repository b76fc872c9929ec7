"""The files of export jobs."""

from __future__ import annotations

import pytest

from ses_emulator.store.account import Account
from tests.server.conftest import Box, Client, error


@pytest.mark.parametrize(
    ("type", "content", "name"),
    [
        ("text/csv", "a,b\nä,é\n", "job.csv"),
        ("application/json", '[{"a": "<script>"}]', "job.json"),
    ],
)
def test_file_is_a_download(box: Box, client: Client, type: str, content: str, name: str) -> None:
    account = Account(box.instance, "111122223333", "eu-west-1")
    account.collection("ExportFile").put("job", {"Content": content, "Type": type})
    answer = client.get("/_ses/exports/job")
    assert answer.status_code == 200
    assert answer.mimetype == type
    assert answer.data == content.encode()
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_unknown_file(client: Client) -> None:
    answer = client.get("/_ses/exports/job")
    assert answer.status_code == 404
    assert error(answer) == "Export 'job' does not exist: GetExportJob tells the address."
