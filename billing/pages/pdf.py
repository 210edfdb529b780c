# SPDX-License-Identifier: GPL-3.0-or-later
"""Printed invoices as PDF, by fpdf2, in Roboto, of which the file holds what it uses.

The same documents give the same bytes: the date of creation is that of issue, the file's id a hash
of its content. Needs the extra `pdf`. Imports of the project: its neighbours, errors.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import TYPE_CHECKING

from billing.pages.document import Document, Fact
from billing.pages.qr import rows_of
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from fpdf import FPDF

PAPERS = ("a4", "letter")
_FONTS = (("", "Roboto-Regular.ttf"), ("B", "Roboto-Bold.ttf"))
_MARGIN, _LINE, _SMALL, _BODY, _LARGE, _TITLE = 15.0, 5.0, 8, 10, 12, 17
_LOGO_WIDTH, _LOGO_HEIGHT, _QR = 60.0, 22.0, 28.0
_INK, _GREY, _BLUE, _RULE = (28, 37, 48), (90, 102, 117), (31, 95, 139), 200
_BAND, _WHITE = (234, 242, 248), 255
_MARKS = {"paid": (29, 122, 70), "void": (179, 38, 30), "overdue": (179, 38, 30)}
_OTHER_MARK = (138, 90, 0)
_NEEDS = 45.0  # room for what must not be torn apart: the foot with its code


class Sheets:
    """Invoices on pages. `missing`: characters that the font has not, printed as `?`."""

    def __init__(self, paper: str) -> None:
        self.pdf = _new(paper)
        from fpdf.fonts import TTFFont  # noqa: PLC0415 - an extra, which _new asks for

        self.missing: set[str] = set()
        self._width = self.pdf.epw
        font = self.pdf.fonts["roboto"]
        self._known = set(font.cmap) if isinstance(font, TTFFont) else set()

    def add(self, doc: Document) -> None:
        """One invoice, from the top of a page."""
        self.pdf.add_page()
        self._head(doc)
        self._parties(doc)
        self._table(doc)
        self._totals(doc)
        self._foot(doc)

    def _head(self, doc: Document) -> None:
        pdf, half = self.pdf, self._width / 2
        top = pdf.get_y()
        if doc.logo:
            placed = pdf.image(
                io.BytesIO(doc.logo.data), x=_MARGIN, y=top, w=_LOGO_WIDTH, h=_LOGO_HEIGHT,
                keep_aspect_ratio=True,
            )  # fmt: skip
            pdf.set_y(top + placed.rendered_height + 2)
        if doc.company.name:
            self._text(doc.company.name, half, _LARGE, bold=True)
        for line in doc.company.details:
            self._text(line, half, _SMALL + 1)
        left = pdf.get_y()
        pdf.set_y(top)
        self._text(doc.labels["title"], half, _TITLE, bold=True, right=True)
        self._text(doc.name, half, _BODY, right=True)
        if doc.mark:
            color = _MARKS.get(doc.status, _OTHER_MARK)
            self._text(doc.mark.upper(), half, _LARGE, bold=True, right=True, color=color)
        pdf.set_y(max(left, pdf.get_y()) + 3)
        self._rule(_BLUE, 0.6)
        if doc.note:
            self._text(doc.note, self._width, _BODY, color=_OTHER_MARK)
            pdf.ln(4)

    def _parties(self, doc: Document) -> None:
        pdf, half = self.pdf, self._width / 2
        top = pdf.get_y()
        self._text(doc.labels["to"].upper(), half - 5, _SMALL, color=_GREY)
        self._text(doc.client.name, half - 5, _LARGE, bold=True)
        for line in (*doc.client.details, f"{doc.labels['client']} {doc.client.id}"):
            self._text(line, half - 5, _BODY)
        left = pdf.get_y()
        pdf.set_y(top)
        for fact in doc.facts:
            self._fact(fact, half)
        pdf.set_y(max(left, pdf.get_y()) + 5)

    def _table(self, doc: Document) -> None:
        pdf = self.pdf
        pdf.set_font("roboto", "", _BODY)
        pdf.set_text_color(*_INK)
        pdf.set_draw_color(_RULE)
        pdf.set_line_width(0.2)
        shares = (55.0, 10.0, 17.0, 18.0)
        with pdf.table(
            col_widths=shares,
            text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"),
            borders_layout="HORIZONTAL_LINES",
            cell_fill_color=_WHITE,
            cell_fill_mode="ALL",
            v_align="TOP",
            line_height=_LINE,
            padding=(1, 0, 1, 0),
        ) as table:
            names = ("description", "quantity", "unit_price", "amount")
            table.row([self._fit(doc.labels[name]) for name in names])
            for line in doc.lines:
                table.row([self._fit(cell) for cell in line])
        pdf.ln(4)

    def _totals(self, doc: Document) -> None:
        rows = len(doc.totals) + len(doc.payments) + 2
        self._keep_together(rows * (_LINE + 1) + 4)
        width = self._width * 0.6
        for fact in doc.totals:
            self._fact(fact, width)
        self._fact(doc.total, width, bold=True)
        for fact in doc.payments:
            self._fact(fact, width)
        if doc.open:
            self.pdf.ln(1)
            self._fact(doc.open, width, bold=True, size=_LARGE + 1, band=True)

    def _foot(self, doc: Document) -> None:
        pdf = self.pdf
        lines = len(doc.instructions.splitlines())
        self._keep_together(max(_NEEDS, 20 + lines * _LINE))
        pdf.ln(6)
        self._rule(_RULE, 0.2)
        top = pdf.get_y()
        self._code(doc.reference, _MARGIN, top)
        left, width = _MARGIN + _QR + 6, self._width - _QR - 6
        self._text(f"{doc.labels['reference']} {doc.reference}", width, _LARGE, bold=True, at=left)
        if doc.instructions:
            pdf.ln(1)
            self._text(doc.labels["how_to_pay"].upper(), width, _SMALL, color=_GREY, at=left)
            self._text(doc.instructions, width, _BODY, at=left)
        pdf.ln(1)
        text = doc.as_of
        if doc.account:
            text = f"{text} · {doc.account.label}: {doc.account.value}"
        self._text(text, width, _SMALL + 1, color=_GREY, at=left)
        pdf.set_y(max(pdf.get_y(), top + _QR))

    def _code(self, text: str, x: float, y: float) -> None:
        rows = rows_of(text)
        side = _QR / len(rows)
        self.pdf.set_fill_color(0)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    self.pdf.rect(x + across * side, y + down * side, side, side, style="F")

    def _fact(
        self, fact: Fact, width: float, *, bold: bool = False, size: int = _BODY, band: bool = False
    ) -> None:
        """A label at the left and a value at the right of the right-hand part of the page."""
        pdf, value = self.pdf, self._fit(fact.value)
        height = _LINE + (4 if band else 1)
        pdf.set_font("roboto", "B" if bold else "", size)
        pdf.set_fill_color(*_BAND)
        pdf.set_text_color(*_INK)
        room = pdf.get_string_width(value) + 4
        left = _MARGIN + self._width - width
        pdf.set_x(left + width - room)
        pdf.cell(room, height, value, align="R", fill=band, new_x="LMARGIN", new_y="TOP")
        pdf.set_text_color(*(_INK if bold else _GREY))
        pdf.set_x(left)
        pdf.multi_cell(
            width - room, height, self._fit(fact.label), align="L", fill=band, new_x="LMARGIN",
            new_y="NEXT",
        )  # fmt: skip

    def _text(
        self,
        text: str,
        width: float,
        size: int,
        *,
        bold: bool = False,
        right: bool = False,
        color: tuple[int, int, int] = _INK,
        at: float = _MARGIN,
    ) -> None:
        pdf = self.pdf
        pdf.set_font("roboto", "B" if bold else "", size)
        pdf.set_text_color(*color)
        pdf.set_x(_MARGIN + self._width - width if right else at)
        height = max(_LINE * size / _BODY, 4)
        pdf.multi_cell(
            width, height, self._fit(text), align="R" if right else "L", new_x="LMARGIN",
            new_y="NEXT",
        )  # fmt: skip

    def _rule(self, color: int | tuple[int, int, int], thickness: float) -> None:
        pdf = self.pdf
        pdf.set_draw_color(*([color] if isinstance(color, int) else color))
        pdf.set_line_width(thickness)
        pdf.line(_MARGIN, pdf.get_y(), _MARGIN + self._width, pdf.get_y())
        pdf.ln(4)

    def _keep_together(self, height: float) -> None:
        if self.pdf.will_page_break(height):
            self.pdf.add_page()

    def _fit(self, text: str) -> str:
        """The text with `?` for what the font has not."""
        lacking = {c for c in text if ord(c) not in self._known and c != "\n"}
        self.missing |= lacking
        return text.translate({ord(c): "?" for c in lacking})


def invoices_pdf(documents: Sequence[Document], paper: str) -> tuple[bytes, str]:
    """The file, each invoice from a new page on, and the characters that are a `?` in it.

    Raises UsageError where the extra is not installed.
    """
    sheets = Sheets(paper)
    pdf, first = sheets.pdf, documents[0]
    pdf.set_title(f"{first.labels['title']} {', '.join(one.name for one in documents)}")
    pdf.set_author(first.company.name)
    pdf.set_lang(first.language)
    newest = max(one.issued_on for one in documents)
    pdf.set_creation_date(datetime.combine(newest, time(), UTC))
    for doc in documents:
        sheets.add(doc)
    return bytes(pdf.output()), "".join(sorted(sheets.missing))


def _new(paper: str) -> "FPDF":
    try:
        from fpdf import FPDF  # noqa: PLC0415 - an extra, needed here alone

        fonts = files("font_roboto") / "files"
    except ModuleNotFoundError:
        raise UsageError(
            "For a PDF install the extra `pdf` (pip install 'wisp-reconcile[pdf]'), or take"
            " --format html."
        ) from None
    pdf = FPDF(format=paper)
    pdf.set_producer("reconcile")
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    for style, name in _FONTS:
        pdf.add_font("roboto", style, str(fonts / name))
    return pdf
