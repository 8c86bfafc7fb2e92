"""The route that streams texts: turns among many, the end of those whose readers left, refusals as sentences."""

import asyncio
import json
import time

import pytest

from app import streaming
from app.loaders import writing

WISH = json.dumps({"run": "any", "prompt": "x"}).encode()


def events_of(chunk):
    return [json.loads(part.removeprefix("data: ")) for part in chunk.split("\n\n") if part]


@pytest.fixture
def endless(monkeypatch):
    """A text without end, one event a slice; what was made of it."""
    made = []

    def write(wish):
        while True:
            time.sleep(0.001)
            made.append(wish.prompt)
            yield {"kind": "choice", "of": wish.prompt}

    monkeypatch.setattr(writing, "write", write)
    monkeypatch.setattr(writing, "SLICE", 0.0)
    monkeypatch.setattr(streaming, "_turn", asyncio.Lock())
    return made


def test_thirty_that_write_at_once_take_turns(endless):
    async def read(name):
        body = json.dumps({"prompt": str(name)}).encode()
        stream = streaming._events(body, "en")
        for _event in range(4):
            await anext(stream)
        await stream.aclose()

    async def all_of_them():
        await asyncio.gather(*(read(name) for name in range(30)))

    asyncio.run(all_of_them())
    rounds = [endless[start : start + 30] for start in range(0, 120, 30)]
    assert all(len(set(one)) == 30 for one in rounds), "nobody writes twice before everybody has written once"


def test_a_reader_who_leaves_ends_the_text(endless):
    sent, left = [], asyncio.Event()
    asked = [{"type": "http.request", "body": WISH, "more_body": False}]

    async def receive():
        if asked:
            return asked.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if len(sent) > 3:
            left.set()

    async def visit():
        scope = {"type": "http", "method": "POST", "query_string": b"", "headers": [], "asgi": {"spec_version": "2.3"}}
        response = await streaming.write(streaming.Request(scope, receive))
        assert response.media_type == "text/event-stream"
        await asyncio.wait_for(response(scope, receive, send), 10)

    asyncio.run(visit())
    made = len(endless)
    time.sleep(0.03)
    assert len(endless) == made < 50


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"no json", "Post a run and a text."),
        (b"[1]", "Post a run and a text."),
        (b"x" * (streaming.MOST_POSTED + 1), "This text is too long to go on from."),
        (b'{"prompt": ""}', "There is nothing to go on from. Type at least one character."),
        (b'{"prompt": "x", "run": "no-such-run"}', 'There is no run "no-such-run" on this machine.'),
    ],
)
@pytest.mark.usefixtures("fresh_server")
def test_refusals_are_sentences(body, sentence, monkeypatch):
    monkeypatch.setattr(streaming, "_turn", asyncio.Lock())

    async def only():
        return [event async for chunk in streaming._events(body, "en") for event in events_of(chunk)]

    (event,) = asyncio.run(only())
    assert event["kind"] == "refused"
    assert event["error"].startswith(sentence)
