"""The command line: every command parses, calls and prints. Wrong input is one line on stderr and exit code 2."""

import sys
from collections.abc import Sequence

import click

from vmd_sudoku import __version__
from vmd_sudoku.cli.topics import Topics
from vmd_sudoku.errors import VmdSudokuError

TOPICS = {
    "A puzzle": {
        "solve": ("puzzle_commands", "Solve a puzzle, and print every step."),
        "check": ("puzzle_commands", "Whether puzzles have none, one or several solutions."),
        "solutions": ("puzzle_commands", "Sample the solutions of a puzzle that has several."),
        "convert": ("puzzle_commands", "Another text form, a picture, a page to print, a link."),
        "replay": ("puzzle_commands", "Print a solve that was saved with --json."),
    },
    "Figures": {
        "evaluate": ("batch_commands", "Whole-board accuracy over files of puzzles."),
        "report": ("batch_commands", "Tables and charts of runs of evaluate."),
        "sample": ("measure_commands", "Whole grids from the empty board."),
        "draws": ("measure_commands", "What several draws of z solve, beside an MDM of as many calls."),
        "reasons": ("puzzle_commands", "Which human techniques justify what a model fills."),
        "reproduce": ("measure_commands", "Experiments of the paper, measured again."),
        "bench": ("measure_commands", "Speed on this machine."),
    },
    "Puzzles and models": {
        "generate": ("generate_command", "Random puzzles with exactly one solution."),
        "models": ("train_commands", "The shipped models, and their cards."),
        "train": ("train_commands", "Train a model on generated puzzles."),
    },
    "App": {
        "app": ("app_command", "Open the app in the browser."),
        "export-html": ("page_commands", "One HTML file that needs no server."),
    },
}
"""Commands by topic: the module that holds each, and a line on it. The module is loaded when its command is asked for."""


@click.group(cls=Topics, topics=TOPICS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vmd-sudoku")
def cli() -> None:
    """Sudoku by variational masked diffusion (VMD), beside masked diffusion without a latent (MDM)."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; the one place where errors become exit codes."""
    try:
        sys.exit(cli.main(args=None if argv is None else list(argv), prog_name="vmd-sudoku", standalone_mode=False))
    except VmdSudokuError as error:
        click.echo(f"vmd-sudoku: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        # click 8.1 prints the help itself where no command is named; newer ones raise it as an error.
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            error.show()
        else:
            click.echo(f"vmd-sudoku: {error.format_message()}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("vmd-sudoku: stopped", err=True)
        # 128 + 2, as shells report a program that Ctrl+C ended.
        sys.exit(130)
    except BrokenPipeError:  # `vmd-sudoku … | head`
        # Closed, or Python would complain on it that standard output could not be flushed.
        sys.stderr.close()
        sys.exit(141)
