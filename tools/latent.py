"""What the latent carries: the terms of the bound by number of clues, and what is lost without the right z.

python tools/latent.py --grids 256
"""

import json
from collections.abc import Callable
from pathlib import Path

import click
import torch
from torch import Tensor

from vmd_sudoku import machine
from vmd_sudoku.board import BLANK
from vmd_sudoku.diffusion.bound import masked_nats
from vmd_sudoku.exact import generate
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import Model

CLUES = (0, 4, 8, 12, 16, 20, 25, 30, 40, 60)
HEAD = ("clues", "KL", "cells, z ~ q", "-ELBO", "cells, z of another grid", "cells, z ~ p", "cells, z = 0", "MDM")


@torch.inference_mode()
def nats(model: Model, board: Tensor, grid: Tensor, z: Tensor | None) -> float:
    """Mean cross-entropy of the masked cells of a board after one call, given z."""
    with machine.mixed_precision(board.device):
        first, given = model.begin(board, z)
        state = model.think(first.to(given.dtype), given, model.config.first_rounds)
        logits = model.logits(state)
    return masked_nats(logits, grid - 1, board == BLANK).mean().item()


def row(vmd: Model, mdm: Model, grid: Tensor, clues: int, rng: torch.Generator) -> dict[str, float]:
    """All terms for boards [n,81] that keep `clues` random cells of their grid."""
    place = torch.rand(grid.shape, generator=rng).argsort(1).argsort(1)
    board = torch.where(place < clues, grid, BLANK)
    with torch.inference_mode(), machine.mixed_precision(board.device):
        posterior = vmd.encode(board, grid)
        learned = vmd.config.learned_prior
        divergence = (posterior.kl_from(vmd.prior(board)) if learned else posterior.kl_from_standard()).float()
        z = posterior.sample(rng)
        noise = draw_prior(len(grid), vmd.config.latent, rng, vmd.config.latent_kind)
        drawn, mode = (vmd.latent_from(field, board) for field in (noise, torch.zeros_like(noise)))
    said: Callable[[Tensor], float] = lambda field: nats(vmd, board, grid, field)  # noqa: E731
    with_posterior = said(z)
    figures = (
        clues,
        divergence.mean().item(),
        with_posterior,
        divergence.mean().item() + with_posterior,
        said(z.roll(1, 0)),
        said(drawn),
        said(mode),
        nats(mdm, board, grid, None),
    )
    return dict(zip(HEAD, figures, strict=True))


@click.command()
@click.option("--grids", default=256, show_default=True, help="Random full grids for every number of clues.")
@click.option("--seed", default=0, show_default=True, help="Of the grids, the masks and z.")
@click.option("--vmd", "vmd_name", default="vmd", show_default=True, help="Model with a latent.")
@click.option("--mdm", "mdm_name", default="mdm", show_default=True, help="Model without one.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON there.")
def main(grids: int, seed: int, vmd_name: str, mdm_name: str, output: Path | None) -> None:
    """Print the terms in nats a board, one draw of z each, after one call."""
    vmd, mdm = load_model(vmd_name), load_model(mdm_name)
    rng = torch.Generator().manual_seed(seed)
    grid = torch.from_numpy(generate.full_grids(grids, seed)).long()
    click.echo(f"{grids} grids a row, seed {seed}, {vmd.name} {vmd.sha256[:12]}, {mdm.name} {mdm.sha256[:12]}\n")
    click.echo("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD))
    rows = []
    for clues in CLUES:
        rows.append(row(vmd.model, mdm.model, grid, clues, rng))
        click.echo(
            "| "
            + " | ".join(f"{figure:.1f}" if name != "clues" else f"{figure}" for name, figure in rows[-1].items())
            + " |"
        )
    if output:
        output.write_text(
            json.dumps({"rows": rows, "grids": grids, "seed": seed, "machine": machine.describe()}, indent=1)
        )


if __name__ == "__main__":
    main()
