"""Profiles written by tests."""

from textwrap import dedent

from martlet.loaders.ingest.profile import load_profile


def profile_of(folder, text, *, name="mine"):
    """Write a profile's columns and feeds to a file, with a name and a title unless the text has them, and load it."""
    text = dedent(text)
    if "name =" not in text.split("[", 1)[0]:
        text = f'name = "{name}"\ntitle = "A test"\n{text}'
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)
