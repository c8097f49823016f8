"""What the command line shows: tables, formats, progress and help, drawn with rich, written by DuckDB."""
