"""Where the files that are shipped beside the package lie."""

from pathlib import Path


def static_dir() -> Path:
    """The `static/` folder, sibling of the package: style sheet, icons, fonts of screens and papers."""
    return Path(__file__).resolve().parents[2] / "static"
