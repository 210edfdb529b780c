# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON over HTTP with a token in a header: requests, pages, and refusals as sentences.

Imports model.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlencode

from reconciler import __version__
from reconciler.forge.model import ForgeError

TIMEOUT = 30.0
PER_PAGE = 100
_MOST_PAGES = 100
_MOVED = "It has moved: is the name of the repository still right?"
_HINTS = {
    **dict.fromkeys((301, 302, 307, 308), _MOVED),
    401: "Is the token right, and not expired?",
    403: "The token may not do this: look at the permissions of the job, or of the token.",
    404: "It is not there, or the token may not see it.",
}


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token to another address."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


@dataclass(frozen=True)
class Api:
    """`name`: as people call it; `base`: the address of the API, without a slash at the end."""

    name: str
    base: str
    headers: Mapping[str, str]

    def get(self, path: str, **query: object) -> Any:
        return self._call("GET", path + _query(query))[0]

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Every entry of a list, page by page, as they are asked for."""
        for page in range(1, _MOST_PAGES + 1):
            asked = path + _query({**query, "per_page": PER_PAGE, "page": page})
            entries, headers = self._call("GET", asked)
            yield from entries
            if not (headers.get("x-next-page") or 'rel="next"' in headers.get("link", "")):
                return

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        return self._call("POST", path, body)[0]

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        return self._call("PATCH", path, body)[0]

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        return self._call("PUT", path, body)[0]

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> tuple[Any, dict[str, str]]:
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "User-Agent": f"reconcile/{__version__}",
            "Content-Type": "application/json",
            **self.headers,
        }
        try:
            request = urllib.request.Request(
                self.base + path, data=data, headers=headers, method=method
            )
            with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT) as answer:
                found = {name.lower(): value for name, value in answer.headers.items()}
                return json.loads(answer.read()), found
        except urllib.error.HTTPError as error:
            with error:
                said = _said(error.read(2000))
            hint = _HINTS.get(error.code, "")
            text = f"{self.name} answered {error.code} to {method} {path}{said}. {hint}"
            raise ForgeError(text.rstrip()) from error
        except (OSError, HTTPException, ValueError) as error:
            raise ForgeError(f"{self.name} at {self.base} does not answer: {error}") from error


def _query(query: Mapping[str, object]) -> str:
    return f"?{urlencode(query)}" if query else ""


def _said(content: bytes) -> str:
    """`: message` of a refusal."""
    try:
        message = json.loads(content).get("message")
    except (ValueError, AttributeError):
        return ""
    return f": {message}" if message else ""
