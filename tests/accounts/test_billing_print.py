# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile billing print`: what stands on the pages, that it is harmless, and always the same."""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from accounts.state import LATE, done, run, texts
from click.testing import Result
from PIL import Image

from billing.pages.pdf import invoices_pdf
from billing.pages.qr import rows_of, svg_of
from reconciler.errors import ReconcileError, UsageError

ON = ("--on", "2026-07-20")
DRAFT = "ana/internet/internet/2026-08-01"
NASTY = "Ñandú <script>alert(\"1\")</script> & 'Cía' 日"
COMPANY = """\
company:
  name: Enlaces "El Güero" & Hnos.
  tax_id: XEXX010101000
  logo: art/logo.png
  payment_instructions: |
    CLABE 012 345
    OXXO <b>0000</b>
"""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clients whose July is issued: A-000001 paid in part, A-000002 void; August comes."""
    root = tmp_path_factory.mktemp("issued") / "repo"
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(picture, "png")
    write(root, "art/logo.png", picture.getvalue())
    files = texts("ana", "bea", fee=LATE)
    files["reconcile.yaml"] += COMPANY
    ana = files["inventory/clients/ana.yaml"].replace("name: ana", f"name: {NASTY!r}")
    files["inventory/clients/ana.yaml"] = ana.replace("\\'", "''")
    for file, text in files.items():
        write(root, file, text)
    for words in (
        ("issue", "--on", "2026-06-30"),
        ("pay", "ana", "100", "--method", "oxxo", "--reference", "9<3>", "--on", "2026-07-02"),
        ("void", "A-000002", "--on", "2026-07-03"),
    ):
        done(root, *words)
    return root


@pytest.fixture
def repo(issued: Path, tmp_path: Path) -> Path:
    return shutil.copytree(issued, tmp_path / "repo")


def write(root: Path, file: str, content: str | bytes) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def page(root: Path, *arguments: str) -> str:
    return done(root, "print", *arguments).stdout


def seen(html: str) -> str:
    """What a reader sees: texts, a space for each tag."""
    body = html.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_an_invoice_says_what_is_charged_paid_and_open(repo: Path) -> None:
    text = seen(page(repo, "A-000001", *ON))
    for part in (
        "Enlaces &#34;El Güero&#34; &amp; Hnos.", "XEXX010101000", "Factura A-000001 Vencida",
        "Emisión 25 jun 2026", "Periodo 1 jul 2026 al 31 jul 2026",
        "Fecha límite de pago 1 jul 2026", "p10, 1 jul 2026 al 31 jul 2026 1 350.00 350.00",
        "Subtotal sin impuestos $301.72", "IVA 16% (incluido en los precios) $48.28",
        "Total $350.00", "2 jul 2026, oxxo 9&lt;3&gt; -$100.00", "Por pagar $250.00",
        "Referencia A-000001", "CLABE 012 345", "Al 20 jul 2026",
    ):  # fmt: skip
        assert part in text
    assert "toda la cuenta" not in text


def test_the_other_language_keeps_the_money(repo: Path) -> None:
    text = seen(page(repo, "A-000001", *ON, "--lang", "en"))
    for part in (
        "Invoice A-000001 Overdue", "Issued Jun 25, 2026", "To pay MX$250.00",
        "IVA 16% (included in the prices) MX$48.28", "As of Jul 20, 2026",
    ):  # fmt: skip
        assert part in text


def test_nothing_of_a_name_becomes_markup(repo: Path) -> None:
    html = page(repo, "A-000001", *ON)
    assert "<script" not in html
    assert "<b>0000" not in html
    assert "Ñandú &lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;Cía&#39; 日" in html


def test_a_page_needs_nothing_from_outside(repo: Path) -> None:
    html = page(repo, "A-000001", DRAFT, "--on", "2026-07-26")
    assert html.count('src="data:image/png;base64,') == 2
    assert not re.findall(r"""(?:src|href)=["'](?!data:)|url\(|@import|<link|<script""", html)


def test_drafts_void_and_transferred_ones_are_marked(repo: Path) -> None:
    draft = page(repo, DRAFT, "--on", "2026-07-26")
    assert "Borrador Aún no emitida" in seen(draft)
    void = page(repo, "A-000002", *ON)
    assert "Anulada Sin validez desde el 3 jul 2026." in seen(void)
    assert "Por pagar" not in seen(void)
    assert "CLABE" not in void
    assert run(repo, "issue", "--on", "2026-07-26").exit_code == 0
    assert run(repo, "join", "ana", "--on", "2026-08-02").exit_code == 0
    old = seen(page(repo, "A-000001", "--on", "2026-08-02"))
    assert "Transferida Su saldo pasó a la factura A-000005." in old
    both = seen(page(repo, "A-000005", "--on", "2026-08-02"))
    assert "Saldo de la factura A-000001" in both
    assert "Por pagar $650.00" in both


def test_an_issued_one_that_is_not_late_has_no_mark(repo: Path) -> None:
    html = page(repo, "A-000001", "--on", "2026-07-01")
    assert 'class="mark"' not in html
    assert 'class="issued"' in html


def test_what_else_the_account_owes_is_told(repo: Path) -> None:
    text = seen(page(repo, "A-000001", "--on", "2026-07-26"))
    assert "Saldo de toda la cuenta: $650.00" in text


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_the_same_input_gives_the_same_bytes(repo: Path, tmp_path: Path, ending: str) -> None:
    files = [tmp_path / f"{name}.{ending}" for name in ("first", "second")]
    for file in files:
        page(repo, "A-000001", "A-000002", *ON, "--out", str(file))
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) > 3000


@pytest.mark.parametrize("reference", ["A-000001", DRAFT, "x" * 120])
def test_the_code_holds_the_reference(reference: str) -> None:
    rows = rows_of(reference)
    side = len(rows)
    image = Image.new("L", (side + 8, side + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if dark else 255)
    (read,) = zxingcpp.read_barcodes(image.resize((4 * image.width, 4 * image.height)))
    assert read.text == reference
    assert drawn(svg_of(reference, "code")) == [bytes(row) for row in rows]


def drawn(svg: str) -> list[bytes]:
    """The modules that the path of an SVG draws, without its quiet zone."""
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    field = [bytearray(side) for _ in range(side)]
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.findall(r' d="([^"]+)"', svg)[0]):
        values = [float(one) for one in re.findall(r"-?\.?\d+(?:\.\d+)?", numbers)]
        if command == "h":
            for across in range(int(x), int(x + values[0])):
                field[int(y)][across] = 1
            x += values[0]
        else:
            x, y = (x + values[0], y + values[1]) if command == "m" else (values[0], values[1])
    return [bytes(row[2:-2]) for row in field[2:-2]]


def test_the_code_on_paper_is_read_back(repo: Path, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    file = tmp_path / "one.pdf"
    page(repo, "A-000001", *ON, "--out", str(file))
    picture = subprocess.run(
        ["pdftoppm", "-r", "100", "-png", str(file)], capture_output=True, check=True
    ).stdout
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert read.text == "A-000001"


def test_the_texts_of_a_pdf(repo: Path, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = tmp_path / "all.pdf"
    result = run(repo, "print", "A-000001", "A-000002", *ON, "--out", str(file))
    assert "The PDF has ? for what its font has not: 日. HTML has all." in result.stderr
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True
    ).stdout
    assert text.count("\f") == 2
    for part in (
        "Ñandú <script>alert(\"1\")</script> & 'Cía' ?", "VENCIDA", "ANULADA", "$250.00",
        "Fecha límite de pago", "CLABE 012 345",
    ):  # fmt: skip
        assert part in text


def test_a_month_into_a_folder_and_into_one_file(repo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "julio"
    page(repo, "--month", "2026-07", "--on", "2026-07-31", "--format", "pdf", "--out", str(folder))
    names = sorted(one.name for one in folder.iterdir())
    assert names == [f"{name}_internet_internet_2026-08-01.pdf" for name in ("ana", "bea")]
    one = tmp_path / "zona.html"
    page(repo, "--zone", "norte", "--status", "issued", *ON, "--out", str(one))
    assert one.read_text(encoding="utf-8").count("<article") == 1


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 64, "Name invoices by id or number, or take --month"),
        (("A-000001", "--month", "2026-06"), 64, "not both"),
        (("A-00001",), 1, "There is no invoice A-00001 on that day. Did you mean A-000001?"),
        (("--month", "2020-01"), 1, "There is no such invoice."),
        (("--client", "anna"), 64, "Did you mean ana?"),
        (("A-000001", "--format", "pdf", "--out", "x.html"), 64, "does not fit the name x.html"),
    ],
)
def test_what_cannot_be_printed(
    repo: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    result = run(repo, "print", *words, *ON)
    assert message in text_of(result)
    assert getattr(result.exception, "exit_code", None) == code


def text_of(result: Result) -> str:
    """What `main` would print: the runner lets an error of ours through."""
    assert isinstance(result.exception, ReconcileError)
    return str(result.exception)


@pytest.mark.parametrize(
    ("logo", "content", "message"),
    [
        ("gone.png", None, "The logo gone.png cannot be read"),
        ("text.png", b"hello", "The logo text.png is neither PNG nor JPEG"),
        ("big.jpg", b"\xff\xd8\xff" + bytes(2_000_000), "The logo big.jpg has 2000003 bytes"),
    ],
)
def test_a_logo_that_cannot_be_used(
    repo: Path, logo: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        write(repo, logo, content)
    text = (repo / "reconcile.yaml").read_text(encoding="utf-8")
    write(repo, "reconcile.yaml", text.replace("art/logo.png", logo))
    told = text_of(run(repo, "print", "A-000001", *ON))
    assert f"reconcile.yaml:8: {message}" in told


def test_a_logo_never_leaves_the_repository(repo: Path) -> None:
    (repo / "art/logo.png").unlink()
    (repo / "art/logo.png").symlink_to("/etc/hostname")
    told = text_of(run(repo, "print", "A-000001", *ON))
    assert "leads out of the repository" in told


def test_own_templates_replace_parts(repo: Path) -> None:
    write(
        repo,
        "templates/invoice.html",
        '{% extends "reconcile/invoice.html" %}'
        "{% block parties %}{{ super() }}<p>Gracias, {{ doc.client.name }}.</p>{% endblock %}"
        '{% block foot %}{% include "pie.html" %}{% endblock %}',
    )
    write(repo, "templates/pie.html", "<p>Pie de {{ doc.name }}</p>")
    html = page(repo, "A-000001", *ON)
    assert "Gracias, Ñandú &lt;script&gt;" in html
    assert "Pie de A-000001" in html
    assert "Por pagar" in html
    assert "<figure>" not in html


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n{% if %}", "The template invoice.html:2 cannot be read"),
        ("a\n{{ doc.name }}", "The template invoice.html:2 cannot be used"),
        ("{{ ''.__class__.__mro__ }}", "The template invoice.html:1 cannot be used"),
        ("{{ documents[0].client._asdict.__globals__ }}", "cannot be used"),
        ("{{ documents[0].name.nothing.at.all }}", "cannot be used"),
        ('{% include "/etc/passwd" %}', "cannot be used"),
    ],
)
def test_templates_that_cannot_be_used(repo: Path, template: str, message: str) -> None:
    write(repo, "templates/invoice.html", template)
    result = run(repo, "print", "A-000001", *ON)
    assert message in text_of(result)
    assert result.exit_code == 1


def test_a_template_in_another_encoding(repo: Path) -> None:
    write(repo, "templates/invoice.html", "ñ".encode("latin-1"))
    assert "is not UTF-8" in text_of(run(repo, "print", "A-000001", *ON))


def test_without_the_extra_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(UsageError, match="install the extra `pdf`"):
        invoices_pdf([], "a4")
