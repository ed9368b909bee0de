"""The command line: every command parses, calls and prints. Wrong input is one line on stderr and exit code 2."""

import sys
from collections.abc import Sequence

import click

from vmd_sudoku import __version__
from vmd_sudoku.cli import lab_commands, measure_commands, puzzle_commands, train_commands
from vmd_sudoku.errors import VmdSudokuError

# Modules that import torch or numba are imported by the commands that need them, so that --help answers at once.


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vmd-sudoku")
def cli() -> None:
    """Sudoku by variational masked diffusion (VMD), beside masked diffusion without a latent (MDM)."""


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
def app(port: int, address: str) -> None:
    """Open the app in the browser (prints its address)."""
    import subprocess

    from vmd_sudoku.places import app_folder

    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "streamlit_app.py")]
    sys.exit(subprocess.call([*command, "--server.port", str(port), "--server.address", address], cwd=folder))


for command in (
    *(puzzle_commands.solve, puzzle_commands.replay, puzzle_commands.check, puzzle_commands.convert),
    *(puzzle_commands.reasons, puzzle_commands.solutions, puzzle_commands.generate),
    *(
        measure_commands.evaluate,
        measure_commands.draws,
        measure_commands.sample,
        measure_commands.reproduce,
        measure_commands.bench,
    ),
    *(train_commands.train, train_commands.models),
):
    cli.add_command(command)
for command in (lab_commands.synthetic,):
    measure_commands.reproduce.add_command(command)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; the one place where errors become exit codes."""
    try:
        sys.exit(cli.main(args=None if argv is None else list(argv), prog_name="vmd-sudoku", standalone_mode=False))
    except VmdSudokuError as error:
        click.echo(f"vmd-sudoku: {error}", err=True)
        sys.exit(2)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"vmd-sudoku: {error.format_message()}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("vmd-sudoku: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:  # `vmd-sudoku … | head`
        sys.stderr.close()
        sys.exit(141)
