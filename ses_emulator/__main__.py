"""``python -m ses_emulator`` is the ``ses-emulator`` command."""

from ses_emulator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
