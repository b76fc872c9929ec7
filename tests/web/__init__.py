"""The inbox in a real browser, against a real server."""
