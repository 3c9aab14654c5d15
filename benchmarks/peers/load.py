"""A script that needs selectors."""
import selectors  # noqa: F401
