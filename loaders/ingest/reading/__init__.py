"""Reading: a file of rows, whatever wrote it, becomes batches of text cells, and no row is lost on the way.

`files` finds the files that were meant, `source` opens one. What a file is, is told from its bytes, never from its name.
A delimited file goes through these rooms: `_bytes` (compression, one look at all bytes), `_encoding` and `_legacy` (bytes
to UTF-8), `_sniffing` and `_header` (separator, width, names), `_records` and `_bad_bytes` (where rows begin and end, and
which are spoilt), `_chunk_cells` and `_fields` (rows to cells); `_delimited` leads through them. `_parquet` with `_arrow`, `_json`
with `_json_text`, and `_excel` with `_workbook_size` read the other formats. `_nested` makes columns of nested values, `_values` makes
text of typed ones, and `_data_rows` leaves out what is no data (`_totals`, `_notes_below`) and numbers the rest. `limits` says how
large each part of a file may be (`_oversize` finds what is larger in text), and `failures` is the last net. `options` holds what a profile may say, and the batch that all of them give.
"""

from martlet.loaders.ingest.reading.files import find_files
from martlet.loaders.ingest.reading.source import Batch, FillDown, Param, Reading, Source, open_source

__all__ = ["Batch", "FillDown", "Param", "Reading", "Source", "find_files", "open_source"]
