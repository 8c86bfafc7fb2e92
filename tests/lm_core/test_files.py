"""A file holds its old content or the new one, whatever goes wrong and whoever else writes it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lm_core.files import write_atomically


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full_disk(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.glob("file*")) == [path]


def test_threads_that_write_the_same_file_leave_one_of_their_contents_whole(tmp_path):
    path = tmp_path / "new folder" / "file"
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: write_atomically(path, data), contents))
    assert path.read_bytes() in contents
    assert list(path.parent.iterdir()) == [path]
