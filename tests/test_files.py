"""Files are written whole or not at all."""

import os

import pytest

from opsbook import files


def write(path, data):
    files.write(*files.locate(path), data)


def test_a_file_replaces_another_in_a_folder_made_as_needed(tmp_path):
    path = tmp_path / "new/folder/page.html"
    for content in (b"old", b"new"):
        write(path, content)
        assert path.read_bytes() == content
    assert os.listdir(path.parent) == ["page.html"] and path.stat().st_mode & 0o777 == 0o644


def test_a_full_disk_names_the_file_and_leaves_the_old_one(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    path = tmp_path / "page.html"
    write(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: \S+/page.html'$"):
        write(path, b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["page.html"]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "reports").write_text("not a folder")
    with pytest.raises(OSError, match=r"reports/page.html'$"):
        write(tmp_path / "reports/page.html", b"new")


def test_a_url_is_written_as_well():
    write("memory://here/page.html", b"new")
    fs, path = files.locate("memory://here/page.html")
    assert fs.cat_file(path) == b"new"


@pytest.mark.parametrize(
    "url",
    ["s3://key:secret@bucket/reports", "s3://key:sec/ret@bucket", "simplecache::s3://key:secret@bucket", "s3://:x@b"],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match="a URL with a password") as error:
        files.locate(url)
    assert "sec" not in str(error.value)


@pytest.mark.parametrize("url", ["memory://user@host/reports", "memory://bucket/12:30/page"])
def test_a_user_or_a_colon_is_no_password(url):
    assert files.locate(url)[0].protocol == "memory"


def test_a_url_that_needs_another_package_says_which(monkeypatch):
    def lacking(url):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(files.fsspec, "url_to_fs", lacking)
    with pytest.raises(ValueError, match="^s3://bucket/reports: Install s3fs to access S3$"):
        files.locate("s3://bucket/reports")
