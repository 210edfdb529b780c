# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in clear, found where they should not be: in files that go into git.

Pure: bytes in, problems out; a problem names the place, never what stands there. Imports errors,
yamlfile.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from reconciler.errors import Problem, Where
from reconciler.yamlfile import MAX_BYTES, parse

_EVERYWHERE = (
    (
        re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]{20,}"),
        "An age identity stands here.",
        "Keep it in the secret store of your CI, and encrypt anew for another identity",
    ),
    (
        re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
        "A private key stands here.",
        "Keep it out of the repository, and make a new one",
    ),
)
_EXPORT = re.compile(rb"\b(?:password|secret|passphrase|pre-shared-key|private-key)=(?!\"\")\S")
_VARIABLE = re.compile(
    rb"^\s*(?:export\s+)?\w*(?:KEY|PASSWORD|TOKEN|SECRET|IDENTITY)\w*=\S", re.MULTILINE
)


def in_clear(data: bytes, file: str) -> Iterator[Problem]:
    """Every secret in clear of one file, whatever the settings allow."""
    for pattern, message, hint in _EVERYWHERE:
        yield from _found(pattern, data, file, message, hint)
    name = file.rpartition("/")[2]
    if name.endswith(".rsc"):
        message = "An export of a router with passwords."
        yield from _found(_EXPORT, data, file, message, "Export without show-sensitive")
    elif name.startswith(".env"):
        message = "A variable with a secret."
        yield from _found(_VARIABLE, data, file, message, "Name the file in .gitignore")
    elif name.endswith((".yaml", ".yml")) and b"plain" in data and len(data) <= MAX_BYTES:
        document, _ = parse(data, file)
        for node in [] if document is None else plain_nodes(document.node):
            if node.value:
                yield Problem(
                    "plain-secret",
                    "A password stands here in clear.",
                    "Run `reconcile secrets encrypt`, or name a variable: {env: NAME}",
                    Where(file, node.start_mark.line + 1),
                )


def plain_nodes(node: Any) -> Iterator[Any]:
    """The values of all `plain:` in a document."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "plain" and isinstance(value, yaml.ScalarNode):
                yield value
            yield from plain_nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from plain_nodes(one)


def _found(
    pattern: re.Pattern[bytes], data: bytes, file: str, message: str, hint: str
) -> Iterator[Problem]:
    for match in pattern.finditer(data):
        line = data.count(b"\n", 0, match.start()) + 1
        yield Problem("plain-secret", message, hint, Where(file, line))
