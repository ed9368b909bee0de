"""What this package raises about its inputs.

VmdSudokuError
├── PuzzleError       a puzzle's text or clues are wrong
├── PuzzleFileError   a file of puzzles cannot be read
├── DataError         a file of sequences, words or text that a lab cannot use
├── ConfigError       settings that are unknown or cannot work together
├── CheckpointError   a saved model that this version cannot read
├── TraceError        a saved solve that this version cannot read
├── LessonError       a lesson of the classroom whose files do not fit together
├── OutputError       a file or folder that cannot be written
├── RunError          a run folder that holds something else, or work that cannot go on
└── TrainingError     a training whose numbers are numbers no more
"""


class VmdSudokuError(Exception):
    """Anything raised about an input; the message is one line, fit to show a user."""


class PuzzleError(VmdSudokuError):
    """A puzzle's text or clues are wrong."""


class PuzzleFileError(VmdSudokuError):
    """A file of puzzles is missing, empty or has an unreadable line."""


class DataError(VmdSudokuError):
    """A file of sequences, words or text that a lab cannot use."""


class ConfigError(VmdSudokuError):
    """Settings that are unknown or cannot work together."""


class CheckpointError(VmdSudokuError):
    """A model folder that is missing, damaged or of another format."""


class TraceError(VmdSudokuError):
    """A saved solve that is damaged, changed or of another format."""


class LessonError(VmdSudokuError):
    """A lesson that there is not, or whose files do not fit together."""


class OutputError(VmdSudokuError):
    """A file or folder that cannot be written."""


class RunError(VmdSudokuError):
    """A run folder that holds something else or another run, or work that cannot go on."""


class TrainingError(VmdSudokuError):
    """A training that cannot go on: its loss or its gradient is no number any more."""
