# SPDX-License-Identifier: GPL-3.0-or-later
"""The words around figures on pages, in Spanish and English. Pure. Imports nothing of the project.

Templates name them as `labels.due`; a company's own template may write its own instead.
"""

from collections.abc import Mapping
from types import MappingProxyType

_ROWS = {
    # name: (English, Spanish)
    "title": ("Invoice", "Factura"),
    "draft": ("Draft", "Borrador"),
    "void": ("Void", "Anulada"),
    "transferred": ("Transferred", "Transferida"),
    "paid": ("Paid", "Pagada"),
    "overdue": ("Overdue", "Vencida"),
    "draft_note": (
        "Not issued yet: figures and dates may still change.",
        "Aún no emitida: los importes y las fechas pueden cambiar.",
    ),
    "void_note": (
        "Not valid since {day}. Nothing is owed on it.",
        "Sin validez desde el {day}. No se debe nada por ella.",
    ),
    "transferred_note": (
        "Its balance is part of invoice {into}.",
        "Su saldo pasó a la factura {into}.",
    ),
    "to": ("Billed to", "Cliente"),
    "client": ("Client no.", "No. de cliente"),
    "issued_on": ("Issued", "Emisión"),
    "period": ("Period", "Periodo"),
    "due": ("Pay by", "Fecha límite de pago"),
    "cut": ("Cut-off date", "Fecha de corte"),
    "description": ("Description", "Concepto"),
    "quantity": ("Qty", "Cant."),
    "unit_price": ("Price", "Precio"),
    "amount": ("Amount", "Importe"),
    "subtotal": ("Subtotal", "Subtotal"),
    "untaxed": ("Subtotal before tax", "Subtotal sin impuestos"),
    "tax": ("Taxes", "Impuestos"),
    "included": ("included in the prices", "incluido en los precios"),
    "total": ("Total", "Total"),
    "payments": ("Payments", "Pagos"),
    "credit": ("Credit of the account", "Saldo a favor"),
    "open": ("To pay", "Por pagar"),
    "balance": ("The whole account owes", "Saldo de toda la cuenta"),
    "in_favour": ("Credit of the account", "Saldo a favor de la cuenta"),
    "as_of": ("As of {day}", "Al {day}"),
    "reference": ("Reference", "Referencia"),
    "how_to_pay": ("How to pay", "Cómo pagar"),
    "range": ("{first} to {last}", "{first} al {last}"),
    "report": ("Report of {day}", "Informe al {day}"),
    "open_now": ("Open {open}, credit {credit}.", "Por cobrar {open}, a favor {credit}."),
    "chart": ("Billed and collected by month", "Facturado y cobrado por mes"),
    "billed": ("Billed", "Facturado"),
    "collected": ("Collected", "Cobrado"),
    "receivable": ("Open", "Por cobrar"),
    "in_favour_short": ("Credit", "A favor"),
    "overdue_amount": ("Overdue", "Vencido"),
    "month": ("Month", "Mes"),
    "months": ("Months", "Meses"),
    "age": ("Days overdue", "Días de atraso"),
    "ages": ("Open by age", "Por cobrar según antigüedad"),
    "not due": ("not due", "por vencer"),
    "over 90": ("over 90", "más de 90"),
    "invoices": ("Invoices", "Facturas"),
    "zone": ("Zone", "Zona"),
    "zones": ("Zones", "Zonas"),
    "clients": ("Clients", "Clientes"),
    "plan": ("Plan", "Plan"),
    "plans": ("Plans", "Planes"),
}
_BY_LANGUAGE = {
    language: MappingProxyType({name: row[place] for name, row in _ROWS.items()})
    for place, language in enumerate(("en", "es"))
}


def labels_of(language: str) -> Mapping[str, str]:
    """All labels of a language, `es` or `en`."""
    return _BY_LANGUAGE[language]
