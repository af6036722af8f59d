"""Files to bytes: what is found, what is refused and under which code."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.domain.errors import UserCanFix
from retrieval.ingest import reader
from tests.privileges import run_unprivileged

DISCOVER = """
import sys
from pathlib import Path
from retrieval.ingest.reader import discover
found = discover([Path(sys.argv[1])])
print(*(name for _, name in found.files), *(failure.code for failure in found.failures))
"""


def code_of(path: Path) -> str:
    with pytest.raises(UserCanFix) as caught:
        reader.read(path, path.name)
    assert caught.value.params["path"] == str(path)
    return caught.value.code


def test_file_is_read_with_its_name_and_hash(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"hola\r\n")

    source = reader.read(tmp_path / "a.md", "sub/a.md")

    assert (source.path, source.content, len(source.sha256)) == ("sub/a.md", b"hola\r\n", 64)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\t\r\n", "file_empty"),
        (b"\xef\xbb\xbf\n", "file_empty"),
        (b"%PDF-1.7 text", "file_binary"),
        (b"\x89PNG\r\n\x1a\n....", "file_binary"),
        (bytes(range(256)) * 8, "file_binary"),
        (b"text" + bytes(400) + b"text", "file_binary"),
    ],
    ids=["nothing", "white space", "mark only", "pdf", "png", "every byte", "zeros"],
)
def test_content_that_is_no_text_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.md").write_bytes(content)

    assert code_of(tmp_path / "a.md") == code


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "mac_roman"])
def test_text_in_another_encoding_is_not_binary(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.md").write_bytes("Inversión: $25K\nAño uno\n".encode(encoding))

    assert reader.read(tmp_path / "a.md", "a.md").content


def test_missing_file_folder_and_impossible_name_are_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.md") == "file_not_found"
    assert code_of(tmp_path) == "file_is_folder"
    assert code_of(tmp_path / ("x" * 5000)) == "file_unreadable"
    assert code_of(Path("nul\0name")) == "file_unreadable"


def test_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as handle:
        handle.truncate(reader.MAX_TEXT + 1)

    assert code_of(tmp_path / "a.md") == "file_too_large"


def test_folder_without_permission_is_a_failure_and_the_rest_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)

    done = run_unprivileged(DISCOVER, str(tmp_path))

    closed.chmod(0o700)
    assert done.stdout.split() == ["a.md", "folder_unreadable"], done.stderr


def test_folders_are_searched_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.md", "a/c.txt", "a/B.MARKDOWN", ".git/x.md", ".hidden.md", "image.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    assert [name for _, name in reader.discover([tmp_path]).files] == ["a/B.MARKDOWN", "a/c.txt", "b.md"]


def test_named_file_is_taken_whatever_its_suffix_and_missing_path_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "notes.log").write_text("x")

    found = reader.discover([tmp_path / "notes.log", tmp_path / "none"])

    assert [name for _, name in found.files] == ["notes.log"]
    assert [failure.code for failure in found.failures] == ["file_not_found"]


def test_same_name_in_two_folders_and_one_file_given_twice_are_told_apart(tmp_path: Path) -> None:
    for folder in ("uno", "dos"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plan.md").write_text(folder)

    found = reader.discover([tmp_path / "uno", tmp_path / "dos", tmp_path / "uno" / "plan.md"])

    assert [name for _, name in found.files] == ["dos/plan.md", "plan.md"]
