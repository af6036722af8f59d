from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.domain.errors import OperatorMustFix
from retrieval.store.chroma import ChromaStore, open_folder, open_server
from retrieval.store.vectors import Vectors
from tests.store.chroma_server import ChromaServer

Open = Callable[[str], ChromaStore]
EAST, NORTH, NORTH_EAST = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]


@pytest.fixture
def chunks(open_chunks: Open, request: pytest.FixtureRequest) -> ChromaStore:
    store = open_chunks(f"t-{abs(hash(request.node.name))}")
    store.upsert(["a:0", "a:1", "b:0"], [EAST, NORTH, NORTH_EAST], ["a.md", "a.md", "b.md"])
    return store


def test_the_nearest_come_first_with_their_cosine(chunks: ChromaStore) -> None:
    found = chunks.query(NORTH, documents=None, k=3)

    assert [one for one, _ in found] == ["a:1", "b:0", "a:0"]
    assert [score for _, score in found] == pytest.approx([1.0, 0.8, 0.0], abs=1e-5)


def test_a_query_can_be_limited_to_documents(chunks: ChromaStore) -> None:
    assert [one for one, _ in chunks.query(NORTH, documents=["b.md"], k=3)] == ["b:0"]
    assert len(chunks.query(NORTH, documents=["a.md", "b.md"], k=3)) == 3
    assert chunks.query(NORTH, documents=[], k=3) == []


def test_an_existing_id_is_replaced(chunks: ChromaStore) -> None:
    chunks.upsert(["a:0"], [NORTH], ["a.md"])

    assert chunks.count() == 3
    assert dict(chunks.query(NORTH, documents=None, k=3))["a:0"] == pytest.approx(1.0, abs=1e-5)


def test_deleted_vectors_are_gone_and_unknown_ids_are_fine(chunks: ChromaStore) -> None:
    chunks.delete(["a:1", "never:0"])

    assert chunks.count() == 2
    assert "a:1" not in dict(chunks.query(NORTH, documents=None, k=3))


def test_an_empty_collection_finds_nothing(open_chunks: Open) -> None:
    empty = open_chunks("nothing-2")

    assert empty.count() == 0
    assert empty.query(EAST, documents=None, k=3) == []


def test_more_vectors_than_one_call_takes_are_written(open_chunks: Open) -> None:
    store = open_chunks("many-2")
    ids = [f"c:{number}" for number in range(6_000)]

    store.upsert(ids, [EAST] * len(ids), ["c.md"] * len(ids))

    assert store.count() == len(ids)


def test_vectors_of_another_dimension_are_refused(chunks: ChromaStore) -> None:
    with pytest.raises(OperatorMustFix, match="vector_store_unavailable"):
        chunks.upsert(["a:0"], [[1.0, 0.0, 0.0]], ["a.md"])


def test_vectors_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "chroma", "kept-2")
    first.upsert(["a:0"], [EAST], ["a.md"])
    first.close()

    second = open_folder(tmp_path / "chroma", "kept-2")

    assert [one for one, _ in second.query(EAST, documents=None, k=1)] == ["a:0"]
    second.close()


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    owner = open_folder(tmp_path / "chroma", "owned-2")
    second = Vectors(lambda: open_folder(tmp_path / "chroma", "owned-2"))

    with pytest.raises(OperatorMustFix) as caught:
        second()
    assert caught.value.code == "vector_folder_owned"
    assert second.unavailable is caught.value

    owner.close()
    second().close()  # type: ignore[attr-defined]
    assert second.unavailable is None


def test_another_process_is_kept_out_until_the_owner_is_gone(tmp_path: Path) -> None:
    hold = "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); print('mine', flush=True)"
    command = [sys.executable, "-c", f"{hold}; sys.stdin.read()", str(tmp_path / "chroma.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(OperatorMustFix, match="vector_folder_owned"):
            open_folder(tmp_path / "chroma", "owned-2")
        other.kill()

    open_folder(tmp_path / "chroma", "owned-2").close()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "chroma").write_text("not a folder")

    with pytest.raises(OperatorMustFix, match="vector_folder_not_writable"):
        open_folder(tmp_path / "chroma", "owned-2")


def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(OperatorMustFix) as caught:
        open_server("http://127.0.0.1:9", "down-2")

    assert (caught.value.code, caught.value.params["place"]) == ("vector_store_unavailable", "http://127.0.0.1:9")


def test_a_server_that_comes_back_serves_the_same_vectors(chroma_server: ChromaServer) -> None:
    store = open_server(chroma_server.url, "restart-2")
    store.upsert(["a:0"], [EAST], ["a.md"])

    chroma_server.stop()
    with pytest.raises(OperatorMustFix, match="vector_store_unavailable"):
        store.query(EAST, documents=None, k=1)
    chroma_server.start()
    found = store.query(EAST, documents=None, k=1)
    store.close()

    assert [one for one, _ in found] == ["a:0"]
