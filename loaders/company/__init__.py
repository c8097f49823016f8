"""The synthetic company, and the truth about it."""

from martlet.loaders.company.company import Company
from martlet.loaders.company.preset import Preset, load_preset

__all__ = ["Company", "Preset", "load_preset"]
