"""What a hundred grids of each model cost in the Grids lab: processor and wall time, and when the first ones are there.

python tools/grids_speed.py              one call
python tools/grids_speed.py --calls 20   twenty

The lab's own drawer, without a server and a page. One thread. With `--plain`, rounds as torch runs them; else compiled ones
where this machine has them ready (`vmd-sudoku bench` and `--compile` make them).
"""

import contextlib
import time
from collections.abc import Iterator
from threading import Event

import click
import torch

from app.labs import grids
from vmd_sudoku import machine
from vmd_sudoku.network.checkpoint import load_model

LOOK_SECONDS = 0.05


@click.command()
@click.option("--calls", default=1, show_default=True, help="Calls of the network for a grid.")
@click.option("--seed", default=0, show_default=True)
@click.option("--plain", is_flag=True, help="Without compiled rounds.")
def main(calls: int, seed: int, plain: bool) -> None:
    """Draw once for the time of loading, then measure."""
    torch.set_num_threads(1)
    models = {kind: load_model(kind) for kind in grids.MODELS}
    kept = [not plain and loaded.model.use_kept_rounds() for loaded in models.values()]
    drawer = grids.Drawer(_open, models.__getitem__, busy=BlockingIOError, gone=InterruptedError)
    for kind in grids.MODELS:
        grids.some_grids(models[kind], grids.setting(kind, 1, seed), 0, lambda: False)
    draw, first, wall, spent = _measured(drawer, grids.Draw(calls, seed))
    about = machine.describe()
    click.echo(
        f"{about['processor']}, {about['cores']} cores, one thread; compiled rounds: {'yes' if all(kept) else 'no'}"
    )
    for name, found in draw.grids.items():
        legal = sum(grid.legal for grid in found)
        click.echo(f"{name}: {len(found)} grids in {calls} calls, {legal} legal, {draw.seconds[name]:.2f} s")
    click.echo(
        f"both: {wall:.2f} s, {spent:.2f} s of the processor; the first {grids.BATCH} of each after {first:.2f} s"
    )


def _measured(drawer: grids.Drawer, draw: grids.Draw) -> tuple[grids.Draw, float, float, float]:
    """The draw when it is over; seconds to the first slice of both models, in all, and of the processor."""
    start, spent, first = time.perf_counter(), time.process_time(), 0.0
    drawer.start(draw)
    while draw.live:
        time.sleep(LOOK_SECONDS)
        draw.look()
        if not first and all(draw.grids.values()):
            first = time.perf_counter() - start
    return draw, first, time.perf_counter() - start, time.process_time() - spent


@contextlib.contextmanager
def _open(flag: Event) -> Iterator[None]:
    yield


if __name__ == "__main__":
    main()
