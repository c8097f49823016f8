"""The warehouses that are attacked: a small synthetic company, and a shop whose orders were loaded. Made once, then copied."""

import martlet

__all__ = ["COMPANY", "SHOP", "make"]

COMPANY, SHOP = "company.duckdb", "shop.duckdb"


def make(folder, *names):
    """Make warehouses in a folder, those that are not there yet."""
    for name in names:
        path = folder / name
        if path.exists():
            continue
        if name == COMPANY:
            martlet.build(path, customers=60, days=120, seed=7, threads=1)
        else:
            martlet.ingest("orders", orders(folder / "orders.csv", "A", 200), warehouse=path)


def orders(path, prefix, rows):
    """Write a file of plain orders, and return its path."""
    lines = [
        f"{prefix}{n},C{n % 40},2024-01-{1 + n % 28:02},{n}.50,c{n % 40}@example.com" for n in range(rows)
    ]
    path.write_text("order_id,customer_id,date,amount,email\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path
