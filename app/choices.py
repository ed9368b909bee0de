"""What can be chosen, read from the library's own tables, so that a new row appears in the app by itself.

The tables lie beside torch, which takes seconds to load: they are read when somebody asks, not when the page is drawn.
"""

from app import words


def policies() -> tuple[str, ...]:
    """Names of the policies, which say what cells go first."""
    from vmd_sudoku import decode

    return tuple(decode.POLICIES)


def constraints() -> tuple[str, ...]:
    """Names of the constraint levels, from the network alone to search."""
    from vmd_sudoku import decode

    return tuple(decode.CONSTRAINTS)


def name_of(key: str, names: dict[str, str]) -> str:
    """What a row of a table is called on the screen; one without a name of its own goes by its key."""
    return names.get(key, key.replace("-", " ").capitalize())


def policy_name(key: str) -> str:
    """A policy's name on the screen."""
    return name_of(key, words.POLICIES)


def constraints_name(key: str) -> str:
    """A constraint level's name on the screen."""
    return name_of(key, words.CONSTRAINTS)
