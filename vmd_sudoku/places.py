"""Where the app and the example puzzles are: in a checkout beside the package, in an installed copy inside it."""

from pathlib import Path

from vmd_sudoku.errors import VmdSudokuError

_PACKAGE = Path(__file__).parent


def app_folder() -> Path:
    """The folder that holds streamlit_app.py, app/ and puzzles/.

    Raises:
        VmdSudokuError: this copy lacks the app.
    """
    for folder in (_PACKAGE.parent, _PACKAGE / "_app"):
        if (folder / "streamlit_app.py").is_file():
            return folder
    raise VmdSudokuError("the app is not part of this copy of vmd-sudoku; install it again with `pip install .`")
