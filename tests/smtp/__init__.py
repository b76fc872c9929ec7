"""Tests of SMTP below the whole emulator."""
