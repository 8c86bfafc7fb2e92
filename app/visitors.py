"""A name for each browser that comes without one, as a cookie: so a reload in a class does not make one a stranger."""

from __future__ import annotations

import re
import secrets
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "tokenarium-visitor"
SECONDS = 200 * 86400
_NAME = re.compile(r"visitor-[0-9a-f]{16}")


def new_name() -> str:
    """visitor-0f3a...: nobody can guess another's."""
    return f"visitor-{secrets.token_hex(8)}"


def is_name(text: object) -> bool:
    """Whether the server may have given this name; a cookie can hold anything."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


class NameVisitors:
    """ASGI middleware: a page of HTML sets the cookie where the browser has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the headers of a page change."""
        if scope["type"] != "http" or is_name(_given(scope)):
            return await self._app(scope, receive, send)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    value = f"{COOKIE}={new_name()}; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Lax"
                    headers.append("set-cookie", value)
            await send(message)

        return await self._app(scope, receive, with_cookie)


def _given(scope: dict[str, Any]) -> str:
    headers = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    return next((found for header in headers if (found := cookie_parser(header).get(COOKIE))), "")
