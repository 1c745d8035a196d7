"""Files on this disk or on any fsspec URL, written whole or not at all."""

import os
import re
import tempfile
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

PASSWORD = re.compile("://[^@]*:[^@]*@")  # not by the rules of URLs: keys of S3 may hold a slash


def locate(path: str | os.PathLike) -> tuple[fsspec.AbstractFileSystem, str]:
    """The filesystem and the path within it: a folder of this disk, or a URL such as `s3://bucket/warehouse`.

    A password in a URL would end up in pages, messages and manifests: credentials come from the environment.
    """
    place = os.fspath(path)
    if PASSWORD.search(place):
        raise ValueError("a URL with a password would be written into the reports; put it into the environment")
    try:
        return fsspec.url_to_fs(place)
    except ImportError as error:
        raise ValueError(f"{place}: {error}") from None


def write(fs: fsspec.AbstractFileSystem, path: str, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part; folders are made as needed."""
    if not isinstance(fs, LocalFileSystem):
        fs.makedirs(fs._parent(path), exist_ok=True)
        fs.pipe_file(path, data)
        return
    try:
        _replace(Path(path), data)
    except OSError as error:
        error.filename = path  # of a full disk none is named, of a read-only one the file in between
        raise


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
