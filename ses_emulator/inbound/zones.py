"""DNS records from a file of the master format (RFC 1035 section 5), which BIND reads, too."""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ses_emulator.config import ConfigError

# The values of a name's records of a type, without the preference of an MX; None is no such name.
Lookup = Callable[[str, str], list[str] | None]
# What amazonses.com says of the addresses that SES sends from.
AMAZON = "amazonses.com"
AMAZON_SPF = "v=spf1 ip4:54.240.0.0/18 -all"
DEFAULT_TTL = "$TTL 1h\n"
# dnspython takes one only where a zone begins, and a file may have several zones.
SOA = re.compile(
    r"^([^\s;]*)[ \t]+(?:(?:[0-9]\w*|IN)[ \t]+)*SOA[ \t][^\n(;]*(?:\([^)]*\))?",
    re.IGNORECASE | re.MULTILINE,
)
PLACE = re.compile(r"<string>:(\d+): (.*)", re.DOTALL)


class Zone:
    """The records of a file; without one there are none. Raises ConfigError.

    Names are absolute if the file does not say $ORIGIN, and a TTL may be left out.
    """

    def __init__(self, path: str) -> None:
        self._records: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        if path:
            self._read(path)

    def _read(self, path: str) -> None:
        from dns.exception import DNSException
        from dns.zone import from_text

        try:
            text = SOA.sub(_without_soa, Path(path).read_text("utf-8"))
            found = from_text(DEFAULT_TTL + text, ".", relativize=False, check_origin=False)
        except OSError as error:
            raise ConfigError(f"--zone {path}: {error.strerror}") from None
        except (DNSException, ValueError) as error:
            raise ConfigError(f"--zone {path}: {_explained(str(error))}") from None
        for name, records in found.iterate_rdatasets():
            of_name = self._records[name.to_text(omit_final_dot=True).lower()]
            of_name[records.rdtype.name] += map(_value, records)

    def lookup(self, name: str, type: str) -> list[str] | None:
        """The values of a name's records of a type, behind a CNAME too; None is no such name."""
        name = name.lower().removesuffix(".")
        for _ in range(len(self._records) + 1):
            records = self._find(name)
            if records is None:
                return None
            if type in records or "CNAME" not in records:
                return records.get(type, [])
            name = records["CNAME"][0]
        return []

    def _find(self, name: str) -> dict[str, list[str]] | None:
        """The records of a name, or else of the wildcard that stands for it."""
        labels = name.split(".")
        names = [name, *(".".join(["*", *labels[start:]]) for start in range(1, len(labels)))]
        return next((self._records[each] for each in names if each in self._records), None)


def _without_soa(found: re.Match[str]) -> str:
    """Something else in the place of an SOA, with its name and as many lines."""
    return f'{found[1]} HINFO "" ""' + "\n" * found[0].count("\n")


def _explained(error: str) -> str:
    """An error of dnspython with the number of the line as it is in the file."""
    place = PLACE.match(error)
    return f"near line {max(int(place[1]) - 1, 1)}: {place[2]}" if place else error


def _value(record: Any) -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode("utf-8", "replace")
    for member in ("address", "exchange", "target"):
        if hasattr(record, member):
            return str(getattr(record, member)).lower().removesuffix(".")
    return str(record)


def amazon(name: str, type: str) -> list[str] | None:
    """What Amazon publishes about the hosts that SES sends from."""
    name = name.lower().removesuffix(".")
    if type == "TXT" and (name == AMAZON or name.endswith(f".{AMAZON}")):
        return [AMAZON_SPF]
    return None


def resolver(*sources: Lookup) -> Lookup:
    """Looks in one source after the other; the first that knows such records answers."""

    def lookup(name: str, type: str) -> list[str] | None:
        known = False
        for source in sources:
            values = source(name, type)
            if values:
                return values
            known = known or values is not None
        return [] if known else None

    return lookup
