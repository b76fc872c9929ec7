"""Which requests are answered: names of the host, pages elsewhere, the password."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlencode

import pytest

from ses_emulator.config import Settings
from ses_emulator.server import security
from ses_emulator.server.inspection import create_app
from ses_emulator.server.security import Guard
from ses_emulator.store.account import Instance
from ses_emulator.store.query import Filters
from tests.server.conftest import PORTS, Box, Client, Serve, error

EVIL = "http://evil.example"
OURS = {"Origin": "http://localhost", "X-Ses-Emulator": "1"}
MAIL = {
    "Action": "SendEmail",
    "Source": "shop@example.com",
    "Destination.ToAddresses.member.1": "ada@example.com",
    "Message.Subject.Data": "Hello",
    "Message.Body.Text.Data": "It works",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def app_of(box: Box, **options: Any) -> Client:
    """The inspection API of the box with other settings."""
    settings, known = Settings(**options), box.instance
    instance = Instance(settings, known.database, known.changes, known.messages)
    app = create_app(instance, box.indexer, lambda: PORTS, box.clear)
    app.test_client_class = Client
    made = app.test_client()
    assert isinstance(made, Client)
    return made


# Hosts


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8005",
        "localhost.",
        "app.localhost:8005",
        "127.0.0.1:8005",
        "192.168.1.5",
        "[::1]:8005",
        "[::1]",
        "ses:8005",
        "ses-emulator",
        "host.docker.internal:8005",
        "ses.default.svc.cluster.local:8005",
        "mail.test",
        "email.us-east-1.amazonaws.com",
        "email-fips.us-gov-west-1.amazonaws.com:443",
        "email.eu-west-1.api.aws",
        socket.gethostname(),
        "",
    ],
)
def test_known_hosts(client: Client, host: str) -> None:
    assert client.get("/_ses/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8005",
        "evil.example.",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.localhost.example",
        "s3.amazonaws.com",
        "email.us-east-1.amazonaws.com.evil.example",
        "ec2-192-0-2-1.compute.amazonaws.com",
        "email.evil.us-east-1.amazonaws.com",
        "printer.local",
        "evil.example]",
        "[::1].evil.example",
        "evil.example@localhost",
        "evil.example:80:80",
    ],
)
def test_foreign_hosts(box: Box, client: Client, host: str) -> None:
    id = box.add()
    for method, path in (
        ("GET", "/"),
        ("GET", "/web/app.js"),
        ("GET", "/_ses/messages"),
        ("GET", f"/_ses/messages/{id}/raw"),
        ("DELETE", "/_ses/messages"),
        ("GET", "/nothing"),
    ):
        answer = client.open(path, method=method, headers={"Host": host} | OURS)
        # The framework may refuse by itself what is no name at all.
        assert answer.status_code in (421, 400 if "@" in host or "]" in host else 421)
    assert box.instance.messages.find(id)


def test_the_way_out_is_named(client: Client) -> None:
    answer = client.get("/_ses/messages", headers={"Host": "mail.example.com:8005"})
    assert answer.status_code == 421
    assert error(answer) == (
        "'mail.example.com:8005' is no name of this ses-emulator: start it with"
        " --allowed-host mail.example.com if it is to be one."
    )


def test_allowed_hosts(box: Box) -> None:
    client = app_of(box, allowed_host=("Mail.example.com", "other.example"))
    for host, status in (
        ("mail.example.com:8005", 200),
        ("other.example", 200),
        ("www.mail.example.com", 421),
        ("evil.example", 421),
    ):
        assert client.get("/_ses/health", headers={"Host": host}).status_code == status
    client = app_of(box, allowed_host=("*",))
    assert client.get("/_ses/health", headers={"Host": "evil.example"}).status_code == 200


def test_names_of_other_options(box: Box) -> None:
    client = app_of(box, host="mail.example.com", public_url="https://links.example.com:8443/ses")
    for host in ("mail.example.com:8005", "links.example.com"):
        assert client.get("/_ses/health", headers={"Host": host}).status_code == 200


def test_a_host_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(Settings())
    asked: list[str] = []
    judge = guard._is_ours

    def count(host: str) -> bool:
        asked.append(host)
        return judge(host)

    monkeypatch.setattr(guard, "_is_ours", count)
    for _ in range(3):
        guard.admit("POST", "", [(b"host", b"localhost")])
    assert asked == ["localhost"]


def test_hosts_are_not_remembered_without_end() -> None:
    guard = Guard(Settings())
    for number in range(security.MOST_HOSTS + 10):
        guard.admit("POST", "", [(b"host", b"host-%d" % number)])
    assert len(guard._known) <= security.MOST_HOSTS


# Pages elsewhere


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"X-Ses-Emulator": "1"}, 200),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost", "X-Ses-Emulator": "1"}, 200),
        ({"Origin": "http://LOCALHOST", "X-Ses-Emulator": "1"}, 200),
        ({"Origin": "https://localhost", "X-Ses-Emulator": "1"}, 200),  # behind a proxy with TLS
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "X-Ses-Emulator": "1"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"} | OURS, 200),
        ({"Sec-Fetch-Site": "cross-site", "X-Ses-Emulator": "1"}, 403),
        ({"Sec-Fetch-Site": "same-site", "X-Ses-Emulator": "1"}, 403),
        ({"Sec-Fetch-Site": "none", "X-Ses-Emulator": "1"}, 403),
        ({"Origin": "http://localhost:1", "X-Ses-Emulator": "1"}, 403),
        ({"Origin": "http://evil.example", "X-Ses-Emulator": "1"}, 403),
        ({"Origin": "http://localhost.evil.example", "X-Ses-Emulator": "1"}, 403),
        ({"Origin": "null", "X-Ses-Emulator": "1"}, 403),
        ({"Origin": "", "X-Ses-Emulator": "1"}, 403),
    ],
)
def test_who_may_write(box: Box, client: Client, headers: dict[str, str], status: int) -> None:
    id = box.add()
    answers = [
        client.delete(f"/_ses/messages/{id}", headers=headers),
        client.delete("/_ses/messages", headers=headers),
        client.post("/_ses/operations/sesv2/GetAccount", headers=headers, data="{}"),
        client.put("/_ses/account", headers=headers, data="{}"),
        client.post("/_ses/reset", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [status] * len(answers)
    assert (box.instance.messages.find(id) is None) == (status == 200)


def test_what_is_said_to_a_page(client: Client) -> None:
    answer = client.post("/_ses/reset", headers={"Origin": EVIL})
    assert error(answer) == (
        f"A page of '{EVIL}' may not POST /_ses/reset: only pages of localhost may, and programs"
        " that send no Origin."
    )
    answer = client.post("/_ses/reset", headers={"Origin": "http://localhost"})
    assert error(answer) == "A page may POST /_ses/reset only with the header X-Ses-Emulator: 1."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),  # a link
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_who_may_read(box: Box, client: Client, headers: dict[str, str], status: int) -> None:
    id = box.add()
    for path in ("/_ses/messages", f"/_ses/messages/{id}/raw", "/_ses/health", "/", "/metrics"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == status
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_browser_asks_in_vain(client: Client) -> None:
    """Without an answer that allows it no page elsewhere sends our header."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
    answer = client.options("/_ses/reset", headers={"Origin": EVIL} | asked)
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]


# AWS's APIs


def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by their names in lower case, and body of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read()
    finally:
        connection.close()


def sent(box: Box) -> int:
    return box.instance.messages.count(Filters())


V2_MAIL = json.dumps(
    {
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}}},
    }
).encode()
V2_PATH = "/v2/email/outbound-emails"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "ses:8005"}, 200),
        ({"Host": "email.us-east-1.amazonaws.com"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, 200),
        ({"Origin": "http://[::1]:3000"}, 200),
        ({"Origin": "https://app.localhost"}, 200),
    ],
)
def test_who_may_send(box: Box, serve: Serve, headers: dict[str, str], status: int) -> None:
    port = serve()
    v1 = ask(port, "POST", "/", FORM | headers, urlencode(MAIL).encode())
    v2 = ask(port, "POST", V2_PATH, JSON | headers, V2_MAIL)
    assert (v1[0], v2[0]) == (status, status)
    assert sent(box) == (2 if status == 200 else 0)
    shared = status == 200 and headers.get("Origin")
    for _, named, _ in (v1, v2):
        assert named.get("access-control-allow-origin") == (shared or None)
        assert named.get("vary") == ("Origin" if shared else None)


def test_refusals_are_in_awss_forms(serve: Serve) -> None:
    port = serve()
    _, _, body = ask(port, "POST", "/", FORM | {"Origin": EVIL}, urlencode(MAIL).encode())
    space = "{http://ses.amazonaws.com/doc/2010-12-01/}"
    assert ET.fromstring(body).findtext(f"{space}Error/{space}Code") == "AccessDenied"
    _, named, body = ask(port, "GET", "/v2/email/account", {"Host": "evil.example"})
    assert named["x-amzn-errortype"] == "MisdirectedRequest"
    assert "--allowed-host evil.example" in json.loads(body)["message"]


def test_same_origin(box: Box, serve: Serve) -> None:
    port = serve()
    own = {"Origin": f"http://127.0.0.1:{port}"}
    status, named, _ = ask(port, "POST", V2_PATH, JSON | own, V2_MAIL)
    assert status == 200
    assert "access-control-allow-origin" not in named


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"User-Agent": "Boto3/1.0"}, 200),
        ({"User-Agent": "Mozilla/5.0"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 403),
        ({"Origin": "http://localhost", "User-Agent": "Mozilla/5.0"}, 403),
    ],
)
def test_a_get_that_sends(box: Box, serve: Serve, headers: dict[str, str], status: int) -> None:
    """An image in a page elsewhere would be enough for it."""
    port = serve()
    assert ask(port, "GET", f"/?{urlencode(MAIL)}", headers)[0] == status
    assert sent(box) == (status == 200)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none", "User-Agent": "Mozilla/5.0"}, 200),  # typed by somebody
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Origin": EVIL}, 403),
        ({"Host": "evil.example", "User-Agent": "Mozilla/5.0"}, 421),
    ],
)
def test_who_may_read_from_ses(serve: Serve, headers: dict[str, str], status: int) -> None:
    assert ask(serve(), "GET", "/v2/email/account", headers)[0] == status


@pytest.mark.parametrize("path", ["/", V2_PATH])
def test_a_browser_asks_first(serve: Serve, path: str) -> None:
    port = serve()
    wanted = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-date",
    }
    local = {"Origin": "http://localhost:3000"}
    status, named, body = ask(port, "OPTIONS", path, wanted | local)
    assert (status, body) == (204, b"")
    assert named["access-control-allow-origin"] == "http://localhost:3000"
    assert named["access-control-allow-headers"] == "authorization,x-amz-date"
    assert "POST" in named["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in named
    status, named, _ = ask(port, "OPTIONS", path, wanted | {"Origin": EVIL})
    assert status == 403
    assert not [name for name in named if name.startswith("access-control")]


def test_an_error_can_be_read_too(serve: Serve) -> None:
    local = {"Origin": "http://localhost:3000"}
    status, named, _ = ask(serve(), "GET", "/v2/email/identities/none.example", local)
    assert status == 404
    assert named["access-control-allow-origin"] == "http://localhost:3000"
    assert "x-amzn-errortype" in named["access-control-expose-headers"]


# The password

SECRET = "ada:böse:s3cret"


def basic(login: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


PROTECTED = (
    "/",
    "/web/app.js",
    "/_ses/messages",
    "/_ses/openapi.json",
    "/_ses/accounts",
    "/_ses/messages/x/attachments/1",
    "/metrics",
    "/nothing",
)


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("ada:wrong"),
        basic("ada"),
        basic(""),
        basic(f"{SECRET}x"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ???"},
        {"Authorization": f"Bearer {SECRET}"},
    ],
)
def test_without_the_password(box: Box, path: str, headers: dict[str, str]) -> None:
    answer = app_of(box, ui_auth=SECRET).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert "--ui-auth" in error(answer)
    assert "s3cret" not in answer.text


def test_with_the_password(box: Box) -> None:
    client, id = app_of(box, ui_auth=SECRET), box.add()
    for path in ("/", "/web/app.js", "/_ses/messages", f"/_ses/messages/{id}/raw", "/metrics"):
        assert client.get(path, headers=basic(SECRET)).status_code == 200
    assert client.delete("/_ses/messages", headers=basic(SECRET)).json == {"deleted": 1}


def test_the_password_does_not_stand_in_for_the_header(box: Box) -> None:
    client, id = app_of(box, ui_auth=SECRET), box.add()
    forged = client.delete("/_ses/messages", headers=basic(SECRET) | {"Origin": EVIL})
    assert forged.status_code == 403
    assert box.instance.messages.find(id)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_ses/health", 200),
        ("/favicon.ico", 200),
        ("/web/landing.css", 200),
        ("/web/icon.svg", 200),
        ("/_ses/verify/x", 404),
        ("/_ses/unsubscribe/x", 404),
        ("/_ses/sns/x", 404),
        ("/I0/x/y", 404),
        ("/CI0/x/y", 404),
        ("/L0/http:%2F%2Fexample.com/1/x/y", 404),
        ("/CL0/http:%2F%2Fexample.com/1/x/y", 404),
    ],
)
def test_what_is_open(box: Box, path: str, status: int) -> None:
    assert app_of(box, ui_auth=SECRET).get(path).status_code == status


def test_the_password_is_shown_nowhere(box: Box) -> None:
    client = app_of(box, ui_auth=SECRET)
    assert "s3cret" not in client.get("/_ses/health").text
