"""A training small enough for a test."""

from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training.updates import TrainConfig

SMALL = TrainConfig(
    model=ModelConfig(network=NetworkConfig(width=8, middle=8, hidden=16), encoder_rounds=2),
    steps=12,
    batch=6,
    segment=2,
    life=2,
    dreams=0.0,
    workers=0,
)
