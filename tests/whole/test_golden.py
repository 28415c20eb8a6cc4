"""What the second brief derives, and the page that it becomes, as they were when somebody last read them.

When both move, the derivation moved; when only the page does, the page did. To take a new state after reading the
difference: `.venv/bin/python tests/whole/test_golden.py`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from evibrief.build import build
from evibrief.checks.load import load
from evibrief.rating.findings import derive

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
GOLDEN = Path(__file__).parents[1] / "golden"


def derived() -> str:
    """The derived values without the records that they are derived from."""
    findings = derive(load(BRIEF).brief)
    parts = {
        "counts": asdict(findings.counts),
        "links": {name: asdict(support) for name, support in findings.links.items()},
        "statements": {name: asdict(support) for name, support in findings.statements.items()},
        "claims_of_correction": findings.claims_of_correction,
        "claims_of_study": findings.claims_of_study,
        "verification": findings.verification,
        "integrity": findings.integrity,
        "ratings": {kind: rated(getattr(findings.ratings, kind)) for kind in ("statements", "links", "chains")},
        "overrides": findings.overrides,
    }
    return json.dumps(parts, indent=1, sort_keys=True) + "\n"


def rated(ratings: Mapping[str, object]) -> dict[str, object]:
    """Ratings by id, as plain values."""
    return {name: asdict(rating) for name, rating in ratings.items()}  # type: ignore[call-overload]


def page(folder: Path) -> str:
    """The page without its styles, which a designer may change at any time, and with figures told, not drawn."""
    html = build(BRIEF, folder, ["html"])[0].path.read_text()
    told = re.sub(r"(<svg[^>]*>).*?</svg>", r"\1</svg>", html[html.index("<body") :], flags=re.DOTALL)
    return re.sub(r"(?s)<script\b.*?</script>", "", re.sub(r"data:[^\"]+", "data:", told))


def test_what_is_derived_has_not_moved() -> None:
    assert derived() == (GOLDEN / "blue-glass.json").read_text()


def test_the_page_has_not_moved(tmp_path: Path) -> None:
    assert page(tmp_path) == (GOLDEN / "blue-glass.html").read_text()


if __name__ == "__main__":
    import tempfile

    (GOLDEN / "blue-glass.json").write_text(derived())
    with tempfile.TemporaryDirectory() as name:
        (GOLDEN / "blue-glass.html").write_text(page(Path(name)))
