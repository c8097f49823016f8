"""The warehouse as SQL: one relation per file, and what reads those files."""
