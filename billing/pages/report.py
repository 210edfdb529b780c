# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page with a chart of what was billed and collected.

Pure: figures in, text out; the same figures give the same bytes. Imports nothing of the project.
"""

from decimal import Decimal
from typing import Any

from jinja2 import Environment

_HEIGHT, _WIDTH, _GAP, _MONTHS = 160, 14, 8, 24
_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Report of {{ data.on }}</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }
table { border-collapse: collapse; margin: 0 0 2em } td, th { padding: .2em .8em; text-align: left }
td + td, th + th { text-align: right } tr + tr { border-top: 1px solid #8884 }
.billed { fill: #8aa4c8 } .collected { fill: #2f7d4f } text { font-size: 9px; fill: currentColor }
</style></head><body>
<h1>Report of {{ data.on }}</h1>
<p>Open {{ data.open }} {{ data.currency }}, credit {{ data.credit }} {{ data.currency }}.</p>
<svg role="img" aria-label="Billed and collected by month" viewBox="0 0 {{ width }} 190">
{%- for bar in bars %}
<rect class="{{ bar.kind }}" x="{{ bar.x }}" y="{{ bar.y }}" width="14" height="{{ bar.height }}">\
<title>{{ bar.month }} {{ bar.kind }} {{ bar.amount }}</title></rect>
{%- endfor %}
{%- for label in labels %}
<text x="{{ label.x }}" y="178">{{ label.month }}</text>
{%- endfor %}
</svg>
<p>Light: billed. Dark: collected.</p>
{%- for title, rows in tables %}{% if rows %}
<h2>{{ title }}</h2>
<table><tr>{% for key in rows[0] %}<th>{{ key }}</th>{% endfor %}</tr>
{%- for row in rows %}
<tr>{% for key in rows[0] %}<td>{{ row[key] }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
{%- endif %}{% endfor %}
</body></html>
"""


def report_page(data: dict[str, Any]) -> str:
    """The page of the figures that `report_data` gives; the chart shows the last 24 months."""
    months = data["months"][-_MONTHS:]
    most = max(
        (Decimal(row[kind]) for row in months for kind in ("billed", "collected")), default=0
    )
    bars, labels = [], []
    for index, row in enumerate(months):
        left = index * (2 * _WIDTH + _GAP)
        labels.append({"x": left, "month": row["month"][2:]})
        for place, kind in enumerate(("billed", "collected")):
            amount = max(Decimal(row[kind]), Decimal(0))
            height = int(amount * _HEIGHT // most) if most else 0
            bars.append(
                {
                    "kind": kind,
                    "x": left + place * _WIDTH,
                    "y": _HEIGHT - height,
                    "height": height,
                    "month": row["month"],
                    "amount": row[kind],
                }
            )
    tables = [
        ("Months", data["months"]),
        ("Open by age in days", data["ages"]),
        ("Zones", data["zones"]),
        ("Plans", data["plans"]),
    ]
    template = Environment(autoescape=True).from_string(_PAGE)
    width = max(len(months) * (2 * _WIDTH + _GAP), 200)
    return template.render(data=data, bars=bars, labels=labels, tables=tables, width=width) + "\n"
