import os
from pathlib import Path

import pytest

from vmd_sudoku import writing
from vmd_sudoku.errors import OutputError


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "x.txt"
    writing.write(file, "old")

    def stopped(path, other):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            writing.write(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    writing.write(file, b"new")
    assert file.read_text() == "new"


def test_of_a_link_its_target_is_replaced(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    writing.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_what_is_no_file_is_written_as_it_is():
    nothing = Path(os.devnull)
    writing.require_file(nothing)
    writing.write(nothing, "new")
    assert not nothing.is_file()


def test_paths_that_cannot_be_written_get_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "x", "no folder"),
        (tmp_path / "file" / "x", "no folder"),
    ):
        with pytest.raises(OutputError, match=said):
            writing.require_file(path)
    with pytest.raises(OutputError, match="cannot write"):
        writing.write(tmp_path / "no" / "x", "")
    with pytest.raises(OutputError, match="is a file"):
        writing.require_folder(tmp_path / "file" / "run")
    writing.require_folder(tmp_path / "new" / "run")
    assert not (tmp_path / "new").exists()
