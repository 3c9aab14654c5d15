"""A script that imports selectors."""
import selectors  # noqa: F401
