"""What a brief names is read from its own folder only, and a new folder replaces nothing."""

from pathlib import Path

import pytest

from evibrief.files import Unreadable, inside, write_folder
from evibrief.problems import Problems


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


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_a_new_folder_takes_the_place_of_nothing(there: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    if there == "link":
        folder.symlink_to("nowhere")
    else:
        (folder.mkdir if there == "folder" else folder.touch)()
    before = folder.lstat()
    with pytest.raises(Problems) as wrong:
        write_folder({"a.yaml": b"a"}, folder)
    assert [one.message for one in wrong.value.problems] == ["this already exists"]
    assert (folder.lstat().st_ino, [one.name for one in tmp_path.iterdir()]) == (before.st_ino, ["new"])
