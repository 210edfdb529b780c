# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile ci`: one comment, one issue, one pull request on both forges, and nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import Ran, run_cli
from pipelines.stand_in import BOT, TOKEN, Issue, Memory, Request, standing_in

NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SHA = "c0ffee" * 6 + "abcd"


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Iterator[Memory]:
    with standing_in(request.param) as memory:
        yield memory


def checking(forge: Memory, number: int) -> dict[str, str]:
    """The environment of a pipeline that checks a request."""
    more = {
        "github": {"GITHUB_REF": f"refs/pull/{number}/merge", "GITHUB_SHA": "f" * 40},
        "gitlab": {"CI_MERGE_REQUEST_IID": str(number), "CI_COMMIT_SHA": "f" * 40},
    }
    return forge.environ() | more[forge.kind]


def merged(forge: Memory, commit: str = SHA) -> dict[str, str]:
    """The environment of a pipeline on the main branch."""
    more = {
        "github": {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": commit},
        "gitlab": {"CI_COMMIT_BRANCH": "main", "CI_COMMIT_SHA": commit},
    }
    return forge.environ() | more[forge.kind]


def ci(environ: dict[str, str], *arguments: str) -> Ran:
    ran = run_cli("ci", *arguments, environ=environ)
    assert TOKEN not in ran.text
    return ran


@pytest.fixture
def body(tmp_path: Path) -> Path:
    file = tmp_path / "plan.md"
    file.write_text(f"### reconcile plan\n\nFingerprint: `{'a' * 64}`\n", encoding="utf-8")
    return file


def test_a_comment_is_written_once_and_then_updated(forge: Memory, body: Path) -> None:
    number = forge.number()
    forge.requests[number] = Request("cambio")
    for text in ("hola", "<!-- reconcile:plan -->\nfrom somebody else", "otra", "y otra"):
        forge.say(number, text)
    environ = checking(forge, number)
    assert ci(environ, "comment", str(body)).err == f"comment plan of #{number}: opened\n"
    assert ci(environ, "comment", str(body)).err.endswith("the same as before\n")
    body.write_text("Ñandú 'comillas' \"dobles\"\n", encoding="utf-8")
    assert ci(environ, "comment", str(body)).err.endswith("updated\n")
    others, ours = forge.said(number)[:4], forge.said(number)[4:]
    assert others == ["hola", "<!-- reconcile:plan -->\nfrom somebody else", "otra", "y otra"]
    assert ours == ["<!-- reconcile:plan -->\nÑandú 'comillas' \"dobles\"\n"]


def test_keys_tell_comments_apart(forge: Memory, body: Path) -> None:
    number = forge.number()
    forge.requests[number] = Request("cambio", merged_as=SHA)
    forge.say(number, f"<!-- reconcile:plan -->\n{'b' * 64}", by_us=True)
    assert ci(merged(forge), "comment", "--key=apply", str(body)).code == 0
    assert len(forge.said(number)) == 2
    assert ci(merged(forge), "expected").out == "b" * 64 + "\n"


def test_what_is_expected_is_what_our_comment_on_the_merged_request_ends_with(
    forge: Memory,
) -> None:
    number = forge.number()
    forge.requests[number] = Request("cambio", merged_as=SHA)
    assert ci(merged(forge), "expected").out == f"{NOTHING}\n"
    # A comment that somebody else made look like ours counts for nothing.
    forge.say(number, f"<!-- reconcile:plan -->\nFingerprint: `{'e' * 64}`")
    ran = ci(merged(forge), "expected")
    assert (ran.out, ran.code) == (f"{NOTHING}\n", 0)
    assert "nothing was reviewed" in ran.err
    forge.say(number, f"<!-- reconcile:plan -->\n{'1' * 64}\nFingerprint: `{'a' * 64}`", by_us=True)
    assert ci(merged(forge), "expected").out == f"{'a' * 64}\n"
    assert ci(merged(forge, "d" * 40), "expected").out == f"{NOTHING}\n"


def test_a_commit_of_no_request_has_nothing_to_comment_on(forge: Memory, body: Path) -> None:
    ran = ci(merged(forge), "comment", str(body))
    assert (ran.code, ran.out) == (0, "")
    assert "there is nothing to comment on" in ran.err


def test_one_issue_is_opened_updated_and_closed(forge: Memory, tmp_path: Path) -> None:
    for title in ("a", "b", "c"):
        forge.issues[forge.number()] = Issue(title, "<!-- reconcile:drift -->", "mallory")
    file = tmp_path / "drift.txt"
    file.write_text("- /queue/simple ana\n```\n@all **x**\n", encoding="utf-8")
    environ = merged(forge)
    assert ci(environ, "issue", "--close", "clean").err == "no issue drift is open\n"
    assert ci(environ, "issue", "--title", "Drift", "--text", str(file)).err.endswith("opened\n")
    file.write_text("más\n", encoding="utf-8")
    assert ci(environ, "issue", "--title", "Drift 2", "--text", str(file)).err.endswith("updated\n")
    (ours,) = (one for one in forge.issues.values() if one.author == BOT[forge.kind])
    assert (ours.title, ours.label) == ("Drift 2", "drift")
    assert ours.body == "<!-- reconcile:drift -->\n```text\nmás\n```\n"
    assert ci(environ, "issue", "--close", "clean").err.endswith("closed\n")
    assert not ours.is_open
    assert [text for _, text in ours.comments.values()] == ["clean"]
    assert all(one.is_open for one in forge.issues.values() if one is not ours)


def test_one_pull_request_is_opened_updated_and_closed(forge: Memory, body: Path) -> None:
    environ = merged(forge)
    options = ("pull-request", "--branch", "billing/cuts")
    assert ci(environ, *options, "--title", "2 cuts", str(body)).err.endswith("opened\n")
    assert ci(environ, *options, "--title", "3 cuts", str(body)).err.endswith("updated\n")
    (one,) = forge.requests.values()
    assert (one.title, one.branch, one.is_open) == ("3 cuts", "billing/cuts", True)
    assert ci(environ, *options, "--close", "Nobody is left.").err.endswith("closed\n")
    assert not one.is_open
    assert ci(environ, *options, "--close", "Nobody is left.").err.endswith("is open\n")


def test_a_text_is_shown_as_it_is_and_cut_to_what_a_forge_takes(
    forge: Memory, tmp_path: Path
) -> None:
    number = forge.number()
    forge.requests[number] = Request("cambio")
    file = tmp_path / "drift.txt"
    lines = [f"~ /queue/simple cliente-ñ-{n} ````" for n in range(5000)]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert ci(checking(forge, number), "comment", "--text", str(file)).code == 0
    (said,) = forge.said(number)
    shown = said.split("\n")
    assert shown[1] == "`````text"
    assert shown[-2] == "`````"
    assert (shown[2], shown[-3]) == (lines[0], lines[-1])
    assert "lines left out" in said
    assert len(said.encode()) < 65_536
    assert ci(checking(forge, number), "comment", str(file)).code == 0
    (said,) = forge.said(number)
    assert said.split("\n")[1] == lines[0]
    assert said.endswith(f"{lines[-1]}\n")
    assert 64_000 < len(said.encode()) < 65_536


def test_a_refusal_says_what_to_do_and_not_the_token(forge: Memory, body: Path) -> None:
    environ = checking(forge, 7)
    ran = ci(environ, "comment", str(body))
    assert ran.code == 1
    assert "answered 404 to " in ran.err
    assert "Not Found. It is not there, or the token may not see it." in ran.err
    name = "GITHUB_TOKEN" if forge.kind == "github" else "GITLAB_TOKEN"
    ran = ci(environ | {name: "other-canary"}, "comment", str(body))
    assert "Bad credentials. Is the token right, and not expired?" in ran.err
    assert "other-canary" not in ran.err
    del environ[name]
    ran = ci(environ, "comment", str(body))
    assert (ran.code, ran.err) == (64, f"error: The variable {name} is not set.\n")


def test_the_token_follows_no_redirect(forge: Memory, body: Path) -> None:
    number = forge.number()
    forge.requests[number] = Request("cambio")
    environ = checking(forge, number)
    with standing_in(forge.kind) as elsewhere:
        forge.moved_to = elsewhere.url
        ran = ci(environ, "comment", str(body))
        assert (ran.code, elsewhere.heard) == (1, [])
    assert "answered 302 to GET" in ran.err
    assert "It has moved" in ran.err


def test_a_forge_that_is_away_is_no_traceback(body: Path) -> None:
    with standing_in("github") as memory:
        environ = checking(memory, 1)
    ran = ci(environ, "comment", str(body))
    assert ran.code == 1
    assert ran.err.startswith(f"error: GitHub at {memory.url} does not answer: ")
    assert ci({}, "comment", str(body)).code == 64


def test_outputs_are_lines_for_a_pipeline(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(
        '{"fingerprint": "f", "changes": [{"cause": "drift"}, {}], "notices": [{}],'
        ' "routers": [{"status": "ok"}, {"status": "unreachable"}],'
        ' "summary": {"add": 1, "sessions": 2}}',
        encoding="utf-8",
    )
    assert ci({}, "outputs", str(file)).out.splitlines() == [
        "fingerprint=f",
        "changes=2",
        "notices=1",
        "drift=1",
        "unreachable=1",
        "add=1",
        "sessions=2",
    ]
    file.write_text("[]", encoding="utf-8")
    assert ci({}, "outputs", str(file)).code == 64
