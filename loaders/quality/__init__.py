"""Whether the data can be trusted: checks on each load and on demand, and drift between loads."""
