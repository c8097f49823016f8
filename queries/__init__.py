"""The packs, one SQL file per query, and the small engine that asks them of a warehouse file, which it never writes."""
