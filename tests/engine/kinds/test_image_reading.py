"""Images from folders, archives, tables of paths, IDX and NPZ files; damaged ones, and what cannot be used at all."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.data.columns import ArrayColumn
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table, TableFiles
from cupel.engine.data.target import encode_target
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.inspections import Inspection
from cupel.engine.domain.spec import ReadSpec, SplitSpec
from cupel.engine.domain.stored import encoded, from_builtins
from cupel.engine.inspection.inspect import inspect_file
from cupel.engine.kinds.image import common as image_table
from cupel.engine.kinds.image.decoding import ImageFiles
from cupel.engine.kinds.sources import Loaded, load
from cupel.engine.splits.splitting import draw_splits
from PIL import Image


def picture(value: int = 100, size: tuple[int, int] = (6, 5), mode: str = "L") -> Image.Image:
    return Image.new(mode, size, value if mode == "L" else (value, 0, 255 - value))


def class_folders(root: Path, n: int = 3, mode: str = "L", form: str = "png") -> Path:
    for label, value in (("cat", 40), ("dog", 200)):
        (root / label).mkdir(parents=True, exist_ok=True)
        for i in range(n):
            picture(value + i, mode=mode).save(root / label / f"{label}{i}.{form}")
    return root


def pixels_of(found: Loaded) -> np.ndarray:
    (images,) = found.table.arrays
    return images.values


def labels_of(found: Loaded) -> list[object]:
    return list(found.table["label"].raw(np.arange(found.table.n_rows)))


def write_idx(path: Path, array: np.ndarray, *, is_zipped: bool = False) -> None:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    data = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if is_zipped else data)


# -- folders and archives -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["png", "bmp", "jpg", "webp", "tif", "tiff"])
def test_a_folder_for_each_class(tmp_path: Path, form: str) -> None:
    found = load(class_folders(tmp_path / "animals", form=form))
    assert found.table.names == ("image", "label")
    assert labels_of(found) == ["cat"] * 3 + ["dog"] * 3
    # WebP has colours always.
    assert pixels_of(found).shape == (6, 5, 6, 3 if form == "webp" else 1)
    assert abs(int(pixels_of(found)[0].mean()) - 40) <= 1
    assert found.suggested_target == "label"
    schema = infer_schema(found.table, "label")
    assert schema.kind == "image"
    assert schema["image"].role == "image"
    assert TableSchema.from_json(schema.to_json()) == schema


def test_an_archive_is_the_same_as_its_folder_and_nothing_is_extracted(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals", mode="RGB")
    archive = tmp_path / "animals.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for image in sorted(root.rglob("*.png")):
            file.write(image, f"animals/{image.relative_to(root).as_posix()}")
        file.writestr("../../outside/evil.png", b"x")
        file.writestr("__MACOSX/animals/cat/cat0.png", b"x")
        file.writestr("notes.txt", b"x")
    before = sorted(tmp_path.rglob("*"))
    found = load(archive)
    assert sorted(tmp_path.rglob("*")) == before
    assert found.table.n_rows == 6
    np.testing.assert_array_equal(pixels_of(found), pixels_of(load(root)))


def test_parts_called_train_and_test_become_a_split_that_can_be_the_holdout(tmp_path: Path) -> None:
    class_folders(tmp_path / "set" / "train", n=8)
    class_folders(tmp_path / "set" / "test", n=2)
    found = load(tmp_path / "set")
    assert found.table.names == ("image", "label", "split")
    schema = infer_schema(found.table, "label")
    target = encode_target(found.table, schema)
    splits = draw_splits(SplitSpec(n_folds=2, holdout_part="test"), target, found.table, schema, 0)
    held = found.table.take(splits.holdout)["split"]
    assert set(held.raw(np.arange(len(held)))) == {"test"}
    assert len(splits.holdout) == 4
    with pytest.raises(DataError, match="'exam'"):
        draw_splits(SplitSpec(holdout_part="exam"), target, found.table, schema, 0)


def test_damaged_files_are_named_and_left_out(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals")
    (root / "cat" / "broken.png").write_bytes((root / "cat" / "cat0.png").read_bytes()[:40])
    (root / "dog" / "text.jpg").write_text("no image")
    (root / "dog" / "empty.bmp").write_bytes(b"")
    (root / "loose.png").write_bytes((root / "cat" / "cat0.png").read_bytes())
    found = load(root)
    assert found.table.n_rows == len(pixels_of(found)) == 6
    said = " ".join(map(str, found.messages))
    assert "3 of 9" in said
    assert "cat/broken.png" in said
    assert "dog/text.jpg: it is no PNG, JPEG, WebP, TIFF or BMP image" in said
    assert "no class folder: 1 (loose.png)" in said


def test_mixed_sizes_get_the_median_and_at_most_64(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals")
    picture(size=(300, 200)).save(root / "cat" / "large.png")
    assert pixels_of(load(root)).shape[1:3] == (5, 6)
    assert "resized to 6 × 5" in " ".join(map(str, load(root).messages))
    assert pixels_of(load(root, ReadSpec(image_size=16))).shape == (7, 16, 16, 1)
    for file in list(root.rglob("*.png")):
        picture(size=(300, 150)).save(file)
    assert pixels_of(load(root)).shape[1:3] == (32, 64)


def test_one_coloured_image_makes_all_coloured(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals")
    picture(mode="RGB").save(root / "cat" / "colour.png")
    pixels = pixels_of(load(root))
    assert pixels.shape == (7, 5, 6, 3)
    np.testing.assert_array_equal(pixels[1, ..., 0], pixels[1, ..., 2])


def test_what_is_transparent_shows_white_and_16_bits_become_8(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.fromarray(np.full((4, 4), 0x8000, np.uint16)).save(tmp_path / "deep.png")
    with ImageFiles(tmp_path) as files:
        assert files.pixels("clear.png", 4, 4, 3).min() == 255
        assert set(files.pixels("deep.png", 4, 4, 1).ravel().tolist()) == {0x80}


def test_greys_of_16_bits_are_kept_as_such_and_those_of_8_spread_over_them(tmp_path: Path) -> None:
    root = tmp_path / "cells"
    (root / "cat").mkdir(parents=True)
    (root / "dog").mkdir()
    shades = np.arange(1000, 1016, dtype=np.uint16).reshape(4, 4)
    Image.fromarray(shades).save(root / "cat" / "1.tif")
    Image.fromarray(shades + 3000).save(root / "cat" / "2.png")
    Image.new("L", (4, 4), 128).save(root / "dog" / "1.png")
    Image.fromarray(np.full((8, 8), 60_000, np.uint16)).save(root / "dog" / "2.tif")
    found = load(root)
    pixels = pixels_of(found)
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels[0, ..., 0], shades)
    np.testing.assert_array_equal(pixels[1, ..., 0], shades + 3000)
    assert pixels[2].min() == pixels[2].max() == 128 * 257
    assert pixels[3].min() == pixels[3].max() == 60_000
    assert "16 bits a pixel, which are kept: 3 of 4" in " ".join(map(str, found.messages))
    schema = infer_schema(found.table, "label")
    assert schema["image"].array is not None
    assert schema["image"].array.dtype == "uint16"
    assert TableSchema.from_json(schema.to_json()) == schema
    # Beside colours of 8 bits they are 256 shades.
    picture(mode="RGB").save(root / "dog" / "3.png")
    assert pixels_of(load(root)).dtype == np.uint8


def test_fractions_and_stacks_are_told(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals", form="tif")
    Image.fromarray(np.full((5, 6), 0.5, np.float32)).save(root / "cat" / "part.tif")
    picture(50).save(root / "dog" / "stack.tif", save_all=True, append_images=[picture(60), picture(70)])
    found = load(root)
    said = " ".join(map(str, found.messages))
    assert "cat/part.tif: its pixels are fractions; save it with 8 or 16 bits" in said
    assert "the first is read: 1 (dog/stack.tif)" in said
    assert pixels_of(found).shape == (7, 5, 6, 1)
    assert pixels_of(found)[-1].max() == 50


def test_what_is_no_image_is_counted_and_named(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "animals")
    (root / "cat" / "moving.gif").write_bytes(b"GIF89a")
    (root / "notes.txt").write_text("x")
    (root / "Thumbs.db").write_bytes(b"x")
    (root / ".DS_Store").write_bytes(b"x")
    assert "they are no images (PNG, JPEG, WebP, TIFF or BMP): 2 (cat/moving.gif, notes.txt)." in " ".join(
        map(str, load(root).messages)
    )


def test_of_parts_those_without_classes_are_left_out(tmp_path: Path) -> None:
    class_folders(tmp_path / "pets" / "train")
    (tmp_path / "pets" / "test").mkdir()
    for i in range(7):
        picture().save(tmp_path / "pets" / "test" / f"{i}.png")
    found = load(tmp_path / "pets")
    assert found.table.names == ("image", "label")
    assert set(labels_of(found)) == {"cat", "dog"}
    assert "no class folder: 7 (test/0.png, test/1.png, " in " ".join(map(str, found.messages))
    for label in ("cat", "dog"):
        (tmp_path / "pets" / "train" / label).rename(tmp_path / label)
        for image in (tmp_path / label).iterdir():
            image.rename(tmp_path / "pets" / "train" / image.name)
    with pytest.raises(DataError, match="no images in sub-folders"):
        load(tmp_path / "pets")


@pytest.mark.parametrize(
    ("labels", "encoding", "read_as"),
    [
        (("狗狗", "猫"), "gbk", "gb18030"),
        (("合格", "划痕"), "gbk", "gb18030"),
        (("図片", "一"), "utf-8", "utf-8"),
        (("いぬ", "猫の写真"), "cp932", "cp932"),
        (("正常", "異常"), "big5", "big5"),
        (("고양이", "강아지"), "cp949", "cp949"),
        (("кошка", "собака"), "cp866", "cp866"),
        (("garçon", "müde"), "cp437", "cp437"),
    ],
)
def test_names_in_archives_of_old_programs(
    tmp_path: Path, labels: tuple[str, ...], encoding: str, read_as: str
) -> None:
    data = io.BytesIO()
    picture().save(data, "png")
    names = [f"{label}/{i}.png".encode(encoding) for label in labels for i in range(2)]
    # As a program wrote it that knew no other names than bytes: Python sets no flag for ASCII ones.
    stand_ins = ["qxyz"[i] * len(name) for i, name in enumerate(names)]
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for stand_in in stand_ins:
            archive.writestr(stand_in, data.getvalue())
    raw = (tmp_path / "old.zip").read_bytes()
    for stand_in, name in zip(stand_ins, names, strict=True):
        raw = raw.replace(stand_in.encode(), name)
    (tmp_path / "old.zip").write_bytes(raw)
    found = load(tmp_path / "old.zip")
    assert set(labels_of(found)) == set(labels)
    assert f"are read as {read_as}" in " ".join(map(str, found.messages))


@pytest.mark.parametrize(("folder", "ids"), [(".", ["a1", "a2", "b1"]), ("train", ["1", "2", "3"])])
def test_a_table_of_names_without_endings(tmp_path: Path, folder: str, ids: list[str]) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    for i, name in enumerate(ids):
        picture(100 + i).save(tmp_path / folder / f"{name}.webp")
    (tmp_path / "train.csv").write_text("id,label\n" + "".join(f"{n},{n in ids[:2]}\n" for n in ids[::-1]))
    found = load(tmp_path / "train.csv")
    assert [int(image.max()) for image in pixels_of(found)] == [102, 101, 100]
    assert "'id' names the images without their ending" in " ".join(map(str, found.messages))
    # What names none stays a table.
    (tmp_path / "other.csv").write_text(
        "id,size,label\n" + "".join(f"{i},{i * 3},{i % 2}\n" for i in range(40))
    )
    assert not load(tmp_path / "other.csv").table.arrays


def test_folders_called_by_numbers_are_numbers(tmp_path: Path) -> None:
    for label in ("2", "10"):
        (tmp_path / "ages" / label).mkdir(parents=True)
        picture().save(tmp_path / "ages" / label / "a.png")
    assert labels_of(load(tmp_path / "ages")) == [2, 10]


@pytest.mark.parametrize(("size", "match"), [((1, 1), "too small"), ((40, 1), "too small")])
def test_images_of_one_pixel_are_refused(tmp_path: Path, size: tuple[int, int], match: str) -> None:
    root = class_folders(tmp_path / "animals")
    for file in list(root.rglob("*.png")):
        picture(size=size).save(file)
    with pytest.raises(DataError, match=match):
        load(root)


def test_sets_without_any_image_or_class_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        load(tmp_path / "empty")
    picture().save(tmp_path / "empty" / "alone.png")
    with pytest.raises(DataError, match="folder of its own"):
        load(tmp_path / "empty")
    (tmp_path / "no.zip").write_bytes(b"PK\3\4 nothing")
    with pytest.raises(DataError, match=r"no\.zip is damaged"):
        load(tmp_path / "no.zip")
    (tmp_path / "no.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="damaged or no NPZ"):
        load(tmp_path / "no.npz")
    np.savez(tmp_path / "code.npz", x=np.array([{}, {}]), y=np.arange(2))
    with pytest.raises(DataError, match="Python objects"):
        load(tmp_path / "code.npz")
    root = tmp_path / "bad"
    (root / "cat").mkdir(parents=True)
    (root / "cat" / "a.png").write_bytes(b"x")
    with pytest.raises(DataError, match="None of the images"):
        load(root)
    one = class_folders(tmp_path / "one")
    for file in (one / "dog").iterdir():
        file.unlink()
    found = load(one)
    with pytest.raises(DataError, match="one class only"):
        encode_target(found.table, infer_schema(found.table, "label"))


# -- tables of paths ------------------------------------------------------------------------------------------------


def test_a_table_of_paths_to_nothing_is_refused_but_one_with_numbers_too_stays_a_table(
    tmp_path: Path,
) -> None:
    rows = [f"gone/{i}.png,{'ab'[i % 2]}" for i in range(10)]
    (tmp_path / "paths.csv").write_text("\n".join(["path,what", *rows]))
    with pytest.raises(DataError, match=r"'path' of paths.csv names images, for instance gone/0.png"):
        load(tmp_path / "paths.csv")
    (tmp_path / "more.csv").write_text(
        "\n".join(["path,what,size", *(f"{row},{i}" for i, row in enumerate(rows))])
    )
    assert not load(tmp_path / "more.csv").table.arrays


def test_a_table_of_paths_with_a_number_to_predict(tmp_path: Path) -> None:
    class_folders(tmp_path / "animals")
    (tmp_path / "list.csv").write_text(
        "file,weight\nanimals/cat/cat0.png,1.5\nanimals/dog/dog1.png,20\nanimals/gone.png,3\n,4\n",
        encoding="utf-8",
    )
    found = load(tmp_path / "list.csv")
    assert [column.name for column in found.table.arrays] == ["file"]
    assert found.table["weight"].raw(np.arange(2)) == [1.5, 20]
    assert [int(x.mean()) for x in pixels_of(found)] == [40, 201]
    schema = infer_schema(found.table, "weight")
    assert (schema.kind, schema["file"].role) == ("image", "image")
    said = " ".join(map(str, found.messages))
    assert "animals/gone.png" in said
    assert "name no image: 1 of 4" in said


# -- arrays ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_zipped", [False, True])
@pytest.mark.parametrize("given", ["", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_the_four_idx_files_are_found_together(tmp_path: Path, is_zipped: bool, given: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (7, 5, 4)), rng.integers(0, 10, 7)
    end = ".gz" if is_zipped else ""
    for part, rows in (("train", slice(0, 5)), ("t10k", slice(5, 7))):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte{end}", x[rows], is_zipped=is_zipped)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte{end}", y[rows], is_zipped=is_zipped)
    found = load(tmp_path / (given + end) if given else tmp_path)
    np.testing.assert_array_equal(pixels_of(found)[..., 0], x)
    assert labels_of(found) == y.tolist()
    assert found.table["split"].raw(np.arange(7)) == ["train"] * 5 + ["test"] * 2


def test_idx_files_that_are_cut_short_or_alone_are_refused(tmp_path: Path) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((3, 4, 4)))
    with pytest.raises(DataError, match="labels of train-images-idx3-ubyte are not beside it"):
        load(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(2))
    with pytest.raises(DataError, match="do not belong together"):
        load(tmp_path)
    whole = (tmp_path / "train-images-idx3-ubyte").read_bytes()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(whole[:-5])
    with pytest.raises(DataError, match="damaged"):
        load(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"hello")
    with pytest.raises(DataError, match="not an IDX file"):
        load(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(whole[:6])
    with pytest.raises(DataError, match="not an IDX file"):
        load(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(gzip.compress(whole[:-5]))
    with pytest.raises(DataError, match="damaged: it says 48 bytes of numbers and has 43"):
        load(tmp_path)


@pytest.mark.parametrize("kind", ["idx", "idx.gz", "npz", "npz of fractions", "npz in columns"])
def test_arrays_that_would_fill_the_memory_lie_on_the_disk(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_table, "_MEMORY_FRACTION", 0.0)  # of what is free: all is too much
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (9, 6, 5)).astype(np.uint8), np.arange(9) % 2
    x[0, 0, 0] = 255
    if kind.startswith("idx"):
        for part, rows in (("train", slice(0, 5)), ("t10k", slice(5, 9))):
            for what, array in (("images-idx3", x), ("labels-idx1", y)):
                write_idx(
                    tmp_path / f"{part}-{what}-ubyte{kind[3:]}", array[rows], is_zipped=kind.endswith("gz")
                )
        found = load(tmp_path)
    else:
        stored = {"npz": x, "npz of fractions": x / 255, "npz in columns": np.asfortranarray(x)}[kind]
        np.savez_compressed(tmp_path / "a.npz", x=stored, y=y)
        found = load(tmp_path / "a.npz")
    pixels = pixels_of(found)
    assert isinstance(pixels, np.memmap)
    np.testing.assert_array_equal(pixels[..., 0], x)
    assert labels_of(found) == y.tolist()


@pytest.mark.parametrize("scale", [1, 1 / 255])
def test_arrays_of_an_npz_file(tmp_path: Path, scale: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (6, 5, 4, 3)).astype(np.uint8)
    x[0, 0, 0] = 255
    stored = x if scale == 1 else x * scale
    np.savez(
        tmp_path / "a.npz",
        x_train=stored[:4],
        y_train=np.arange(4) % 2,
        x_test=stored[4:],
        y_test=np.arange(2),
    )
    found = load(tmp_path / "a.npz")
    np.testing.assert_array_equal(pixels_of(found), x)
    assert found.table["split"].raw(np.arange(6))[4:] == ["test"] * 2
    np.savez(tmp_path / "b.npz", X=stored, Y=np.array(list("abcabc")))
    assert labels_of(load(tmp_path / "b.npz")) == list("abcabc")


def test_arrays_of_16_bits_are_kept(tmp_path: Path) -> None:
    shades = np.arange(32, dtype=np.uint16).reshape(2, 4, 4) * 2000
    np.savez(tmp_path / "a.npz", x_train=shades, y_train=[0, 1], x_test=shades // 2000, y_test=[0, 1])
    pixels = pixels_of(load(tmp_path / "a.npz"))
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels[..., 0], np.concatenate([shades, shades // 2000]))


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x": np.zeros((3, 4, 4)), "z": np.zeros(3)}, "needs x and y"),
        ({"x": np.zeros((3, 4)), "y": np.zeros(3)}, "not one of images"),
        ({"x": np.zeros((3, 4, 4)), "y": np.zeros(2)}, "do not belong together"),
        ({"x": np.full((3, 4, 4), -1.0), "y": np.zeros(3)}, "values from -1"),
        ({"x": np.full((3, 4, 4), np.nan), "y": np.zeros(3)}, "values from nan"),
        ({"x": np.zeros((0, 4, 4)), "y": np.zeros(0)}, "holds no images"),
        ({"x": np.array([[None]]), "y": np.zeros(1)}, "Python objects"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], match: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=match):
        load(tmp_path / "a.npz")


# -- tables with pixels ---------------------------------------------------------------------------------------------


def test_pixels_follow_the_rows_and_are_mapped_from_a_stored_table(tmp_path: Path) -> None:
    table = load(class_folders(tmp_path / "animals")).table
    (images,) = table.arrays
    part = table.take(np.array([4, 0]))
    np.testing.assert_array_equal(part.arrays[0].values, images.values[[4, 0]])
    stored = TableFiles.save(table, tmp_path).load()
    assert isinstance(stored.arrays[0].values, np.memmap)
    assert stored.arrays[0].role == "image"
    assert stored.digest() == table.digest()
    other = images.values.copy()
    other[0, 0, 0] ^= 1
    changed = tuple(ArrayColumn(images.names, other, "image") if c is images else c for c in table)
    assert Table(changed, table.n_rows).digest() != table.digest()


def test_an_inspection_has_small_pictures_with_labels(tmp_path: Path) -> None:
    found = inspect_file(class_folders(tmp_path / "animals"))
    assert found.kind == "image"
    assert "cnn" in found.families
    assert [one.label for one in found.thumbnails] == ["cat"] * 3 + ["dog"] * 3
    assert Image.open(io.BytesIO(found.thumbnails[0].png)).size == (6, 5)
    assert from_builtins(Inspection, encoded(found)) == found
