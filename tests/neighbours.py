"""Other AWS services as a real process: moto's server, for the tests of what calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import boto3
import pytest

ROLE = "arn:aws:iam::123456789012:role/ses"
ADDRESS = re.compile(r"Running on (http://127\.0\.0\.1:[1-9]\d*)")
# An archive with nothing in it.
CODE = b"PK\5\6" + bytes(18)
# Of the process alone: no settings of whoever runs the tests.
ENVIRONMENT = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


@dataclass(frozen=True)
class Neighbours:
    """A running server; ``url`` is the endpoint of every service."""

    url: str

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client for a service."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def arn(service: str, name: str) -> str:
    """An ARN of the account that moto takes everyone for."""
    return f"arn:aws:{service}:us-east-1:123456789012:{name}"


class Topic:
    """A topic of SNS, and a queue that gets what is published to it."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._sns = neighbours.client("sns")
        self.arn: str = self._sns.create_topic(Name=f"t{uuid4().hex}")["TopicArn"]
        self._queue = Queue(neighbours)
        self._sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=self._queue.arn)

    def delete(self) -> None:
        self._sns.delete_topic(TopicArn=self.arn)

    def published(self, count: int = 1) -> list[dict[str, Any]]:
        """What was published since the last time, as SNS hands it on, once there is so much."""
        return self._queue.received(count)


class Queue:
    """A queue of SQS."""

    def __init__(self, neighbours: Neighbours) -> None:
        name = f"q{uuid4().hex}"
        self._sqs = neighbours.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = arn("sqs", name)

    def received(self, count: int = 1) -> list[dict[str, Any]]:
        """The messages that came since the last time, once there are so many."""
        found: list[dict[str, Any]] = []
        for _ in range(20):
            answer = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            if len(found) >= count:
                return found
        pytest.fail(f"{len(found)} messages came instead of {count}: {found}")


class Stream:
    """A delivery stream of Firehose, and a bucket of the same name that it writes to."""

    def __init__(self, neighbours: Neighbours, name: str) -> None:
        self._s3, self._name = neighbours.client("s3"), name
        self.arn = arn("firehose", f"deliverystream/{name}")
        bucket = f"arn:aws:s3:::{name}"
        self._s3.create_bucket(Bucket=name)
        neighbours.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": bucket},
        )

    def written(self) -> bytes:
        """What is in the bucket."""
        found = self._s3.list_objects_v2(Bucket=self._name).get("Contents", [])
        objects = (self._s3.get_object(Bucket=self._name, Key=each["Key"]) for each in found)
        return b"".join(each["Body"].read() for each in objects)


class Function:
    """A function of Lambda whose code does not run: it returns what it is told to."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._url = neighbours.url
        self._post("config", {"lambda": {"use_docker": False}})
        role = neighbours.client("iam").create_role(
            RoleName=f"r{uuid4().hex}", AssumeRolePolicyDocument="{}", Path="/"
        )["Role"]["Arn"]
        self._lambda = neighbours.client("lambda")
        self.arn: str = self._lambda.create_function(
            FunctionName=f"f{uuid4().hex}",
            Runtime="python3.11",
            Role=role,
            Handler="f.f",
            Code={"ZipFile": CODE},
        )["FunctionArn"]

    def returns(self, result: Any) -> None:
        """What the next invocation of any function returns."""
        self._post("static/lambda-simple/response", {"results": [json.dumps(result)]})

    def delete(self) -> None:
        self._lambda.delete_function(FunctionName=self.arn)

    def _post(self, path: str, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        with urlopen(f"{self._url}/moto-api/{path}", body, timeout=30) as answer:
            assert answer.status in (200, 201)


@pytest.fixture(scope="session")
def neighbours() -> Iterator[Neighbours]:
    """S3, SNS, SQS and others, empty at the start of the session and shared by its tests."""
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(
        command,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        try:
            yield Neighbours(_address(process.stderr))
        finally:
            process.terminate()


def _address(log: Any) -> str:
    """Where the server listens, from what it says when it does."""
    said = []
    for line in log:
        said.append(line)
        if found := ADDRESS.search(line):
            return found[1]
    pytest.fail("moto's server did not start:\n" + "".join(said))
