"""One application of two: the AWS endpoint on the event loop, Flask on threads of its own.

ASGI, because routing needs the path as it stands on the wire, which WSGI does not have.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask

from ses_emulator.server.assets import Assets, Headers
from ses_emulator.server.aws import MAX_BODY, Answer, AwsEndpoint, Call
from ses_emulator.server.stream import GONE, OPEN_REQUESTS

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Of a request's scope: the transport of its connection.
CONNECTION = "ses_emulator.connection"
# An open stream holds a thread, and some are left for everything else.
FLASK_THREADS = OPEN_REQUESTS + 16
# What is larger is answered on a thread, so that it holds up nobody else.
LARGE = 256 * 1024


class Application:
    """The ASGI callable."""

    def __init__(self, aws: AwsEndpoint, flask: Flask) -> None:
        self._aws = aws
        self._assets = Assets(flask, aws.guard)
        application: Any = flask  # typed by the standard library's protocol, a2wsgi has its own
        self._flask = WSGIMiddleware(application, workers=FLASK_THREADS)
        self._waiting: list[tuple[Call, asyncio.Future[Answer | None]]] = []
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="aws")
        self._outside = ThreadPoolExecutor(max_workers=8, thread_name_prefix="outside")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        if not self._aws.handles(scope["method"], path, query):
            asset = self._assets.find(scope["method"], path, scope["headers"])
            if asset is None:
                await self._on_thread(scope, receive, send)
            else:
                await _send(send, *asset)
            return
        body = await _read(receive)
        if body is None:
            return
        client = scope.get("client")
        call = Call(
            scope["method"], path, query, scope["headers"], body, client[0] if client else None
        )
        refusal, shared = self._aws.admit(call)
        answer = refusal or await self._answer(call)
        if answer is None:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._outside, self._aws.answer_outside, call)
        if call.disruption is not None:
            await asyncio.sleep(call.disruption.latency)
            if call.disruption.drop is not None:
                await _hang_up(scope, receive)
                return
        await _send(send, answer.status, [*answer.headers, *shared], answer.body)

    def _answer(self, call: Call) -> Awaitable[Answer | None]:
        """The answer of the AWS endpoint, together with those of other calls that wait for one.

        None is for a call that asks other services.
        """
        loop = asyncio.get_running_loop()
        if len(call.body) > LARGE:
            return loop.run_in_executor(self._threads, self._answer_large, call)
        future: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.append((call, future))
        if len(self._waiting) == 1:
            # A turn of the loop later: who was answered together asks together again, and the more
            # calls share a transaction, the less each of them pays for it.
            loop.call_soon(loop.call_soon, self._answer_waiting)
        return future

    def _answer_large(self, call: Call) -> Answer | None:
        [answer] = self._aws.answer_all([call])
        return answer

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        answers = self._aws.answer_all([call for call, _ in waiting])
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():  # The client may have gone.
                future.set_result(answer)

    async def _on_thread(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Flask answer, which hears of the client only that it went."""
        body = await _read(receive)
        if body is None:
            return
        gone = threading.Event()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        watcher = asyncio.create_task(watch())
        flask: Any = self._flask({**scope, GONE: gone}, whole, send)  # type: ignore[arg-type]
        try:
            await flask
        finally:
            watcher.cancel()

    def close(self) -> None:
        """Let the threads go; those that still answer are waited for, but not those of others."""
        self._outside.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown()
        self._flask.executor.shutdown()


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection of a request, which gets no answer."""
    scope[CONNECTION].close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: Receive) -> bytes | None:
    """The body, or its beginning if it is longer than any request; None if the client is gone."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return message["body"]  # type: ignore[no-any-return]
    parts = bytearray()
    while message["type"] == "http.request":
        parts += message.get("body", b"")
        if not message.get("more_body") or len(parts) > MAX_BODY:
            return bytes(parts)
        message = await receive()
    return None
