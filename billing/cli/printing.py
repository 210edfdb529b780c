# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing print`: invoices for people, as HTML or PDF."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from billing.books.account import Account
from billing.books.bill import ClientBooks
from billing.cli.common import (
    Session,
    books_by_day,
    chosen_clients,
    open_ledger,
    status_option,
    warn,
)
from billing.cli.pictures import logo_of
from billing.locale import LANGUAGES, formats_of
from billing.pages.document import Document, document_of
from billing.pages.invoices import TEMPLATE, invoices_page
from billing.pages.pdf import PAPERS, invoices_pdf
from reconciler.cli.context import Repo, print_data, say
from reconciler.cli.options import narrowing_options, on_option
from reconciler.errors import ReconcileError, UsageError
from reconciler.staging import write_whole
from reconciler.wording import counted, did_you_mean

Found = tuple[ClientBooks, Account, date]
_FORMATS = ("html", "pdf")
# Where CLDR has paper of this size as the usual one (supplemental data, paperSize US-Letter).
_LETTER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())


@click.command("print")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--month",
    type=click.DateTime(["%Y-%m"]),
    metavar="YYYY-MM",
    help="Every invoice that was issued in this month.",
)
@narrowing_options
@status_option
@on_option
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="Default: what the name of the file says, else html.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="One file with all of them (….html, ….pdf), or a folder with a file each.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="The language; default: the settings' locale."
)
@click.option(
    "--paper",
    type=click.Choice(PAPERS),
    help="pdf: the size of the pages; default: what the country of the locale uses.",
)
@click.pass_obj
def print_invoices(
    repo: Repo,
    ids: Sequence[str],
    month: date | None,
    clients: Sequence[str],
    zones: Sequence[str],
    statuses: Sequence[str],
    on: date | None,
    form: str | None,
    out: Path | None,
    lang: str | None,
    paper: str | None,
) -> None:
    """Print invoices by id or number, or all of a month, of clients or zones.

    \b
    Examples:  reconcile billing print A-000017 --out A-000017.pdf
               reconcile billing print --month 2026-11 --zone norte --format pdf --out november
    """
    form, single = _shape(form, out)
    if not ids and not (month or clients or zones):
        raise UsageError("Name invoices by id or number, or take --month, --client or --zone.")
    if ids and (month or clients or zones or statuses):
        raise UsageError("Name invoices, or take --month, --client, --zone and --status: not both.")
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise UsageError("A PDF is nothing for a terminal: add --out FILE.")
    session = open_ledger(repo)
    warn(session.problems)
    if ids:
        found = _named(session, ids, on)
    else:
        names = chosen_clients(session.inventory, clients, zones)
        found = [
            one
            for one in _all(session, names, on)
            if (month is None or f"{one[1].invoice.issued_on:%Y-%m}" == f"{month:%Y-%m}")
            and (not statuses or one[1].status in statuses)
        ]
    if not found:
        raise ReconcileError("There is no such invoice.")
    documents = _documents(session, found, lang)
    country = session.inventory.settings.locale.rpartition("_")[2]
    press = _Press(repo.root, form, paper or ("letter" if country in _LETTER else "a4"))
    if out is None:
        press.to_stdout(documents)
    elif single:
        press.to_file(documents, out)
        say(f"written: {out}, {counted(len(documents), 'invoice')}")
    else:
        for one in documents:
            press.to_file([one], out.joinpath(f"{one.name.replace('/', '_')}.{form}"))
        say(f"written: {counted(len(documents), 'file')} in {out}")
    press.tell_missing()


def _shape(form: str | None, out: Path | None) -> tuple[str, bool]:
    """The format, and whether one file holds all."""
    ending = out.suffix.lower().removeprefix(".") if out is not None else ""
    single = ending in _FORMATS and not (out is not None and out.is_dir())
    if not single:
        return form or "html", False
    if form is not None and form != ending:
        raise UsageError(f"--format {form} does not fit the name {out}.")
    return ending, True


def _all(session: Session, names: Sequence[str], on: date | None) -> Iterator[Found]:
    for books in books_by_day(session, names, on):
        for one, account in books.accounts():
            yield one, account, books.on


def _named(session: Session, ids: Sequence[str], on: date | None) -> list[Found]:
    """These invoices, in the order asked for. Raises ReconcileError where one is not there."""
    clients = {
        name: client.id
        for client in session.inventory.clients.values()
        for name in (client.id, *client.former_ids)
    }
    issued = {
        name: one.client
        for one in session.ledger.invoices
        for name in (one.id, one.number)
        if name is not None
    }
    names = [issued.get(name) or clients.get(name.partition("/")[0]) for name in ids]
    known = dict.fromkeys(name for name in names if name is not None)
    found: dict[str, Found] = {}
    for one in _all(session, list(known), on):
        found |= dict.fromkeys(
            (name for name in (one[1].invoice.id, one[1].invoice.number) if name), one
        )
    for name in ids:
        if name not in found:
            near = did_you_mean(name, (*issued, *found))
            hint = f" Did you mean {near}?" if near else ""
            raise ReconcileError(f"There is no invoice {name} on that day.{hint}")
    return [found[name] for name in dict.fromkeys(ids)]


def _documents(session: Session, found: Sequence[Found], language: str | None) -> list[Document]:
    inventory = session.inventory
    formats = formats_of(inventory.settings, language)
    logo = logo_of(inventory)
    return [
        document_of(
            books,
            account,
            formats,
            str(day),
            inventory.settings.company,
            inventory.zones[books.client.zone].taxes,
            logo,
        )
        for books, account, day in found
    ]


class _Press:
    """Documents to files. Own templates are those in `templates/` of the repository."""

    def __init__(self, root: Path, form: str, paper: str) -> None:
        self.form, self.paper = form, paper
        self.templates = _templates(root)
        self.missing: set[str] = set()

    def bytes_of(self, documents: Sequence[Document]) -> bytes:
        if self.form == "html":
            return invoices_page(documents, self.templates).encode()
        data, missing = invoices_pdf(documents, self.paper)
        self.missing |= set(missing)
        return data

    def to_stdout(self, documents: Sequence[Document]) -> None:
        data = self.bytes_of(documents)
        if self.form == "html":
            print_data(data.decode().removesuffix("\n"))
        else:
            click.echo(data, nl=False)

    def to_file(self, documents: Sequence[Document], file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, self.bytes_of(documents))

    def tell_missing(self) -> None:
        if self.missing:
            signs = " ".join(sorted(self.missing))
            say(f"The PDF has ? for what its font has not: {signs}. HTML has all.", "yellow")


def _templates(root: Path) -> Mapping[str, str]:
    """The company's own templates by name; files that replace none of ours are parts of them."""
    folder = root / "templates"
    if not folder.joinpath(TEMPLATE).is_file():
        return {}
    files = (one for one in sorted(folder.rglob("*")) if one.suffix in (".html", ".css"))
    return {str(one.relative_to(folder)): _text(one) for one in files if one.is_file()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReconcileError(f"The template {file} is not UTF-8: save it as such.") from error
