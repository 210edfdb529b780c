# SPDX-License-Identifier: GPL-3.0-or-later
"""One of each kind, kept up to date: the comment, the issue, the pull request of a pipeline.

Ours is what our own account wrote and what begins with our hidden mark, which names its key.
Imports model; render.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from reconciler.forge.model import Forge, Post
from reconciler.render import MARKDOWN_BYTES, fit

# GitHub takes 65,536 characters, GitLab a million; a little room is for our mark.
_MOST_BYTES = MARKDOWN_BYTES + 300
_FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")


class Put(StrEnum):
    """What became of it."""

    OPENED = "opened"
    UPDATED = "updated"
    SAME = "the same as before"


def _mark(key: str) -> str:
    return f"<!-- reconcile:{key} -->"


def _marked(key: str, body: str) -> str:
    lines = fit(body.strip().split("\n"), _MOST_BYTES)
    return "\n".join([_mark(key), *lines, ""])


def _ours(posts: Iterable[Post], key: str) -> Post | None:
    return next(
        (post for post in posts if post.mine and post.body.startswith(_mark(key))),
        None,
    )


def _same(post: Post, body: str) -> bool:
    """Forges send back other line ends, and no blank ones at the end."""
    return post.body.replace("\r\n", "\n").strip() == body.strip()


def in_block(text: str) -> str:
    """Plain text as a block of code, which nothing in it can end, cut in the middle if too long."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = fit(text.rstrip("\n").split("\n"), MARKDOWN_BYTES - 2 * len(fence))
    return "\n".join([f"{fence}text", *lines, fence])


def put_comment(forge: Forge, request: int, key: str, body: str) -> Put:
    """The one comment of this key says `body`, whatever it said before."""
    wanted = _marked(key, body)
    found = _ours(forge.comments(request), key)
    if found is None:
        forge.add_comment(request, wanted)
        return Put.OPENED
    if _same(found, wanted):
        return Put.SAME
    forge.edit_comment(request, found.number, wanted)
    return Put.UPDATED


def put_issue(forge: Forge, key: str, title: str, body: str) -> tuple[int, Put]:
    """The one open issue of this key says `body`."""
    wanted = _marked(key, body)
    found = _ours(forge.open_issues(), key)
    if found is None:
        return forge.add_issue(title, wanted, key), Put.OPENED
    if _same(found, wanted):
        return found.number, Put.SAME
    forge.edit_issue(found.number, title, wanted)
    return found.number, Put.UPDATED


def close_issue(forge: Forge, key: str, reason: str) -> int | None:
    """Close it with a comment; None where none was open."""
    found = _ours(forge.open_issues(), key)
    if found is None:
        return None
    forge.comment_issue(found.number, reason)
    forge.close_issue(found.number)
    return found.number


def put_request(forge: Forge, branch: str, base: str, title: str, body: str) -> tuple[int, Put]:
    """The one open request of a branch has this title and body."""
    found = forge.open_request(branch)
    if found is None:
        return forge.add_request(branch, base, title, body), Put.OPENED
    forge.edit_request(found, title, body)
    return found, Put.UPDATED


def close_request(forge: Forge, branch: str, reason: str) -> int | None:
    """Close it with a comment; None where none was open."""
    found = forge.open_request(branch)
    if found is not None:
        forge.add_comment(found, reason)
        forge.close_request(found)
    return found


def reviewed_fingerprint(forge: Forge, request: int, key: str) -> str | None:
    """The last fingerprint in our comment of this key: what people read before they approved."""
    found = _ours(forge.comments(request), key)
    shown = _FINGERPRINT.findall(found.body) if found else []
    return shown[-1] if shown else None
