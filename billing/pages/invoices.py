# SPDX-License-Identifier: GPL-3.0-or-later
"""Printed invoices as one HTML page without outside assets.

Pure: the same documents and templates give the same bytes. Imports of the project: its neighbours.
"""

import base64
from collections.abc import Mapping, Sequence

from billing.pages.document import Document, Picture
from billing.pages.qr import svg_of
from billing.pages.templating import render

TEMPLATE = "invoice.html"


def invoices_page(documents: Sequence[Document], templates: Mapping[str, str]) -> str:
    """The page, an invoice a sheet. Raises ReconcileError for a template that cannot be used."""
    first = documents[0]
    title = f"{first.labels['title']} {', '.join(one.name for one in documents)}"
    return render(
        TEMPLATE,
        templates,
        language=first.language,
        title=title,
        documents=documents,
        qr=svg_of,
        data_uri=_data_uri,
    )


def _data_uri(picture: Picture) -> str:
    return f"data:image/{picture.kind};base64,{base64.b64encode(picture.data).decode()}"
