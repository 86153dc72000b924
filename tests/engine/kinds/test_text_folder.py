"""A folder of texts is a table; what cannot be read is named and does not end the reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.data.schema import infer_schema
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inspection.inspect import inspect_file
from cupel.engine.kinds.sources import load


def write(folder: Path, name: str, data: bytes) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def cells(folder: Path, read: ReadSpec | None = None) -> list[tuple[str, str]]:
    table = load(folder, read).table
    rows = np.arange(table.n_rows)
    return list(zip(table["text"].raw(rows), table["label"].raw(rows), strict=True))  # type: ignore[arg-type]


def test_each_sub_folder_is_a_class_and_each_file_a_text(tmp_path: Path) -> None:
    write(tmp_path, "good/a.txt", b"  It was fine.\r\nReally.\n")
    write(tmp_path, "bad/b.TXT", "schlecht, größer".encode())
    write(tmp_path, "bad/deep/c.txt", b"\xff\xfe" + "awful".encode("utf-16-le"))
    write(tmp_path, "bad/notes.md", b"# not a text")
    write(tmp_path, ".hidden/d.txt", b"never")
    write(tmp_path, "readme.txt", b"at the top: no class")
    assert cells(tmp_path) == [
        ("schlecht, größer", "bad"),
        ("awful", "bad"),
        ("It was fine.\nReally.", "good"),
    ]
    loaded = load(tmp_path)
    assert loaded.suggested_target == "label"
    assert loaded.name == tmp_path.name
    assert loaded.messages == ()


def test_files_of_other_encodings_are_judged_together(tmp_path: Path) -> None:
    write(tmp_path, "甲/1.txt", "这家饭店的菜很好吃，服务也不错".encode("gb18030"))
    write(tmp_path, "甲/2.txt", "好".encode("gb18030"))
    write(tmp_path, "乙/3.txt", "不好吃，太贵了".encode())
    assert ("好", "甲") in cells(tmp_path)
    western = tmp_path / "western"
    write(western, "a/1.txt", "Das größte Übel, schön".encode("latin-1"))
    write(western, "b/2.txt", "très bien".encode("latin-1"))
    assert cells(western) == [("Das größte Übel, schön", "a"), ("très bien", "b")]
    assert cells(western, ReadSpec(encoding="cp1252"))[1] == ("très bien", "b")


def test_empty_and_unreadable_files_are_named_and_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a/1.txt", b"one")
    write(tmp_path, "b/2.txt", b"two")
    write(tmp_path, "b/empty.txt", b" \n")
    write(tmp_path, "b/program.txt", b"\x00\x01\x02\x00\x00\x07binary\x00" * 40)
    loaded = load(tmp_path)
    assert loaded.table.n_rows == 2
    said = " ".join(str(message) for message in loaded.messages)
    assert "empty.txt" in said
    assert "program.txt" in said


def test_a_folder_without_any_text_says_what_is_expected(tmp_path: Path) -> None:
    write(tmp_path, "a/1.txt", b"")
    with pytest.raises(DataError, match="each sub-folder is a class"):
        load(tmp_path)


def test_the_kind_of_data_is_text_where_nothing_else_can_be_used(tmp_path: Path) -> None:
    write(tmp_path, "a/1.txt", b"a first text of some words")
    write(tmp_path, "b/2.txt", b"a second text of some words")
    seen = inspect_file(tmp_path).to_json()
    assert seen["kind"] == "text"
    assert set(seen["families"]) == {"bag", "textcnn", "recurrent", "transformer"}
    assert seen["target"] == "label"


def test_one_number_makes_it_a_table_unless_the_kind_is_given(tmp_path: Path) -> None:
    lines = [f"{i % 2},{i * 0.37:.2f},note {i} says that it was the thing {i * 7}" for i in range(60)]
    file = tmp_path / "notes.csv"
    file.write_text("y,size,note\n" + "\n".join(lines) + "\n")
    table = load(file).table
    assert infer_schema(table, "y").kind == "table"
    schema = infer_schema(table, "y", kind="text")
    assert [c.name for c in schema.features] == ["note"]


def test_rows_without_text_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    lines = [f"{i % 2},{f'note {i} says that it was thing {i * 7}' if i % 5 else ''}" for i in range(50)]
    file.write_text("y,note\n" + "\n".join(lines) + "\n")
    said = inspect_file(file, target="y").to_json()["messages"]
    assert any(
        message["args"].get("n") == 10 and "without any text" in message["template"] for message in said
    )


DATA = Path(__file__).parents[4] / "shared" / "data" / "text"


@pytest.mark.parametrize(
    ("name", "target", "n_rows"),
    [("sms-spam/sms.tsv", "column_1", 5574), ("waimai-10k/waimai_10k.csv", "label", 11987)],
)
def test_real_texts_are_found_to_be_texts(name: str, target: str, n_rows: int) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not there")
    loaded = load(DATA / name)
    schema = infer_schema(loaded.table, target, None, loaded.read)
    assert loaded.table.n_rows == n_rows
    assert schema.kind == "text"
    assert [c.role for c in schema.columns if c.name != target] == ["text"]


def test_short_texts_are_texts_where_the_user_says_so(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("y,name\n" + "\n".join(f"{i % 2},name{i % 7}" for i in range(60)) + "\n")
    table = load(file).table
    assert infer_schema(table, "y")["name"].role == "categorical"
    assert infer_schema(table, "y", kind="text")["name"].role == "text"
    assert infer_schema(table, "y", {"name": "ignored"}, kind="text")["name"].role == "ignored"
