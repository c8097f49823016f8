"""Cleaning: text cells of a source become typed fields of entities, every change declared and counted.

A file is read twice. The first pass **surveys** it: readers collect evidence from each batch, such as how many dates make
sense as day, month, year. Then each reader **decides** for its whole column, and notes what a person should know. The
second pass **reads** the batches by that decision. Readers that decide nothing do not survey.

A cell passes these modules in this order: `cells` (spaces, words for nothing, the profile's words), `inputs` (a column, or
several joined), one reader by type (`numbers`, `dates`, `texts`, `spellings`, `paths`; `field_parsers` chooses), `bounds`
(what can't be true), `mapping` (fields of an entity), `row_checks` (which rows can feed it). `changes` names every rule and
counts. `cleaner` calls them all.
"""

from martlet.loaders.ingest.cleaning.changes import RULES, Change, merged
from martlet.loaders.ingest.cleaning.cleaner import Cleaned, Cleaner

__all__ = ["RULES", "Change", "Cleaned", "Cleaner", "merged"]
