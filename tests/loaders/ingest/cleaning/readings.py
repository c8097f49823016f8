"""One column through one reader, in both passes."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Column:
    values: list
    problems: list
    notes: list
    changed: dict
    reader: object


def through(reader, texts, *, size=None):
    """Survey, decide and read texts in batches; rules that changed cells come with the places of these."""
    size = size or max(1, len(texts))
    batches = [pl.Series("text", texts[i : i + size], dtype=pl.String) for i in range(0, len(texts), size)]
    for batch in batches:
        reader.survey(batch)
    notes = reader.decide()
    values, problems, changed = [], [], {}
    for number, batch in enumerate(batches):
        read = reader.read(batch)
        values += read.values.to_list()
        problems += [None] * len(batch) if read.problems is None else read.problems.to_list()
        for rule, mask in read.changed:
            places = (mask.fill_null(value=False).arg_true() + number * size).to_list()
            if places:
                changed[rule] = changed.get(rule, []) + places
    return Column(values, problems, notes, changed, reader)
