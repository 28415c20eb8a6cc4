"""What a brief names is read from its own folder only."""

from pathlib import Path

import pytest

from evibrief.files import Unreadable, inside


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "brief"
    folder.mkdir()
    (tmp_path / "secret").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "within").write_text("x")
    (folder / "own").symlink_to(folder / "within")
    assert inside(folder, "own") == (folder / "within").resolve()
    with pytest.raises(Unreadable, match="leads out"):
        inside(folder, "link")
