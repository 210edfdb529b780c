# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing merge`: ledger files that two branches wrote to, by hand or as git's merge driver."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from billing.cli.alone import alone
from billing.cli.branch import branch_option, need_main_branch
from billing.cli.versions import Sides, folder_at, output, sides_of, stages, unmerged
from billing.ledger.loading import load_ledger
from billing.ledger.merging import Merged, Unmergeable, merge_payments, split_marks
from billing.ledger.relinking import Diverged, Relinked, relink
from reconciler.cli.context import Repo, say
from reconciler.cli.options import dry_run_option
from reconciler.errors import FilesError, ReconcileError, UsageError
from reconciler.staging import Staged, write
from reconciler.wording import listing, printable

PAYMENTS, CHAINS = "ledger/payments", ("ledger/credits", "ledger/invoices")


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--driver",
    is_flag=True,
    help="As git's merge driver: FILEs are %O %A %B %P, and the result is written to the second.",
)
@click.option(
    "--main",
    type=click.Choice(["ours", "theirs"]),
    help="Whose invoices stand: the main branch's side. Default: told by git.",
)
@branch_option
@dry_run_option
@click.pass_obj
def merge(
    repo: Repo,
    files: Sequence[Path],
    driver: bool,
    main: str | None,
    allow_branch: bool,
    dry_run: bool,
) -> None:
    """Put ledger files together that two branches wrote to: all that conflict, or these.

    Payments become all lines of both, each once. Invoices and credits are chains: the main
    branch's lines stand, the other's follow behind them with the next numbers.

    \b
    Example:  reconcile billing merge
    """
    if driver:
        raise SystemExit(_drive(files))
    _merge(repo, files, main, allow_branch=allow_branch, dry_run=dry_run)


def _drive(files: Sequence[Path]) -> int:
    """0 where the second file is the whole result, 1 where it holds marks to be settled."""
    if len(files) != 4:
        raise UsageError("A merge driver gets four paths: %O %A %B %P.")
    base, ours, theirs = (file.read_bytes() for file in files[:3])
    name = printable(str(files[3]))
    if name.endswith(".csv"):
        try:
            merged = merge_payments(base.decode(), ours.decode(), theirs.decode())
        except (Unmergeable, UnicodeDecodeError) as error:
            say(f"{name}: {error}", "yellow")
        else:
            files[1].write_bytes(merged.text.encode())
            _tell(name, merged)
            return int(bool(merged.contradictions))
    elif theirs.startswith(ours):
        files[1].write_bytes(theirs)
        return 0
    elif ours.startswith(theirs):
        return 0
    else:
        say(
            f"{name}: both branches added lines, and each line names the one before it."
            " Run `reconcile billing merge`: the main branch's stand, the other's follow.",
            "yellow",
        )
    labels = [part for label in ("ours", "base", "theirs") for part in ("-L", label)]
    paths = (str(files[1]), str(files[0]), str(files[2]))
    subprocess.run(["git", "merge-file", "--diff3", *labels, *paths], check=False)
    return 1


@alone
def _merge(
    repo: Repo, files: Sequence[Path], main: str | None, *, allow_branch: bool, dry_run: bool
) -> None:
    root = repo.root
    names = _named(root, files)
    chained = any(name.startswith(CHAINS) for name in names) or not files
    staged: list[Staged] = []
    contradicted: list[str] = []
    for name in names:
        if name.startswith(PAYMENTS):
            staged += _payments(root, name, contradicted)
    if chained:
        staged += _chains(repo, staged, main, allow_branch=allow_branch, asked=bool(names))
    if not staged:
        say("There is nothing to put together.")
        return
    if dry_run:
        say("Dry run: nothing was written.")
        return
    write(root, [one for one in staged if one.before != one.after])
    settled = [one.file for one in staged if one.file not in contradicted]
    if settled and output(root, "rev-parse", "--git-dir") is not None:
        output(root, "add", "--", *settled)
    say("\n".join(f"put together {file}" for file in settled))
    if contradicted:
        raise ReconcileError(
            f"{listing(contradicted)}: settle what is left between the marks, then `git add`."
        )


def _named(root: Path, files: Sequence[Path]) -> list[str]:
    """The ledger files asked for, relative to the root; all that conflict without a name."""
    if not files:
        return [name for folder in (PAYMENTS, *CHAINS) for name in unmerged(root, folder)]
    names: list[str] = []
    for file in files:
        path = file.resolve()
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(file)
        if not name.startswith((PAYMENTS, *CHAINS)) or not path.is_file():
            raise UsageError(f"{file} is no file of the ledger.")
        names.append(name)
    return names


def _payments(root: Path, name: str, contradicted: list[str]) -> list[Staged]:
    path = root / name
    before = path.read_bytes() if path.exists() else None
    try:
        text = (before or b"").decode()
        marks = split_marks(text)
        if name in unmerged(root, name):
            if marks is None and before is not None:
                say(f"{name} has no marks: it was settled by hand.")
                return [Staged(name, before, before)]
            sides = stages(root, name)
        else:
            sides = marks or ("", text, text)
        merged = merge_payments(*sides)
    except (Unmergeable, UnicodeDecodeError) as error:
        raise ReconcileError(f"{name}: {error} Mend it first. Nothing was written.") from error
    _tell(name, merged)
    if merged.contradictions:
        contradicted.append(name)
    return [Staged(name, before, merged.text.encode())]


def _tell(name: str, merged: Merged) -> None:
    for note in merged.notes:
        say(printable(f"{name}: {note}"))
    for one in merged.contradictions:
        say(printable(f"{name}: {one.why}."), "yellow")
        for side, line in (("ours", one.ours), ("theirs", one.theirs)):
            say(printable(f"  {side}: {line.text if line else 'taken out'}"), "yellow")


def _chains(
    repo: Repo, payments: Sequence[Staged], main: str | None, *, allow_branch: bool, asked: bool
) -> list[Staged]:
    """The folders of invoices and credits as the main branch's, with the other's lines behind."""
    root = repo.root
    try:
        sides = sides_of(root)
    except ReconcileError:
        if asked:
            raise
        return []
    if not sides.under_way and not _needs_mending(repo):
        return []
    staged: list[Staged] = []
    conflicting = [name for folder in CHAINS for name in unmerged(root, folder)]
    for folder in CHAINS:
        done = _relinked(root, folder, sides, main)
        if done is None:
            continue
        if done.renumbered:
            need_main_branch(root, allow_branch)
        staged += _staged(root, folder, done)
        for old, new in done.renumbered.items():
            say(f"{old} of the other branch is {new} now: correct what was printed with {old}.")
        if done.gone:
            are = "is" if len(done.gone) == 1 else "are"
            who = f"{listing(done.gone)} of the other branch"
            say(f"{who} {are} on the main branch already: dropped.")
    if staged:
        overlay = {one.file: (one.after or b"").decode() for one in (*payments, *staged)}
        _, problems = load_ledger(root, repo.loaded.inventory, overlay)
        if any(problem.is_error for problem in problems):
            say("Put together, the ledger would not be sound. Nothing was written.", "yellow")
            raise FilesError([problem for problem in problems if problem.is_error])
    return [one for one in staged if one.before != one.after or one.file in conflicting]


def _needs_mending(repo: Repo) -> bool:
    """Whether a merge that git made without a conflict broke the chains all the same.

    Raises ReconcileError where lines were added since, which would be lost.
    """
    _, problems = load_ledger(repo.root, repo.loaded.inventory)
    if not any(one.where and one.where.file.startswith(CHAINS) for one in problems):
        return False
    if output(repo.root, "diff", "--quiet", "HEAD", "--", *CHAINS) is None:
        raise ReconcileError(
            "The chains of the ledger are broken by the merge that is the last commit, and were"
            " changed since. Restore them from it first. Nothing was written."
        )
    return True


def _relinked(root: Path, folder: str, sides: Sides, main: str | None) -> Relinked | None:
    """None where the folder is as one of the two sides, and sound so."""
    base, ours, theirs = (folder_at(root, commit, folder) for commit in sides[:3])
    if ours in (base, theirs) or theirs == base:
        return None
    whose = main or sides.main
    if whose is None:
        raise UsageError(
            "Both branches issued invoices. Say which side is the main branch's, whose numbers"
            " stand: --main ours or --main theirs."
        )
    try:
        return relink(base, *((ours, theirs) if whose == "ours" else (theirs, ours)))
    except Diverged as error:
        raise ReconcileError(f"{folder}: {error} Nothing was written.") from error


def _staged(root: Path, folder: str, done: Relinked) -> Iterable[Staged]:
    here = {path.name for path in (root / folder).glob("*.jsonl")}
    for name in sorted(here | set(done.files)):
        path = root / folder / name
        before = path.read_bytes() if path.exists() else None
        text = done.files.get(name)
        yield Staged(f"{folder}/{name}", before, None if text is None else text.encode())
