"""DNS records from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ses_emulator.config import ConfigError
from ses_emulator.inbound.zones import AMAZON_SPF, Zone, amazon, resolver

TEXT = """\
$ORIGIN sender.example.
$TTL 300
@        IN SOA ns hostmaster (
             1 ; serial
             2 3 4 5 )
         IN TXT "v=spf1 mx " "-all"
         IN MX  10 Mail
         IN MX  20 mail2.other.example.
mail     A      192.0.2.1
mail     AAAA   2001:db8::1
alias    CNAME  mail
s._domainkey TXT ( "v=DKIM1; k=rsa; "
                   "p=abc" )
*.wild   TXT    "any"
loop     CNAME  loop2
loop2    CNAME  loop
dangling CNAME  nowhere.example.
$ORIGIN other.example.
@ 60 SOA ns hostmaster 1 2 3 4 5
@ TXT two
1.2.0.192.in-addr.arpa. PTR mail.sender.example.
"""


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    """The records of TEXT."""
    file = tmp_path / "zone"
    file.write_text(TEXT)
    return Zone(str(file))


@pytest.mark.parametrize(
    ("name", "type", "expected"),
    [
        ("sender.example", "TXT", ["v=spf1 mx -all"]),
        ("Sender.Example.", "MX", ["mail.sender.example", "mail2.other.example"]),
        ("mail.sender.example", "A", ["192.0.2.1"]),
        ("mail.sender.example", "AAAA", ["2001:db8::1"]),
        ("mail.sender.example", "TXT", []),
        ("alias.sender.example", "A", ["192.0.2.1"]),
        ("alias.sender.example", "CNAME", ["mail.sender.example"]),
        ("s._domainkey.sender.example", "TXT", ["v=DKIM1; k=rsa; p=abc"]),
        ("a.b.wild.sender.example", "TXT", ["any"]),
        ("wild.sender.example", "TXT", None),
        ("loop.sender.example", "A", []),
        ("dangling.sender.example", "A", None),
        ("1.2.0.192.in-addr.arpa", "PTR", ["mail.sender.example"]),
        ("other.example", "TXT", ["two"]),
        ("third.example", "TXT", None),
    ],
)
def test_lookup(zone: Zone, name: str, type: str, expected: list[str] | None) -> None:
    assert zone.lookup(name, type) == expected


def test_names_are_absolute_and_the_ttl_may_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "zone"
    file.write_text('sender.example TXT "v=spf1 -all"\n')
    assert Zone(str(file)).lookup("sender.example", "TXT") == ["v=spf1 -all"]


def test_without_a_file_there_is_nothing() -> None:
    assert Zone("").lookup("sender.example", "TXT") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"sender.example A 1.2.3\n", "near line 2: "),
        (b"a.b A 192.0.2.1\na.b NONSENSE c\n", "near line 2: unknown rdatatype 'NONSENSE'"),
        (b"a.b CNAME c.d\na.b A 192.0.2.1\n", "CNAME"),
        (b"@ SOA a b (\n1\n2 3 4 5)\nx NONSENSE c\n", "near line 4: unknown"),
        (b"$INCLUDE /etc/hostname\n", "near line 1: "),
        (b"\xff\xfe", "utf-8"),
    ],
)
def test_what_is_no_zone(tmp_path: Path, text: bytes, words: str) -> None:
    file = tmp_path / "zone"
    file.write_bytes(text)
    with pytest.raises(ConfigError) as refused:
        Zone(str(file))
    message = str(refused.value)
    assert message.startswith(f"--zone {file}: ") and words in message
    assert "\n" not in message


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        Zone(str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="directory"):
        Zone(str(tmp_path))


def test_the_first_source_that_has_such_records_answers() -> None:
    lookup = resolver(
        lambda name, type: [] if name == "a" else None,
        lambda name, type: ["x"] if name == "a" else None,
        amazon,
    )
    assert lookup("a", "TXT") == ["x"]
    assert lookup("b", "TXT") is None
    assert resolver(lambda name, type: [], amazon)("b", "TXT") == []
    assert (
        lookup("amazonses.com", "TXT") == lookup("eu-west-1.amazonses.com.", "TXT") == [AMAZON_SPF]
    )
    assert lookup("notamazonses.com", "TXT") is None
    assert lookup("amazonses.com", "A") is None
