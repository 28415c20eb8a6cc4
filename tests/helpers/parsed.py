"""The modules of the package, parsed when a test first asks for them: not by each worker that only collects tests."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "evibrief"


@cache
def trees() -> Mapping[Path, ast.Module]:
    """What each file of the package says, by its path."""
    return {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}
