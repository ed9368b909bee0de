"""Promises about the app's files that are kept by looking."""

import json
import re
import subprocess
import sys
from importlib import import_module

from app_stubs import ROOT

from app.parts import component


def test_no_html_from_strings_and_nothing_from_elsewhere():
    for path in [*ROOT.glob("app/**/*"), ROOT / "streamlit_app.py"]:
        if path.suffix in {".py", ".js", ".html", ".css"}:
            text = path.read_text(encoding="utf-8")
            for banned in ("unsafe_allow", "innerHTML", "insertAdjacentHTML", "eval(", "@import", "url("):
                assert banned not in text, (path.name, banned)
            links = set(re.findall(r"https?://[^\s\"')]+", text))
            assert links <= {"http://www.w3.org/2000/svg"}, path.name


def test_every_word_of_the_browser_is_used_and_no_other():
    sources = (path for path in (ROOT / "app").rglob("*") if path.suffix in {".js", ".html", ".css"})
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r"WORDS\.(\w+)", code)) | set(re.findall(r'data-(?:word|label|title)="(\w+)"', code))
    made = re.findall(r"WORDS\[`(\w+)\$\{|WORDS\[(\w+)\]", code)
    prefixes = tuple(start for start, _ in made if start)
    named = {"row", "column", "box"}  # WORDS[kind]
    known: set[str] = set()
    for path in (ROOT / "app").glob("*/words.py"):
        known |= import_module(f"app.{path.parent.name}.words").BOARD.keys()
    for path in (ROOT / "app").glob("*/words.json"):  # of pages without a server
        known |= json.loads(path.read_text(encoding="utf-8")).keys()
    assert used <= known
    assert {word for word in known if word not in used | named and not word.startswith(prefixes)} == set()


def test_what_takes_long_to_load_is_not_loaded_before_the_board_is_drawn():
    heavy = "import sys, app.solve.page, app.compare.page, app.batch.page; print({'torch', 'numba'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


def test_the_parts_of_the_board_are_code_not_file_names():
    assert "\n" in component.source("parts/board.css")
    assert "export default" in component.source("solve/board.js")
