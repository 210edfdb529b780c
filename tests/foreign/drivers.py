# SPDX-License-Identifier: GPL-3.0-or-later
"""The five verbs of the scenario in the words of three libraries, none of them changed."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import librouteros
import routeros_api
from foreign.scenario import Client, Fields
from librouteros.api import Api, AsyncApi
from librouteros.query import Key

from reconciler.emulator import Server

USER, PASSWORD = "foreign", "contraseña 0123"


def text(row: dict[str, Any]) -> dict[str, str]:
    """librouteros casts numbers and booleans; what the router printed is text again here."""
    casts = {True: "true", False: "false"}
    return {k: casts[v] if isinstance(v, bool) else str(v) for k, v in row.items()}


def placed(fields: Fields, before: str | None) -> dict[str, Any]:
    return dict(fields) | ({"place-before": before} if before else {})


def moving(identifier: str, before: str | None) -> dict[str, str]:
    return {"numbers": identifier} | ({"destination": before} if before else {})


class Sync:
    """librouteros: path, select, add, update, remove."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def read(self, path: str, names: Sequence[str]) -> list[dict[str, str]]:
        keys = [Key(name) for name in (".id", *names)]
        return [text(row) for row in self.api.path(path).select(*keys)]

    def add(self, path: str, fields: Fields, before: str | None) -> str:
        return self.api.path(path).add(**placed(fields, before))

    def change(self, path: str, identifier: str, fields: Fields) -> None:
        self.api.path(path).update(**{".id": identifier, **fields})

    def unset(self, path: str, identifier: str, name: str) -> None:
        tuple(self.api.path(path)("unset", **{".id": identifier, "value-name": name}))

    def move(self, path: str, identifier: str, before: str | None) -> None:
        tuple(self.api.path(path)("move", **moving(identifier, before)))

    def remove(self, path: str, identifiers: Sequence[str]) -> None:
        self.api.path(path).remove(*identifiers)


class Async:
    """librouteros' asyncio half; each verb runs the loop until it is done."""

    def __init__(self, api: AsyncApi, runner: asyncio.Runner) -> None:
        self.api = api
        self.runner = runner

    def read(self, path: str, names: Sequence[str]) -> list[dict[str, str]]:
        async def rows() -> list[dict[str, str]]:
            keys = [Key(name) for name in (".id", *names)]
            return [text(row) async for row in self.api.path(path).select(*keys)]

        return self.runner.run(rows())

    def add(self, path: str, fields: Fields, before: str | None) -> str:
        return self.runner.run(self.api.path(path).add(**placed(fields, before)))

    def change(self, path: str, identifier: str, fields: Fields) -> None:
        self.runner.run(self.api.path(path).update(**{".id": identifier, **fields}))

    def unset(self, path: str, identifier: str, name: str) -> None:
        self._call(path, "unset", {".id": identifier, "value-name": name})

    def move(self, path: str, identifier: str, before: str | None) -> None:
        self._call(path, "move", moving(identifier, before))

    def remove(self, path: str, identifiers: Sequence[str]) -> None:
        self.runner.run(self.api.path(path).remove(*identifiers))

    def _call(self, path: str, command: str, fields: Fields) -> None:
        async def called() -> None:
            assert [row async for row in self.api.path(path)(command, **fields)] == []

        self.runner.run(called())


class RouterOsApi:
    """RouterOS-api: resources; it tags every command and spells `.id` as `id`."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def read(self, path: str, names: Sequence[str]) -> list[dict[str, str]]:
        wanted = ",".join((".id", *names))
        rows = self.api.get_resource(path).call("print", {".proplist": wanted})
        return [{".id" if k == "id" else k: v for k, v in row.items()} for row in rows]

    def add(self, path: str, fields: Fields, before: str | None) -> str:
        answer = self.api.get_resource(path).add(**placed(fields, before))
        return str(answer.done_message["ret"])

    def change(self, path: str, identifier: str, fields: Fields) -> None:
        self.api.get_resource(path).set(id=identifier, **fields)

    def unset(self, path: str, identifier: str, name: str) -> None:
        self.api.get_resource(path).call("unset", {".id": identifier, "value-name": name})

    def move(self, path: str, identifier: str, before: str | None) -> None:
        self.api.get_resource(path).call("move", moving(identifier, before))

    def remove(self, path: str, identifiers: Sequence[str]) -> None:
        for identifier in identifiers:
            self.api.get_resource(path).remove(id=identifier)


@contextmanager
def sync(server: Server) -> Iterator[Client]:
    api = librouteros.connect(
        server.host, USER, PASSWORD, port=server.port, encoding="utf-8", timeout=30
    )
    try:
        yield Sync(api)
    finally:
        api.close()


@contextmanager
def asynchronous(server: Server) -> Iterator[Client]:
    with asyncio.Runner() as runner:
        api = runner.run(
            librouteros.async_connect(
                server.host, USER, PASSWORD, port=server.port, encoding="utf-8", timeout=30
            )
        )
        try:
            yield Async(api, runner)
        finally:
            runner.run(api.close())


@contextmanager
def resources(server: Server) -> Iterator[Client]:
    pool = routeros_api.RouterOsApiPool(
        server.host, USER, PASSWORD, port=server.port, plaintext_login=True
    )
    try:
        yield RouterOsApi(pool.get_api())
    finally:
        pool.disconnect()


DRIVERS = {"librouteros": sync, "librouteros-async": asynchronous, "RouterOS-api": resources}
