"""Modules joined into a component's script."""

import re

import pytest

from app.parts import component, words


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A folder of modules in place of the app's own."""
    monkeypatch.setattr(component, "_APP", tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "words.js").write_text("export const WORDS = {}\n")

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)

    return write


def test_a_module_comes_once_and_after_what_it_imports(modules):
    modules(
        a='import { b } from "./b.js"\nimport {\n  c,\n} from "./c.js"\nexport default function () {\n  return b + c\n}\n',
        b='import { c } from "./c.js"\nimport { WORDS } from "./parts/words.js"\nexport const b = c + WORDS.solve\n',
        c="export const c = 1\n",
    )
    text = component.script("a.js")
    assert re.findall(r"^(?:const|export default function) ?(\w*)", text, re.MULTILINE) == ["WORDS", "c", "b", ""]
    assert "import" not in text
    assert text.index("Object.assign(WORDS") < text.index("const c")
    assert words.BOARD["solve"] in text


def test_modules_that_share_a_name_are_refused(modules):
    modules(a='import { b } from "./b.js"\nconst mine = b\n', b="export const b = 1\nfunction mine() {}\n")
    with pytest.raises(ValueError, match=r"a\.js and b\.js both have a mine"):
        component.script("a.js")


@pytest.mark.parametrize("entry", ["solve/board.js", "compare/compare.js"])
def test_the_components_are_whole(entry):
    text = component.script(entry)
    assert len(re.findall("^export default", text, re.MULTILINE)) == 1
    assert not re.findall("^import|^export (?!default)", text, re.MULTILINE)
