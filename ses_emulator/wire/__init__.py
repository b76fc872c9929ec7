"""Bytes to dicts and back, interpreted from botocore's service models. Knows no e-mail."""
