"""SMTP: the doors of SES that speak it."""
