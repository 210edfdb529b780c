# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are found, derived exactly as promised, compared by hash and never shown."""

import base64
import hashlib
import hmac
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import FilesError, Where
from reconciler.models import Client, Secret, Settings
from reconciler.secrets import Secrets, derive

pyrage: Any = pytest.importorskip("pyrage", reason="the extra `age` is not installed")

KEY = "a key of this repository"
ROOT = Path("/nowhere")


def secrets(root: Path = ROOT, environ: dict[str, str] | None = None, **said: Any) -> Secrets:
    settings = Settings.model_validate({"format": "1", "secrets": {"key": {"env": "KEY"}, **said}})
    return Secrets(settings, {"KEY": KEY, **(environ or {})}, root)


def written(**mapping: str) -> Secret:
    """A secret as a client file has it."""
    service = {"plan": "p", "password": mapping}
    data = {"id": "a", "name": "A", "zone": "z", "services": [service]}
    return Client.model_validate(data).services[0].password


def by_hand(key: str, client: str, service: str, generation: int) -> str:
    """The derivation once more, bit by bit from its definition."""
    message = b"\0".join([b"reconcile/1", client.encode(), service.encode(), b"%d" % generation])
    digest = hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
    bits = f"{int(digest, 16):0256b}"[:60]
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    assert len(alphabet) == 32
    return "".join(alphabet[int(bits[i : i + 5], 2)] for i in range(0, 60, 5))


@given(st.text(min_size=1), st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True), st.integers(1, 99))
def test_derived_is_what_the_definition_says(key: str, client: str, generation: int) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    made = derive(key.encode(), client, "internet", generation)
    assert made == by_hand(key, client, "internet", generation)
    assert len(made) == 12


def test_derived_is_frozen() -> None:
    """Known answers: a change here would change every password of every network."""
    assert derive(b"key", "ana-lopez", "internet", 1) == "x8jw3csi8h8r"
    assert derive(b"key", "ana-lopez", "internet", 2) == "73jjt8n87h6u"
    assert derive(b"key", "ana-lopez", "voip", 1) == "mpc5i45mtpm2"


def test_derived_by_its_service_and_through_a_rename() -> None:
    own = secrets().resolve(written(derived="1"), "ana", "internet")
    assert own == by_hand(KEY, "ana", "internet", 1)
    renamed = written(derived="1", of="ana/internet")
    assert secrets().resolve(renamed, "eva", "casa") == own


def test_env_file_and_plain(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("from a file ñ\n")
    found = secrets(tmp_path, {"PW": "0123"}, allow_plain="true")
    assert found.resolve(written(env="PW")) == "0123"
    assert found.resolve(written(file="pw")) == "from a file ñ"
    assert found.resolve(written(file=str(tmp_path / "pw"))) == "from a file ñ"
    assert found.resolve(written(plain="yes")) == "yes"


def age(text: str) -> tuple[str, str, str]:
    """An identity, and the text encrypted to it armored and as base64."""
    identity = pyrage.x25519.Identity.generate()
    data = pyrage.encrypt(text.encode(), [identity.to_public()])
    armored = pyrage.encrypt(text.encode(), [identity.to_public()], armored=True)
    return str(identity), armored.decode(), base64.b64encode(data).decode()


def test_age_armored_folded_and_base64() -> None:
    identity, armored, plain_base64 = age("Clave ñ")
    found = secrets(environ={"ID": f"# created: today\n{identity}\n"}, age_identity={"env": "ID"})
    for text in (armored, armored.replace("\n", " "), plain_base64):
        assert found.resolve(written(age=text)) == "Clave ñ"
    assert identity not in found.redact(f"the identity is {identity}")
    assert "Clave" not in found.redact("the password is Clave ñ.")


def problem_of(found: Secrets, secret: Secret, client: str = "ana") -> str:
    where = Where("inventory/clients/ana.yaml", 7)
    with pytest.raises(FilesError) as caught:
        found.resolve(secret, client, "internet", where)
    assert caught.value.__cause__ is None
    if client:
        with pytest.raises(FilesError, match=re.escape(str(caught.value))):
            found.check(secret, client, "internet", where)
    return str(caught.value)


def test_refusals_name_the_place_the_owner_and_what_to_do(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    root = tmp_path / "repository"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "bytes").write_bytes(b"\xff\xfe")
    (root / "empty").write_text("\n")
    identity, armored, _ = age("x")
    other, _, _ = age("y")
    found = secrets(root, {"ID": other, "LINES": "a\nb"}, age_identity={"env": "ID"})
    assert problem_of(found, written(env="NOT_SET")) == (
        "inventory/clients/ana.yaml:7: ana/internet: "
        "The environment variable NOT_SET is not set. Set it and run again"
    )
    said = {
        "plain": problem_of(found, written(plain="canary-in-clear")),
        "link": problem_of(found, written(file="link")),
        "up": problem_of(found, written(file="../outside")),
        "absent": problem_of(found, written(file="absent")),
        "folder": problem_of(found, written(file=".")),
        "bytes": problem_of(found, written(file="bytes")),
        "empty": problem_of(found, written(file="empty")),
        "lines": problem_of(found, written(env="LINES")),
        "other": problem_of(found, written(age=armored)),
        "no age": problem_of(found, written(age="?")),
    }
    assert "canary" not in said["plain"]
    assert "outside of the repository" in said["link"]
    assert "outside of the repository" in said["up"]
    assert "No such file" in said["absent"]
    assert "no small regular file" in said["folder"]
    assert "not UTF-8" in said["bytes"]
    assert "is empty" in said["empty"]
    assert "control characters" in said["lines"]
    assert "does not open" in said["other"]
    assert "neither armored nor base64" in said["no age"]
    assert identity not in "".join(said.values())


def test_without_a_key_nothing_is_derived_and_nothing_compared() -> None:
    settings = Settings.model_validate({"format": "1"})
    found = Secrets(settings, {}, ROOT)
    assert not found.has_key
    assert found.fingerprint("text") is None
    assert "secrets: {key: {env: RECONCILE_KEY}}" in problem_of(found, written(derived="1"))


def test_a_key_that_cannot_be_had_is_said_where_it_is_named() -> None:
    settings = Settings.model_validate({"format": "1", "secrets": {"key": {"env": "KEY"}}})
    found = Secrets(settings, {}, ROOT)
    assert not found.has_key
    assert problem_of(found, written(derived="1")).startswith("reconcile.yaml: secrets.key: ")


def test_without_pyrage_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    identity, armored, _ = age("x")
    monkeypatch.setitem(__import__("sys").modules, "pyrage", None)
    found = secrets(environ={"ID": identity}, age_identity={"env": "ID"})
    assert "Install the extra `age`" in problem_of(found, written(age=armored))


def test_fingerprints_are_keyed_and_tell_texts_apart() -> None:
    one, same = secrets().fingerprint("a"), secrets().fingerprint("a")
    settings = Settings.model_validate({"format": "1", "secrets": {"key": {"env": "KEY"}}})
    other_key = Secrets(settings, {"KEY": "other"}, ROOT).fingerprint("a")
    assert one == same
    assert one is not None
    assert len(one) == 64
    assert one not in (secrets().fingerprint("b"), other_key)


def test_what_was_resolved_is_redacted_also_as_json() -> None:
    found = secrets(environ={"PW": 'ñandú "x" \\'})
    clear = found.resolve(written(env="PW"))
    assert found.seen == {clear}
    for text in (f"login {clear} refused", r'{"password": "\u00f1and\u00fa \"x\" \\"}'):
        assert "***" in found.redact(text)
        assert "and" not in found.redact(text).replace("password", "")


def test_secrets_do_not_leave_their_process() -> None:
    found = secrets(environ={"PW": "canary-value"})
    found.resolve(written(env="PW"))
    assert "canary" not in repr(found)
    with pytest.raises(TypeError, match="do not leave"):
        pickle.dumps(found)
