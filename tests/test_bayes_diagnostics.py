import arviz
import numpy as np
import pytest

from forecast_bench.bayes import DiagnosticLimits, diagnose, diagnostic_figures, load, save


def tree(values, energy=None, diverging=None):
    generator = np.random.default_rng(5)
    shape = values.shape[:2]
    return arviz.from_dict(
        {
            "posterior": {"intercept": values},
            "sample_stats": {
                "energy": generator.normal(size=shape) if energy is None else energy,
                "diverging": np.zeros(shape, bool) if diverging is None else diverging,
            },
        }
    )


def good(shape=(4, 600)):
    return np.random.default_rng(1).normal(size=shape)


def test_good_chains_pass():
    found = diagnose(tree(good()), DiagnosticLimits())
    assert found.passed
    assert found.reasons == ()
    # Independent energies: mean squared difference over variance is 2.
    assert found.e_bfmi == pytest.approx(2, abs=0.3)


def test_chains_apart_fail_by_r_hat():
    found = diagnose(tree(good() + np.arange(4)[:, None]), DiagnosticLimits())
    assert not found.passed
    assert any(r.startswith("r_hat of intercept is") for r in found.reasons)


def test_crawling_chains_fail_by_effective_sample_size():
    crawl = np.cumsum(good(), axis=1)
    found = diagnose(tree(crawl), DiagnosticLimits())
    assert found.ess_bulk < 400
    assert any("ess_bulk of intercept" in r for r in found.reasons)


def test_divergence_fails():
    diverging = np.zeros((4, 600), bool)
    diverging[2, 7] = True
    found = diagnose(tree(good(), diverging=diverging), DiagnosticLimits())
    assert found.divergences == 1
    assert [r.split(" ")[0] for r in found.reasons] == ["divergences"]


def test_crawling_energy_fails():
    found = diagnose(tree(good(), energy=np.cumsum(good(), axis=1)), DiagnosticLimits())
    assert found.e_bfmi is not None
    assert found.e_bfmi < 0.3
    assert not found.passed


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_cannot_be_computed_fails(value):
    values = good()
    values[1, 3] = value
    found = diagnose(tree(values), DiagnosticLimits())
    assert not found.passed
    assert found.reasons[0].startswith("draws of intercept are not finite")


def test_constant_parameter_and_missing_statistics_fail():
    assert not diagnose(tree(np.zeros((4, 600))), DiagnosticLimits()).passed
    bare = arviz.from_dict({"posterior": {"intercept": good()}})
    found = diagnose(bare, DiagnosticLimits())
    assert not found.passed
    assert len(found.reasons) == 2


def test_round_trip_and_figures(tmp_path):
    import xarray

    values = good()
    made = arviz.from_dict(
        {
            "posterior": {
                "intercept": values,
                "log_slope": values[::-1],
                "phrase_shift_scale": np.abs(values),
            },
            "sample_stats": {"energy": values, "diverging": np.zeros((4, 600), bool)},
        }
    )
    made.attrs["seed"] = 3
    save(made, tmp_path / "deep" / "fit.nc")
    again = load(tmp_path / "deep" / "fit.nc")
    xarray.testing.assert_equal(made, again)
    assert again.attrs["seed"] == 3
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["fit.nc"]
    first = diagnostic_figures(again, tmp_path / "one")
    second = diagnostic_figures(again, tmp_path / "two")
    assert [p.name for p in first] == [
        f"{name}.svg" for name in ("rank", "energy", "scales", "forest", "pair")
    ]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert b"<dc:date>" not in first[0].read_bytes()


def test_a_failed_fit_says_where_how_far_and_what_to_try():
    generator = np.random.default_rng(3)
    shape = (4, 600)
    scale = np.abs(generator.normal(size=shape))
    shift = generator.normal(size=(*shape, 2))
    shift[..., 1] = np.cumsum(shift[..., 1], axis=1) / 20
    # Divergent where the scale is smallest; energy follows the second shift.
    made = arviz.from_dict(
        {
            "posterior": {"phrase_shift_scale": scale, "phrase_shift": shift},
            "sample_stats": {
                "diverging": scale < np.quantile(scale, 0.01),
                "energy": shift[..., 1] + 0.01 * generator.normal(size=shape),
            },
        },
        dims={"phrase_shift": ["phrase"]},
        coords={"phrase": ["likely", "remote chance"]},
    )
    found = diagnose(made, DiagnosticLimits())
    assert found.reasons == (
        "r_hat of phrase_shift[remote chance] is 2.136, above 1.01: raise `tune` and `draws`; if "
        "it stays, the chains disagree about the model itself.",
        "ess_bulk of phrase_shift[remote chance] is 5, below 400: raise `draws`.",
        "ess_tail of phrase_shift[remote chance] is 8, below 400: raise `draws`.",
        "divergences are 24, above 0, most of all in phrase_shift_scale: raise `target_accept` "
        "towards 0.99, narrow the prior scales, or leave out a group with hardly any members.",
        "e_bfmi is 0.014, below 0.3, most of all by phrase_shift[remote chance]: raise `tune`, or "
        "leave out a group with hardly any members.",
    )
    assert found.divergences == 24
