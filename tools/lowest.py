"""Prints the lowest versions that pyproject.toml allows, as constraints for pip: `make lowest` tests with these."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(requirements: list[str]) -> list[str]:
    """`click>=8.1,<9` -> `click==8.1`; requirements without a lower bound are left out."""
    found = (re.match(r"([\w-]+)(?:\[[\w,-]+\])?[=>]=([\w.]+)", requirement) for requirement in requirements)
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    project = tomllib.loads(PROJECT.read_text())["project"]
    optional = project["optional-dependencies"]
    print("\n".join(lowest([*project["dependencies"], *optional["train"]])))
