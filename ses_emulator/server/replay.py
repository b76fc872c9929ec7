"""Code that makes a call again, for a developer to copy."""

import json
import shlex
from base64 import b64encode
from dataclasses import dataclass
from pprint import pformat
from typing import Any

import orjson
from botocore import xform_name

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Again:
    """A call that is to be made again at ``endpoint``. ``parameters`` are in botocore's shape."""

    service: str
    operation: str
    parameters: dict[str, Any] | None
    endpoint: str
    region: str
    access_key: str


def boto3(again: Again) -> str:
    """A Python program."""
    lines = [
        "import boto3",
        "",
        "client = boto3.client(",
        f"    {again.service!r},",
        f"    endpoint_url={again.endpoint!r},",
        f"    region_name={again.region!r},",
        f"    aws_access_key_id={again.access_key!r},",
        "    aws_secret_access_key='test',",
        ")",
        f"answer = client.{xform_name(again.operation)}(",
    ]
    for name, value in (again.parameters or {}).items():
        shown = f"{name}={pformat(value, width=WIDTH, sort_dicts=False)},"
        lines += [f"    {line}" for line in shown.splitlines()]
    return "\n".join([*lines, ")", "print(answer)", ""])


def cli(again: Again) -> str:
    """A command line for version 2 of the AWS CLI."""
    document = json.dumps(plain(again.parameters or {}), ensure_ascii=False, indent=2)
    return " \\\n  ".join(
        [
            f"AWS_ACCESS_KEY_ID={shlex.quote(again.access_key)} AWS_SECRET_ACCESS_KEY=test"
            f" aws {again.service} {xform_name(again.operation, '-')}",
            f"--endpoint-url {shlex.quote(again.endpoint)} --region {shlex.quote(again.region)}",
            f"--cli-input-json {shlex.quote(document)}",
        ]
    )


def plain(value: Any) -> Any:
    """As JSON has it: blobs in base64."""
    return orjson.loads(orjson.dumps(value, default=_encoded))


def _encoded(value: Any) -> str:
    assert isinstance(value, bytes)
    return b64encode(value).decode("ascii")
