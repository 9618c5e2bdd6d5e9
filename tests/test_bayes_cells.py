import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    compile_folder,
    data_hash,
    prepare,
    seed_from,
)


def judgments(outcomes=200, seed=0):
    generator = np.random.default_rng(seed)
    probability = generator.choice([0.15, 0.3, 0.65, 0.85], outcomes)
    return pd.DataFrame(
        {
            "probability": probability,
            "outcome": (generator.random(outcomes) < probability).astype(int),
            "analyst": generator.choice(["ada", "lee", "kim"], outcomes),
            "phrase": np.char.mod("%.2f", probability),
            "topic": generator.choice(["kidnapping", "raids"], outcomes),
        }
    )


def test_counts_by_hand():
    frame = pd.DataFrame(
        {
            "probability": [0.5, 0.8, 0.5, 0.5],
            "outcome": [1, 0, 0, 1],
            "analyst": ["b", "a", "b", "b"],
            "phrase": ["even", "likely", "even", "even"],
            "topic": ["t", "t", "t", "t"],
        }
    )
    found = cells(frame)
    assert found.analysts == ("a", "b")
    assert found.trials.tolist() == [1, 3]
    assert found.occurred.tolist() == [0, 2]
    # log(0.8 / 0.2) = log 4
    assert found.log_odds.tolist() == pytest.approx([np.log(4), 0.0])
    assert found.outcomes == 4


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_row_order_changes_nothing(order):
    frame = judgments(60)
    places = list(range(len(frame)))
    order.shuffle(places)
    first, second = cells(frame), cells(frame.iloc[places])
    assert data_hash(first, RecalibrationSettings()) == data_hash(second, RecalibrationSettings())
    for name in ("log_odds", "analyst", "phrase", "topic", "trials", "occurred"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("outcome", None, "outcome must be 0 or 1"),
        ("outcome", 0.5, "outcome must be 0 or 1"),
        ("outcome", 2, "outcome must be 0 or 1"),
        ("probability", 0.0, "inside"),
        ("probability", 1.0, "inside"),
        ("probability", None, "inside"),
        ("analyst", None, "analyst is missing"),
    ],
)
def test_refuses_what_the_model_would_misread(column, value, says):
    frame = judgments(5).astype({"outcome": float})
    frame.loc[2, column] = value
    with pytest.raises(ValueError, match=says):
        cells(frame)


def test_refuses_a_missing_outcome_of_every_kind():
    frame = judgments(3)
    for dtype in ("Int64", "boolean", "float64"):
        missing = frame.assign(outcome=pd.array([1, 0, None], dtype=dtype))
        with pytest.raises(ValueError, match="outcome"):
            cells(missing)
    with pytest.raises(ValueError, match="lacks the columns"):
        cells(frame.drop(columns="topic"))


def test_no_rows_is_no_cells():
    found = cells(judgments(5).head(0))
    assert found.outcomes == 0
    assert found.analysts == ()


def test_hash_sees_data_and_settings():
    counted, plain = cells(judgments()), RecalibrationSettings()
    content = data_hash(counted, plain)
    assert content == data_hash(cells(judgments()), RecalibrationSettings())
    assert content != data_hash(cells(judgments(seed=1)), plain)
    assert content != data_hash(counted, RecalibrationSettings(draws=999))
    # SHA-256 of "ab:1", first 8 bytes, modulo 2^31
    assert seed_from("ab", 1) == int(_sha("ab:1")[:16], 16) % 2**31
    assert seed_from(content, 1) != seed_from(content, 2)


def _sha(text):
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def test_import_is_cheap_and_flags_are_set_once(tmp_path):
    code = """
import json, os, sys
from pathlib import Path
import forecast_bench.bayes as bayes
heavy = ("pymc", "arviz", "pytensor", "nutpie", "numba", "matplotlib")
loaded = [m for m in heavy if m in sys.modules]
cache = Path(sys.argv[1])
first = bayes.prepare(cache)
print(json.dumps([loaded, first, os.environ["PYTENSOR_FLAGS"], bayes.prepare(cache)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "", "PYTENSOR_FLAGS": "exception_verbosity=high"},
    )
    loaded, first, flags, again = json.loads(done.stdout)
    assert loaded == []
    assert first is True
    assert flags == f"exception_verbosity=high,base_compiledir={compile_folder(tmp_path)}"
    assert again is False


def test_own_flags_are_respected(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTENSOR_FLAGS", "base_compiledir=/elsewhere")
    monkeypatch.delitem(sys.modules, "pytensor", raising=False)
    assert prepare(tmp_path) is False
    monkeypatch.setenv("PYTENSOR_FLAGS", "")
    with pytest.raises(ValueError, match="comma"):
        prepare(tmp_path / "a,b")
