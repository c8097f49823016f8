"""A user's own packs: begun, tested, and installed in a warehouse file."""
