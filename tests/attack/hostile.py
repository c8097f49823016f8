"""Values and cells that were ever trouble for anybody."""

# ruff: noqa: RUF001  (letters that look like others are what is wanted)

__all__ = ["CELLS", "NUMBERS", "TEXTS", "any_text"]

NUMBERS = (
    "١٢٣",
    "１２３",
    "1e999",
    "-1e999",
    "1e-999",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "9" * 30,
    "9" * 400,
    "10000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "0x1F",
    "1_000",
    "1,2,3",
    "1.2.3",
    "--5",
    "5-",
    "(5)",
    "+",
    "-",
    ".",
    "٫",
    "1٫5",
    "−5",
    "1 000",
    "1'000'000.50",
    "1e5",
    "1E+400",
    "½",
    "Ⅷ",
    "5%",
    "$",
    "€5",
    "5 EUR XYZ",
    "0" * 500 + "1",
    "00000",
    "-0",
    "0.00000000000000000000000000000000001",
    "True",
    "1" + "0" * 38,
    "-" + "9" * 39,
    "1/3",
    "²",
)
DATES = (
    "0000-00-00", "9999-12-31", "10000-01-01", "-4713-01-01", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "32/13/2024",
    "2024-01-01T25:61:61", "2024-01-01T00:00:00+99:99", "2024-01-01 24:00:00", "2024-03-31 02:30:00 Europe/Berlin", "1e10", "45000",
    "1704067200", "1704067200000000000", "99999999999999999999", "٢٠٢٤-٠١-٠١", "01/02/03", "12:00", "yesterday", "2024-W01-1", "2024-366",
    "2024-01-01T00:00:00.123456789123Z", "1969-12-31", "0001-01-01", "290000000-01-01", "March 32, 2024", "24-1-1", "2024--01", "infinity", "epoch",
)  # fmt: skip
TEXTS = (
    "", " ", "\t", "\0", "a\0b", "\x1b[31mred\x1b[0m", "\x07\x08", "\u202eabc", "\u200b", "\ufeff", "\ufffd", "\ud7ff", "e\u0301" * 40, "👩‍👩‍👧‍👦", "🦜" * 50,
    "مرحبا", "שלום", "Z̴̢̛a̷l̶g̸o", "ß", "İ", "ﬁ", "\u2028", "\u2029", "\x85", "\xa0", "\x1c\x1d\x1e\x1f", '"', '""', '"unclosed', "'", "''", "`", "\\", "\\N",
    "NULL", "null", "None", "undefined", "N/A", "#REF!", "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "<script>alert(1)</script>", "{{ 7*7 }}",
    "{% raw %}", "${jndi:ldap://x}", "$(id)", "'; DROP TABLE star.fact_order; --", "' OR 1=1 --", "); ATTACH 'x' AS y; --", "%s%n%d", "%", "..", "../../etc/passwd",
    "a,b", "a;b", "a\tb", "a\nb", "a\r\nb", "a\rb", "|", ">", "a > b > c", "x" * 300, "x" * 40_000, "[" * 300, "{" * 300, "(" * 300, "a@b@c", "@", "a@" + "b" * 300,
    "[bold]rich[/bold]", "[/]", "\\x00", "&amp;", "%00", "CON", "total", "Total:", "Grand total", "http://[::1", "https://x/?utm_campaign=%ff", "mailto:a@b.c",
)  # fmt: skip
CELLS = NUMBERS + DATES + TEXTS


def any_text(chance):
    """Return a text of characters from anywhere."""
    planes = (
        (0, 0x7F),
        (0, 0x2FF),
        (0x600, 0x6FF),
        (0x2000, 0x2FFF),
        (0xE000, 0xFFFD),
        (0x1F300, 0x1FAFF),
        (0x10000, 0x10FFFF),
    )
    low, high = chance.choice(planes)
    return "".join(chr(chance.randint(low, high)) for _ in range(chance.choice((1, 2, 5, 20, 200))))
