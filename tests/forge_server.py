"""A forge on this machine: comments of one pull request, kept, listed in pages, or refused."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"


@dataclass
class Forge:
    """Comments and what was asked of them.

    `refuses` is a status with which every writing is answered; `token` the one that may read.
    """

    address: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: int = 0
    token: str = "secret"  # noqa: S105

    def posted(self, body: str, *, login: str, number: int) -> dict[str, Any]:
        """Keep a comment of somebody, in the shape of both forges."""
        author = {"id": 7 if login == BOT else 8, "username": login}
        made = {"id": number, "body": body, "user": {"login": login}, "author": author}
        self.comments.append(made)
        return made


class _Handler(BaseHTTPRequestHandler):
    """Answers as GitHub and GitLab do, of which it knows only comments."""

    kept: Forge

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        self.kept.asked.append(("GET", place.path))
        if not self._may():
            self._answer(401, {})
        elif place.path.endswith("/user"):
            self._answer(200, {"id": 7})
        else:
            asked = parse_qs(place.query)
            page, size = int(asked["page"][0]), int(asked["per_page"][0])
            comments = self.kept.comments
            following = "" if page * size >= len(comments) else str(page + 1)
            self._answer(200, comments[(page - 1) * size : page * size], following)

    def do_POST(self) -> None:
        self._write()

    def do_PATCH(self) -> None:
        self._write()

    def do_PUT(self) -> None:
        self._write()

    def _write(self) -> None:
        self.kept.asked.append((self.command, urlsplit(self.path).path))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        if self.kept.refuses or not self._may():
            self._answer(self.kept.refuses or 401, {"message": "Resource not accessible"})
        elif self.command == "POST":
            number = len(self.kept.comments) + 100
            self._answer(201, self.kept.posted(body, login=BOT, number=number))
        else:
            number = int(self.path.rpartition("/")[2])
            (one,) = [each for each in self.kept.comments if each["id"] == number]
            one["body"] = body
            self._answer(200, one)

    def _may(self) -> bool:
        given = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "")
        return given.removeprefix("Bearer ") == self.kept.token

    def _answer(self, status: int, document: Any, following: str = "") -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("x-next-page", following)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def forge() -> Iterator[Forge]:
    """Serve a forge while this lasts."""
    kept = Forge()
    handler = type("Handler", (_Handler,), {"kept": kept})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
