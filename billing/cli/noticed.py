# SPDX-License-Identifier: GPL-3.0-or-later
"""The notice list for a run over routers: the services whose addresses it holds on a day."""

from datetime import date

from billing.cli.common import books_by_day, open_ledger
from billing.notices import notice_list
from reconciler.cli.context import Repo
from reconciler.models import Status


def noticed(repo: Repo, on: date | None) -> frozenset[str]:
    """`client/service` of each; only clients who have an invoice in the ledger are computed."""
    session = open_ledger(repo)
    names = [
        client.id
        for client in session.inventory.clients.values()
        if (own := session.ledger.by_client.get(client.id)) is not None
        and own.invoices
        and any(service.status is Status.ACTIVE for service in client.services)
    ]
    return frozenset(
        f"{one.client}/{one.service}"
        for books in books_by_day(session, names, on)
        for one in notice_list(books).notices
    )
