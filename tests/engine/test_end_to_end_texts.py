"""A whole search on texts, from a folder of files to a certified bundle that predicts new texts."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.cli import main

GOOD, BAD = ("good", "lovely", "很好吃"), ("bad", "awful", "太难吃")


def write_folder(folder: Path, n: int = 120) -> None:
    rng = np.random.default_rng(0)
    filler = ["the", "soup", "was", "and", "we", "came", "with", "friends", "on", "monday", "很", "多", "人"]
    for i in range(n):
        words = [*rng.choice(filler, rng.integers(3, 12)), str(rng.choice(GOOD if i % 2 else BAD))]
        file = folder / ("praise" if i % 2 else "complaint") / f"{i:03d}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(" ".join(rng.permutation(words)), encoding="utf-8")


@pytest.mark.slow
def test_a_folder_of_texts_becomes_a_bundle_that_predicts_texts(tmp_path: Path, capsys: object) -> None:
    write_folder(tmp_path / "reviews")
    bundle, workspace = tmp_path / "bundle", tmp_path / "workspace"
    asked = [
        "search",
        str(tmp_path / "reviews"),
        "--target",
        "label",
        "--trials",
        "3",
        "--epochs",
        "12",
        "--folds",
        "3",
    ]
    code = main([*asked, "--workers", "1", "--workspace", str(workspace), "--out", str(bundle), "--json"])
    assert code == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])  # type: ignore[attr-defined]
    assert set(found["baselines"]) == {"majority", "tfidf_linear"}
    assert found["export"]["passed"]
    assert found["best"]["cv_mean"] > 0.8
    texts = ["the soup was lovely", "太难吃", "", 'we came\n"again", 很好吃']
    with (tmp_path / "new.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([["text"], *([text] for text in texts)])
    out = tmp_path / "out.csv"
    command = [sys.executable, str(bundle / "predict.py"), str(tmp_path / "new.csv"), "-o", str(out)]
    subprocess.run(command, check=True)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["prediction", "p_complaint", "p_praise"]
    assert [row[0] for row in rows[1:]][:2] == ["praise", "complaint"]
    assert len(rows) == 5
