# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's libraries, unmodified, over a real socket: what was written is read back.

Each brings a router to a state, then to another, and a second run of either writes nothing.
"""

from collections.abc import Iterator

import librouteros
import pytest
import routeros_api
from foreign.drivers import DRIVERS, PASSWORD, USER
from foreign.scenario import AFTER, BEFORE, Want, converge
from librouteros.exceptions import TrapError
from librouteros.query import And, Key, Or
from routeros_api.exceptions import RouterOsApiCommunicationError

from reconciler.emulator import Clock, Device, Server, serve

pytestmark = pytest.mark.foreign
VERSIONS = ("6.49.8", "7.10.2", "7.22.3")


def device_of(version: str) -> Device:
    """A router that already holds rows which are nobody's business."""
    device = Device(version=version, clock=Clock.frozen())
    device.add("/ppp/secret", name="hand-made", password="x", comment="por mano")
    device.add("/queue/simple", name="hand-made", target="10.9.9.9")
    device.add("/ip/firewall/filter", chain="forward", action="accept", comment="por mano")
    return device


@pytest.fixture(params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve(device_of(request.param), user=USER, password=PASSWORD) as served:
        yield served


@pytest.fixture
def newest() -> Iterator[Server]:
    with serve(device_of("7.22.3"), user=USER, password=PASSWORD) as served:
        yield served


def held(server: Server, want: Want) -> list[dict[str, str]]:
    """What the device holds of the rows that are wanted, in its order."""
    rows = [row for row in server.device.rows(want.path) if "foreign" in row.get("comment", "")]
    names = {name for row in want.rows for name in row}
    found = [{name: row.get(name, "") for name in names} for row in rows]
    return found if want.ordered else sorted(found, key=lambda row: row[want.key])


def wanted(want: Want) -> list[dict[str, str]]:
    names = {name for row in want.rows for name in row}
    rows = [{name: row.get(name, "") for name in names} for row in want.rows]
    return rows if want.ordered else sorted(rows, key=lambda row: row[want.key])


@pytest.mark.parametrize("library", DRIVERS)
def test_a_second_run_changes_nothing(library: str, server: Server) -> None:
    others = [server.device.rows(path)[0] for path in ("/queue/simple", "/ip/firewall/filter")]
    with DRIVERS[library](server) as client:
        for wants in (BEFORE, AFTER):
            assert converge(client, wants) > 0
            assert [held(server, want) for want in wants] == [wanted(want) for want in wants]
            state = server.device.snapshot()
            assert converge(client, wants) == 0
            assert server.device.snapshot() == state
    left = [server.device.rows(path)[0] for path in ("/queue/simple", "/ip/firewall/filter")]
    assert left == others


@pytest.mark.parametrize("library", DRIVERS)
def test_a_new_client_finds_nothing_to_do(library: str, server: Server) -> None:
    """What one library wrote is what every other wanted."""
    with DRIVERS["librouteros"](server) as client:
        converge(client, AFTER)
    with DRIVERS[library](server) as client:
        assert converge(client, AFTER) == 0


NAME, PROFILE, COMMENT = Key("name"), Key("profile"), Key("comment")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (NAME == "ana", {"ana"}),
        (NAME != "ana", {"beto", "ñandú", "hand-made"}),
        (NAME.In("ana", "beto", "none"), {"ana", "beto"}),
        (And(PROFILE == "hogar", COMMENT == "foreign"), {"ana", "beto", "ñandú"}),
        (And(PROFILE == "hogar", NAME != "ana"), {"beto", "ñandú"}),
        (Or(NAME == "hand-made", NAME == "beto"), {"beto", "hand-made"}),
        (Or(NAME == "x", And(NAME == "ana", PROFILE == "default")), set()),
    ],
    ids=range(7),
)
def test_librouteros_queries(newest: Server, query: object, names: set[str]) -> None:
    with DRIVERS["librouteros"](newest) as client:
        converge(client, BEFORE)
    api = librouteros.connect(newest.host, USER, PASSWORD, port=newest.port, encoding="utf-8")
    rows = list(api.path("ppp", "secret").select(NAME).where(query))  # type: ignore[arg-type]
    assert {row["name"] for row in rows} == names
    assert all(set(row) == {"name"} for row in rows)
    api.close()


def test_librouteros_reads_refusals(newest: Server) -> None:
    api = librouteros.connect(newest.host, USER, PASSWORD, port=newest.port, encoding="utf-8")
    secrets = api.path("ppp", "secret")
    with pytest.raises(TrapError) as trap:
        secrets.add(name="hand-made")
    assert str(trap.value) == "failure: secret with the same name already exists"
    with pytest.raises(TrapError) as trap:
        secrets.add(name="other", profile="no-such")
    assert trap.value.category == 1
    assert trap.value.message == "input does not match any value of profile"
    with pytest.raises(TrapError, match="no such item"):
        secrets.remove("*FFFF")
    assert list(api.path("ip", "pool")) == []
    assert [row["name"] for row in secrets] == ["hand-made"]
    api.close()


def test_routeros_api_queries_and_tags(newest: Server) -> None:
    """Two commands are under way at once; each gets its own rows."""
    with DRIVERS["RouterOS-api"](newest) as client:
        converge(client, BEFORE)
    pool = routeros_api.RouterOsApiPool(
        newest.host, USER, PASSWORD, port=newest.port, plaintext_login=True
    )
    api = pool.get_api()
    secrets, queues = api.get_resource("/ppp/secret"), api.get_resource("/queue/simple")
    first, second = secrets.get_async(name="beto"), queues.get_async(name="q-beto")
    assert [row["target"] for row in second.get()] == ["10.20.0.8/32"]
    assert [row["password"] for row in first.get()] == ["p-beto"]
    assert secrets.get(name="no-such") == []
    with pytest.raises(RouterOsApiCommunicationError, match="already have such name"):
        queues.add(name="q-beto", target="10.1.1.1")
    pool.disconnect()


@pytest.mark.parametrize("version", ["6.42.12", "6.44.6"])
def test_the_login_of_older_routers(version: str) -> None:
    """By challenge: librouteros where it is told, RouterOS-api by itself."""
    device = Device(version=version, clock=Clock.frozen())
    with serve(device, user=USER, password="vieja") as server:
        api = librouteros.connect(
            server.host, USER, "vieja", port=server.port,
            login_method=librouteros.login.token,
        )  # fmt: skip
        assert [row["name"] for row in api.path("system", "identity")] == ["MikroTik"]
        api.close()
        pool = routeros_api.RouterOsApiPool(server.host, USER, "vieja", port=server.port)
        names = [row["name"] for row in pool.get_api().get_resource("/user").get()]
        assert names == ["admin", USER]
        pool.disconnect()
