"""What can be chosen, read from the library's own tables, so that a new row appears in the app by itself.

The tables lie beside torch, which takes seconds to load: they are read when somebody asks, not when the page is drawn.
"""

from app.parts import words


def policies() -> tuple[str, ...]:
    """Names of the policies, which say what cells go first."""
    from vmd_sudoku.decoding import loop as decode

    return tuple(decode.POLICIES)


def constraints() -> tuple[str, ...]:
    """Names of the constraint levels, from the network alone to search."""
    from vmd_sudoku.decoding import loop as decode

    return tuple(decode.CONSTRAINTS)


def remasking() -> tuple[str, ...]:
    """Names of the ways in which filled cells may return to MASK."""
    from vmd_sudoku.decoding import loop as decode

    return tuple(decode.REMASKING)


def schedules() -> tuple[str, ...]:
    """Names of the ways to share out the blanks over a number of calls."""
    from vmd_sudoku.diffusion import schedule

    return tuple(schedule.SCHEDULES)


def blocks() -> tuple[str, ...]:
    """Names of the divisions of the board into parts that are filled one after the other."""
    from vmd_sudoku.decoding import blocks

    return tuple(blocks.BLOCKS)


def renewals() -> tuple[str, ...]:
    """Names of the ways to come by another z in later calls."""
    from vmd_sudoku.solving import predictor

    return tuple(predictor.RENEWALS)


def policy_about(key: str) -> str:
    """A policy with what the library says of it."""
    from vmd_sudoku.decoding import loop as decode

    return words.CHOICE.format(name=policy_name(key), about=decode.POLICIES[key].about)


def constraints_about(key: str) -> str:
    """A constraint level with what the library says of it."""
    from vmd_sudoku.decoding import loop as decode

    return words.CHOICE.format(name=constraints_name(key), about=decode.CONSTRAINTS[key].about)


def remask_about(key: str) -> str:
    """A way to remask with what the library says of it."""
    from vmd_sudoku.decoding import loop as decode

    return words.CHOICE.format(name=remask_name(key), about=decode.REMASKING[key].about)


def policy_name(key: str) -> str:
    """A policy's name on the screen."""
    return _name(key, words.POLICIES)


def constraints_name(key: str) -> str:
    """A constraint level's name on the screen."""
    return _name(key, words.CONSTRAINTS)


def remask_name(key: str) -> str:
    """The name on the screen of a way to remask."""
    return _name(key, words.REMASKING)


def schedule_name(key: str) -> str:
    """The name on the screen of a way to share out the blanks."""
    return _name(key, words.SCHEDULES)


def blocks_name(key: str) -> str:
    """The name on the screen of a division of the board."""
    return _name(key, words.BLOCKS)


def renewal_name(key: str) -> str:
    """The name on the screen of a way to come by another z."""
    return _name(key, words.RENEWALS)


def _name(key: str, names: dict[str, str]) -> str:
    """A row's own name on the screen; one without goes by its key."""
    return names.get(key, key.replace("-", " ").capitalize())
