"""A script that imports nothing."""
