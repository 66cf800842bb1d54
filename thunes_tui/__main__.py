"""`python -m thunes_tui` is the same as the `thunes-tui` command."""

__version__ = "0.1.0"

if __name__ == "__main__":
    from thunes_tui.cli import main

    raise SystemExit(main())
