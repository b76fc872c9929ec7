"""Receiving: what SES does with mail for the domains of an account."""
