"""Reading: a file of rows, whatever wrote it, becomes batches of text cells, and no row is lost on the way.

`files` finds the files that were meant, `source` opens one. What a file is, is told from its bytes, never from its name.
A delimited file goes through these rooms: `_bytes` (compression, one look at all bytes), `_encoding` (bytes to UTF-8),
`_sniffing` (separator, width, header), `_records` (where rows begin and end), `_fields` (a row to cells), `_delimited`
(which leads through them). `_parquet`, `_json` and `_excel` read the other formats. `_nested` makes columns of nested
values, and `_data_rows` leaves out what is no data and numbers the rest.
"""

from martlet.loaders.ingest.reading.files import find_files
from martlet.loaders.ingest.reading.source import Batch, FillDown, Param, Reading, Source, open_source

__all__ = ["Batch", "FillDown", "Param", "Reading", "Source", "find_files", "open_source"]
