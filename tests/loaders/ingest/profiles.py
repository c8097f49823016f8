"""Profiles written by tests."""

from textwrap import dedent

from martlet.loaders.ingest.profile_files import load_profile


def profile_of(folder, columns_and_feeds):
    """Write a profile's columns and mappings to a file, under a name and a title, and load it."""
    return written(folder, f'name = "mine"\ntitle = "A test"\n{dedent(columns_and_feeds)}')


def written(folder, text):
    """Write a profile to a file and load it."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)
