"""A local Amazon SES for development and testing."""

__version__ = "0.1.0"
