"""The commands that make or change data: each reads arguments, calls the library and sums up."""
