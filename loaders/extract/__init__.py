"""Raw extracts of the synthetic company, as its source systems would export them, with every defect recorded.

The files are for practising what comes before analysis, and for scoring it. The warehouse is only read: what an extract
spoils is recorded beside its files, in `_truth/defects.parquet`, and not in `truth.defect`, which is for values spoilt
inside a warehouse. To hand out an exercise, hand out the folder without `_truth`.

`defects.parquet` has a row for each defect:

- `defect_id`: its number.
- `file`, `row`: the file, and the row of data in it, counted from 1 after the header. NULL row: the whole file.
- `column`: the spoilt column. NULL when it is the whole row, or the whole file.
- `kind`: a kind of `messy.toml`; `ambiguous_date` for a date in another format that can be read in two ways; `lost_letter`
  for letters that the file's encoding has not; `encoding` for the file's encoding.
- `original_value`, `spoilt_value`: what is right, and what stands there, as text; NULL for nothing. For a near duplicate
  the right identifier and the new one; for a ragged row the whole line.
- `clean_row`: the row of the clean file (of `messy="none"`) that this is, or that it copies.

A duplicate repeats the row with its defects, which are recorded once, at the first. Rows are otherwise in the order of
the clean file; those of a late file belong to their `clean_row`.

`_tables`, `_shop` and `_marketing` say what is exported, `messy.toml` and `_rates` how much is spoilt, `_cells` and
`_batch` how; `_export`, `_files` and `_folder` write it; `extracting` leads through them. `restoring` undoes the defects,
`scoring` judges a cleaning.
"""

from __future__ import annotations

from martlet.loaders.extract.extracting import extract
from martlet.loaders.extract.report import ExtractReport
from martlet.loaders.extract.restoring import restored
from martlet.loaders.extract.scoring import Score, score

__all__ = ["ExtractReport", "Score", "extract", "restored", "score"]
