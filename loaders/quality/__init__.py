"""Data quality: checks after each load and on demand, and drift between loads."""
