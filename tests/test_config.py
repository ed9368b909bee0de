"""Configurations as plain values and as changes of a command line: round trips, and a line for everything that is refused."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.config import About, changed, check, choose, described, from_plain, markdown, ranged, share, to_plain
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.training.presets import KINDS, PRESETS
from vmd_sudoku.training.updates import TrainConfig


@dataclass(frozen=True, kw_only=True)
class Inner:
    size: int = ranged(2, 1, 8)
    name: str = "x"

    def __post_init__(self):
        check(self)


@dataclass(frozen=True, kw_only=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    rate: float = share(0.5)
    on: bool = described(True, "Whether it is on.")

    def __post_init__(self):
        check(self)


@given(st.integers(1, 8), st.text(max_size=5), st.floats(0, 1), st.booleans())
def test_a_configuration_survives_json(size, name, rate, on):
    config = Outer(inner=Inner(size=size, name=name), rate=rate, on=on)
    assert from_plain(Outer, json.loads(json.dumps(to_plain(config)))) == config


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("preset", "stage"), [(name, stage) for name in PRESETS for stage in PRESETS[name].stages])
def test_every_preset_survives_json(preset, stage, kind):
    config = KINDS[kind](PRESETS[preset].stages[stage]())
    assert from_plain(TrainConfig, json.loads(json.dumps(to_plain(config)))) == config
    assert (config.model.latent == 0) or (kind == "vmd" and stage != "trunk")


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ([], "Outer must be a set of named settings, got []"),
        ({"rat": 1}, "Outer has no setting rat; it has inner, rate, on"),
        ({"inner": 5}, "Inner must be a set of named settings, got 5"),
        ({"inner": {"siz": 5}}, "Inner has no setting siz; it has size, name"),
        ({"inner": {"size": "5"}}, "Inner size must be of type int, got '5'"),
        ({"inner": {"size": 9}}, "size must be a whole number from 1 to 8; got 9"),
        ({"inner": {"name": 1}}, "Inner name must be of type str, got 1"),
        ({"rate": "0.5"}, "Outer rate must be of type float, got '0.5'"),
        ({"rate": float("nan")}, "rate must be a number from 0 to 1; got nan"),
        ({"on": 1}, "Outer on must be of type bool, got 1"),
        ({"rate": True}, "Outer rate must be of type float, got True"),
    ],
)
def test_plain_values_that_are_no_configuration_get_one_line(plain, words):
    with pytest.raises(ConfigError) as error:
        from_plain(Outer, plain)
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([], Outer()),
        (["rate=1"], Outer(rate=1.0)),
        (["rate=0.25", "inner.size=3"], Outer(rate=0.25, inner=Inner(size=3))),
        (["inner.size=3", "inner.size=4"], Outer(inner=Inner(size=4))),
        (["inner.name=transformer", "on=false"], Outer(inner=Inner(name="transformer"), on=False)),
        (["inner.name=a=b"], Outer(inner=Inner(name="a=b"))),
        (['inner.name="5"'], Outer(inner=Inner(name="5"))),
    ],
)
def test_changes_are_made_one_after_another(changes, wanted):
    assert changed(Outer(), changes) == wanted


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("rate", "a change is NAME=VALUE, such as beta=0.5 or model.latent=2; got 'rate'"),
        ("=1", "a change is NAME=VALUE"),
        ("rate=", "a change is NAME=VALUE"),
        ("outer.size=1", "'outer' is no group of settings"),
        ("rate.size=1", "'rate' is no group of settings"),
        ("inner.siz=1", "Inner has no setting siz"),
        ("inner=1", "Inner must be a set of named settings"),
        ("inner.size=2.5", "Inner size must be of type int"),
        ("inner.size=0", "size must be a whole number from 1 to 8; got 0"),
    ],
)
def test_changes_that_cannot_be_made_get_one_line(change, words):
    with pytest.raises(ConfigError) as error:
        changed(Outer(), [change])
    assert words in str(error.value)


def test_a_configuration_that_is_changed_stays_as_it_is():
    config = Outer()
    changed(config, ["inner.size=3", "rate=0"])
    assert config == Outer()


@pytest.mark.parametrize(
    ("about", "wanted"),
    [
        (About(help="", kind=int, low=0, high=2**63 - 1), "a whole number from 0 to 2^63 - 1"),
        (About(help="", kind=int, low=1, high=1_000_000), "a whole number from 1 to 1,000,000"),
        (About(help="", kind=float, low=0.5, high=2), "a number from 0.5 to 2"),
        (About(help="", kind=int, low=1, high=9, none="all"), "a whole number from 1 to 9, or all"),
        (About(help="", kind=bool), "true or false"),
        (About(help="", kind=str), "a text"),
        (About(help="", kind=str, choices={"a": None, "b": None}), "one of a, b"),
    ],
)
def test_what_is_wanted_is_said_in_words(about, wanted):
    assert about.wanted == wanted


NUMBER = About(help="", name="n", kind=float, low=-1000, high=1000, none="off")


@given(st.floats(-1000, 1000))
def test_numbers_are_read_as_they_are_written(value):
    assert NUMBER.read(repr(value)) == value
    assert NUMBER.read(NUMBER.text(value)) == pytest.approx(value, rel=1e-5, abs=1e-300)


@pytest.mark.parametrize(
    "text", ["1_000", " 1", "1 ", "\u0661", "0x10", "1e", "nan", "inf", "-inf", "1001", "", "None"]
)
def test_texts_that_only_python_takes_for_numbers_are_none(text):
    with pytest.raises(ConfigError, match="n must be a number from -1,000 to 1,000, or off"):
        NUMBER.read(text)
    assert NUMBER.read("off") is None


def test_an_unknown_name_lists_those_that_are_known():
    assert choose({"a": 1}, "a", "policy") == 1
    with pytest.raises(ConfigError, match="unknown policy 'c'; choose one of a, b"):
        choose({"a": 1, "b": 2}, "c", "policy")


def test_the_table_of_a_configuration_has_a_line_for_every_described_field():
    head, rule, *lines = markdown(Outer).splitlines()
    assert head.count("|") == rule.count("|") == 6
    assert [line.split("|")[1].strip() for line in lines] == ["`--rate`", "`--on`"]
    assert lines[1] == "| `--on` | true or false | `true` | always | Whether it is on. |"


def test_frozen_values_are_checked_however_they_are_made():
    with pytest.raises(ConfigError, match="rate must be a number from 0 to 1"):
        replace(Outer(), rate=1.5)
    assert replace(Outer(), rate=1).rate == 1.0
    assert type(replace(Outer(), rate=1).rate) is float
