"""Cleaning: text cells of a source become typed fields of entities, every change declared and counted.

A cell goes through these rooms, in this order: `cells` (spaces, words for nothing, the profile's words), `inputs` (a
column, or several joined), one reader by type (`numbers`, `dates`, `texts`, `spellings`; `readers` says which), `bounds`
(what can't be true), `feeding` (fields of an entity). `changes` names every rule, and counts. `cleaner` leads through them.
"""

from martlet.loaders.ingest.cleaning.changes import RULES, Change, merged
from martlet.loaders.ingest.cleaning.cleaner import Cleaned, Cleaner

__all__ = ["RULES", "Change", "Cleaned", "Cleaner", "merged"]
