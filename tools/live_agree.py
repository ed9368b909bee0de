"""Whether the page of `export-html` writes what the library writes: the page's engine in node beside the library in float32.

Where the two differ most, both are held against the library in float64.

python tools/live_agree.py ../shared/puzzles/radcliffe_sample.csv --limit 1000 --nfe 5
python tools/live_agree.py --generate 1000 --model mdm --nfe 1
"""

import copy
from dataclasses import replace

import click
import numpy as np
import torch
from rich.progress import track

from vmd_sudoku import board
from vmd_sudoku.exact.generate import puzzles as generated
from vmd_sudoku.formats import files
from vmd_sudoku.live.agreement import agreement, runs_of_library, runs_of_page
from vmd_sudoku.live.pages import live_page
from vmd_sudoku.network.checkpoint import LoadedModel, load_model
from vmd_sudoku.solving.setting import Setting


def in_float64(loaded: LoadedModel) -> LoadedModel:
    """The same model in float64: where page and library part by rounding alone, both are about as far from it."""
    model = copy.deepcopy(loaded.model).double()
    for name, layer in model.named_modules():
        # What enters the network, a board and z, is float32.
        if name.endswith((".embed", ".inject")):
            layer.register_forward_pre_hook(lambda _, given: (given[0].double(),))
    return replace(loaded, model=model)


@click.command()
@click.argument("source", required=False)
@click.option("--generate", type=int, default=0, help="Minimal puzzles to make (seed 0), instead of a file's.")
@click.option("--limit", type=int, help="Puzzles of the file.")
@click.option("--model", default="vmd", show_default=True)
@click.option("--policy", type=click.Choice(["margin", "top-prob"]), default="margin", show_default=True)
@click.option("--nfe", type=int, help="Calls; one cell a call without it.")
@click.option("--z", type=int, help="Seed that z is drawn with; z = 0 without it.")
@click.option("--plain", is_flag=True, help="In plain JavaScript, without WebAssembly.")
@click.option("--bfloat16", is_flag=True, help="The library as it runs on this machine, not in float32.")
def main(source, generate, limit, model, policy, nfe, z, plain, bfloat16):
    """Compare the two on the puzzles of SOURCE."""
    torch.set_num_threads(1)
    puzzles = generated(generate, 0)[0] if generate else files.read(source, limit).puzzles
    loaded = load_model(model)
    setting = Setting(policy=policy, nfe=nfe, z=z)
    lines = [board.to_line(puzzle) for puzzle in puzzles]
    requests = [{"model": model, "puzzle": line, "policy": policy, "nfe": nfe, "z": z} for line in lines]
    found, runs = [], []
    page = runs_of_page(live_page([loaded]), requests, fast=not plain)
    pairs = zip(page, runs_of_library(loaded, puzzles, setting, full=not bfloat16), strict=True)
    for ours, theirs in track(pairs, "puzzles", len(puzzles)):
        found.append(agreement(ours, theirs))
        runs.append(ours)
        if found[-1].difference >= max(one.difference for one in found):
            parted = ours, theirs
    final = np.array([run.boards[-1] for run in runs])
    solved = board.solved(final, puzzles)
    times = np.array([run.ms for run in runs])
    worst = np.array([one.difference for one in found])
    print(
        f"{source or f'{generate} generated'}, {loaded.name} {loaded.sha256[:8]}, {policy}, NFE {nfe or 'cell'}, z {z}"
    )
    print(f"final boards equal: {sum(one.board for one in found)} of {len(found)}")
    print(f"boards equal after every call: {sum(one.every_board for one in found)} of {len(found)}")
    print(f"as many rounds: {sum(one.rounds for one in found)} of {len(found)}")
    print(f"largest difference of a probability: {worst.max():.2g}; above 1e-3 in {(worst > 1e-3).sum()} puzzles")
    at = int(worst.argmax())
    (exact,) = runs_of_library(in_float64(loaded), puzzles[at : at + 1], setting)
    far = [agreement(run, exact).difference for run in parted]
    print(f"there, to the library in float64: page {far[0]:.2g}, library {far[1]:.2g} (puzzle {at + 1})")
    print(f"solved by the page: {solved.sum()} of {len(found)}")
    print(
        f"ms a puzzle in node: median {np.median(times):.0f}, 95 % {np.quantile(times, 0.95):.0f}, most {times.max():.0f}"
    )


if __name__ == "__main__":
    main()
