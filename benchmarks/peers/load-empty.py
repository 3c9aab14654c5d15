"""A script that needs nothing."""
