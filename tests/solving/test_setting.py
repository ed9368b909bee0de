"""One description of every setting: checks, texts, tables and documents come from it."""

import dataclasses
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.config import Beside, Choice, Page, abouts, check, described, markdown, to_table
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.solving import choices
from vmd_sudoku.solving.setting import Setting

ROOT = Path(__file__).parents[2]
SETTINGS = abouts(Setting)
NUMBERS = [name for name, about in SETTINGS.items() if about.is_number]
NAMES = [name for name, about in SETTINGS.items() if about.choices is not None]


def lone(name, value):
    """A setting with one value other than usual, and what that must stand beside."""
    return Setting(**{name: value}, **({"constraints": "search"} if (name, value) == ("prove", True) else {}))


def test_every_field_is_described_with_a_range_or_choices():
    assert list(SETTINGS) == [field.name for field in dataclasses.fields(Setting)]
    for about in SETTINGS.values():
        assert about.help.endswith(".")
        assert about.kind is bool or about.choices or np.isfinite([about.low, about.high]).all(), about.name
        assert about.checked(about.default) == about.default


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_out_of_range_are_refused_with_the_range(name):
    about = SETTINGS[name]
    for value in (
        about.low - 1,
        about.high + 1,
        float("nan"),
        float("inf"),
        -float("inf"),
        True,
        "1",
        "x",
        [1],
        object(),
    ):
        with pytest.raises(ConfigError, match=f"^{name} must be a .*number from"):
            Setting(**{name: value})
    for value in (about.low, about.high):
        assert getattr(lone(name, value), name) == value


@pytest.mark.parametrize("name", NAMES)
def test_unknown_names_name_the_known_ones(name):
    for value in ("best", "", 3, None, True):
        with pytest.raises(ConfigError, match=f"^{name} must be one of {', '.join(SETTINGS[name].choices)}; got"):
            Setting(**{name: value})


@pytest.mark.parametrize("name", [name for name, about in SETTINGS.items() if not about.none])
def test_none_is_a_value_only_where_it_has_a_word(name):
    with pytest.raises(ConfigError, match=name):
        Setting(**{name: None})


@pytest.mark.parametrize(
    "text",
    ["²", "٣", "１", "1_0", "0x1", "nan", "inf", "-inf", "1e999", "", " 1", "1\n", "--1", "1,0", "9" * 400, "cell "],
)
@pytest.mark.parametrize("name", NUMBERS)
def test_texts_that_are_no_number_in_range_are_refused(name, text):
    with pytest.raises(ConfigError, match=name):
        SETTINGS[name].read(text)


def test_numbers_of_numpy_become_plain_ones():
    setting = Setting(nfe=np.int64(5), gumbel=np.float32(0.5), threshold=1)
    assert [type(value) for value in (setting.nfe, setting.gumbel, setting.threshold)] == [int, float, float]


def settings():
    """Any setting that can be."""
    values = {}
    for name, about in SETTINGS.items():
        if about.choices is not None:
            one = st.sampled_from(list(about.choices))
        elif about.kind is bool:
            one = st.booleans()
        elif about.kind is int:
            one = st.integers(int(about.low), int(about.high))
        else:
            one = (
                st.integers(int(about.low), int(100 * about.high))
                .map(lambda n: n / 100)
                .filter(lambda x, a=about: x <= a.high)
            )
        values[name] = st.none() | one if about.none else one
    return st.fixed_dictionaries(values)


@given(settings())
def test_a_setting_survives_toml_json_and_texts(values):
    try:
        setting = Setting(**values)
    except ConfigError:
        return
    table = setting.to_table()
    toml = "".join(f"{name} = {str(v).lower() if isinstance(v, bool) else repr(v)}\n" for name, v in table.items())
    assert Setting.from_table(tomllib.loads(toml)) == setting
    assert Setting.from_table(dataclasses.asdict(setting)) == setting
    assert {name: about.read(about.text(getattr(setting, name))) for name, about in SETTINGS.items()} == values


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"polcy": "margin"}, "no setting 'polcy'; choose of policy"),
        ({"nfe": "five"}, "nfe must be a whole number from 1 to 10,000, or cell; got 'five'"),
        ({"nfe": 5.5}, "nfe"),
        ({"gumbel": True}, "gumbel"),
        ({"carry": 1}, "carry must be true or false"),
        ({"policy": ["margin"]}, "policy"),
        ({"z": -1}, "or mode; got -1"),
        ({"remask-share": 2}, "remask_share"),
    ],
)
def test_a_table_that_is_no_setting_gets_one_line(table, said):
    with pytest.raises(ConfigError, match=said):
        Setting.from_table(table)


def test_a_table_may_write_names_as_the_command_line_does():
    assert Setting.from_table({"remask-budget": 3, "z": "mode", "nfe": "cell"}) == Setting(remask_budget=3)


def test_effect_depends_on_what_stands_beside():
    effects = {name: about.has_effect(Setting()) for name, about in SETTINGS.items()}
    without = {"threshold", "schedule", "remask_share", "remask_budget", "prove"}
    assert {name for name, has in effects.items() if not has} == without
    assert SETTINGS["schedule"].has_effect(Setting(nfe=5))
    assert not SETTINGS["cells"].has_effect(Setting(nfe=5))
    assert SETTINGS["remask_budget"].has_effect(Setting(remask="conflict"))
    assert not SETTINGS["remask_share"].has_effect(Setting(remask="conflict"))
    assert not SETTINGS["latents"].has_effect(Setting(latents=2), latent=False)


@pytest.mark.parametrize(
    ("names", "home", "table"),
    [
        (choices.POLICIES, "decoding.policies", "POLICIES"),
        (choices.CONSTRAINTS, "decoding.levels", "CONSTRAINTS"),
        (choices.REMASKING, "decoding.remask", "REMASKING"),
        (choices.BLOCKS, "decoding.blocks", "BLOCKS"),
        (choices.SCHEDULES, "diffusion.schedule", "SCHEDULES"),
        (choices.RENEWALS, "solving.predictor", "RENEWALS"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
def test_every_row_of_a_table_of_functions_has_its_words(names, home, table):
    rows = getattr(importlib.import_module(f"vmd_sudoku.{home}"), table)
    assert list(names) == list(rows)
    if table == "BLOCKS":
        assert {name: row.calls for name, row in names.items()} == {name: len(cells) for name, cells in rows.items()}


def test_nothing_heavy_is_loaded_before_a_setting_is_put_to_use():
    code = "import sys, vmd_sudoku; vmd_sudoku.Setting(nfe=5); print({'torch', 'numba', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_the_table_in_the_documents_is_the_settings_own():
    page = (ROOT / "docs" / "decoding.md").read_text()
    assert markdown(Setting) in page, "write it anew: python tools/settings.py"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wider(Setting):
    """A library with one more setting, which is one entry."""

    boldness: float = described(
        0.5,
        "How bold.",
        low=0,
        high=2,
        beside=(Beside("policy", ("random",)),),
        page=Page(word="Boldness", link="bold", said="{value} bold"),
    )


def test_one_entry_is_all_that_a_new_setting_takes():
    assert "| `--boldness` | a number from 0 to 2 | `0.5` | with `--policy random` | How bold. |" in markdown(Wider)
    assert to_table(Wider())["boldness"] == 0.5
    with pytest.raises(ConfigError, match="boldness must be a number from 0 to 2; got 3"):
        Wider(boldness=3)


def test_a_remask_budget_is_named_where_it_is_declared_and_where_it_is_used():
    named = [
        str(path.relative_to(ROOT))
        for folder in ("vmd_sudoku", "app", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".js", ".html", ".css") and "remask_budget" in path.read_text()
    ]
    assert sorted(named) == ["vmd_sudoku/decoding/loop.py", "vmd_sudoku/solving/setting.py"]


def test_a_row_without_a_word_goes_by_its_key():
    @dataclasses.dataclass(frozen=True)
    class One:
        name: str = described("a-b", "A name.", choices={"a-b": Choice(), "c": Choice("See")})

        def __post_init__(self):
            check(self)

    assert [abouts(One)["name"].word(value) for value in ("a-b", "c")] == ["A b", "See"]


def test_documented_defaults_are_the_defaults():
    """Figures in the documents rest on these."""
    usual = Setting()
    assert (usual.remask_budget, usual.remask_share, usual.settle, usual.threshold) == (40, 0.1, 0.01, 0.9)
    assert (usual.policy, usual.schedule, usual.renew_z, usual.carry) == ("margin", "linear", "where-drawn", False)
    decoding = usual.decoding()
    assert (decoding.remask_budget, decoding.remask_share, decoding.threshold) == (40, 0.1, 0.9)
