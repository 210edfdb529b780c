# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a router holds, adopting what was imported changes comments and nothing else."""

import tempfile
from contextlib import suppress
from pathlib import Path

from adopt.adopt_support import (
    assert_marks_only,
    new_repository,
    plan_json,
    without_marks,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.emulator import Device, Trap

# Odd but possible: what people, scripts and other programs write into names and comments.
WORDS = st.one_of(
    st.sampled_from(
        ["yes", "no", "0123", "true", "~", "null", "1e3", "- x", "a: b", "#1", " pad ", "[rc:",
         "x [rc:a/b] y", "plan", "router", "Ñandú", "客户", "'\"", "{a}", "*", "&a", "!t", "%"]
    ),
    st.text(min_size=1, max_size=12),
)  # fmt: skip
RATES = st.sampled_from(["1M/4M", "512k/2M", "0/0", "2M/0", "1M/4M"])
HOSTS = st.integers(1, 9).map(lambda number: f"10.1.0.{number}")
TARGETS = st.one_of(
    HOSTS.map(lambda host: f"{host}/32"),
    st.tuples(HOSTS, HOSTS).map(lambda two: f"{two[0]}/32,{two[1]}/32"),
    st.sampled_from(["10.1.0.0/24", "10.1.0.8/29", "ether1"]),
)
FLAGS = st.sampled_from(["no", "no", "no", "yes"])
QUEUES = st.fixed_dictionaries(
    {"name": WORDS, "target": TARGETS, "max_limit": RATES},
    optional={
        "comment": WORDS,
        "disabled": FLAGS,
        "priority": st.sampled_from(["8/8", "1/1", "1/2"]),
        "burst_limit": st.sampled_from(["0/0", "0/9M", "9M/9M"]),
        "burst_time": st.sampled_from(["0s/0s", "0s/7s", "7s/7s"]),
    },
)
SECRETS = st.fixed_dictionaries(
    {"name": WORDS, "password": st.one_of(st.just(""), WORDS)},
    optional={
        "comment": WORDS,
        "disabled": FLAGS,
        "service": st.sampled_from(["any", "pppoe", "l2tp"]),
        "remote_address": HOSTS,
        "local_address": st.just("10.1.0.254"),
        "profile": st.sampled_from(["default", "p1", "p2", "default-encryption"]),
        "caller_id": st.sampled_from(["02:00:00:00:00:01", "lan", "02:00:00:00:00:02"]),
    },
)
USERS = st.fixed_dictionaries(
    {"name": WORDS, "password": WORDS},
    optional={"comment": WORDS, "disabled": FLAGS, "address": HOSTS},
)
ENTRIES = st.fixed_dictionaries(
    {"list": st.sampled_from(["Moroso", "other"]), "address": HOSTS},
    optional={"comment": WORDS, "disabled": FLAGS},
)
ROUTERS = st.fixed_dictionaries(
    {
        "/queue/simple": st.lists(QUEUES, max_size=6),
        "/ppp/secret": st.lists(SECRETS, max_size=6),
        "/ip/hotspot/user": st.lists(USERS, max_size=4),
        "/ip/firewall/address-list": st.lists(ENTRIES, max_size=5),
    }
)


@settings(max_examples=40)
@given(ROUTERS, st.sampled_from(["7.22.3", "6.49.8"]))
def test_adopting_what_was_imported_changes_marks_only(
    router: dict[str, list[dict[str, str]]], version: str
) -> None:
    device = Device(version=version)
    device.add("/ppp/profile", name="p1", rate_limit="1M/4M", local_address="10.1.0.254")
    device.add("/ppp/profile", name="p2", rate_limit="1M", address_list="x")
    for path, rows in router.items():
        for row in rows:
            with suppress(Trap):  # a name twice, and what else a router would refuse
                device.add(path, **row)
    with tempfile.TemporaryDirectory() as folder, new_repository(Path(folder)) as world:
        world.serve("rb", device)
        before = without_marks(device.snapshot())
        ran = world.run("import", "rb", "--write", "--on", "2026-11-05")
        assert ran.code == 0, ran.text
        assert_marks_only(plan_json(world, "--adopt"))
        applied = world.run("apply", "--adopt", "--yes")
        assert applied.code == 0, applied.text
        assert plan_json(world)["changes"] == []
        assert without_marks(device.snapshot()) == before
        again = world.run("import", "rb")
        assert "Files: 0 new, 0 changed." in again.out, again.text
