"""What may be chosen by name, in words: a row for every row of the tables of functions, which lie beside torch.

A page and `--help` read these, and so need not wait for torch. Tests hold them against the tables: POLICIES in
`decoding.policies`, CONSTRAINTS in `decoding.levels`, REMASKING in `decoding.remask`, BLOCKS in `decoding.blocks`, SCHEDULES in
`diffusion.schedule` and RENEWALS in `solving.predictor`.
"""

from vmd_sudoku.config import Choice

POLICIES = {
    "margin": Choice(about="widest gap of the top two"),
    "top-prob": Choice("Top probability", "likeliest digit"),
    "entropy": Choice(about="lowest entropy"),
    "threshold": Choice(about="all above a confidence"),
    "guess": Choice("Guess the whole board", "none until all are sure, each call another z"),
    "average-order": Choice(about="margin of the mean of latents"),
    "left-to-right": Choice("Reading order", "row by row"),
    "random": Choice(about="any order"),
}
CONSTRAINTS = {
    "none": Choice("Network only", "the network alone"),
    "rules": Choice(about="digits that a peer holds are left out"),
    "propagate": Choice(
        "Rules and singles", "naked and hidden singles are filled between calls, dead ends end the run"
    ),
    "search": Choice(about="complete search, guided by the network"),
}
REMASKING = {
    "none": Choice("Never", "a filled cell stays"),
    "confidence": Choice("Least sure", "the least sure cells return, within a budget"),
    "conflict": Choice("In conflict", "cells that clash return, with what was filled because of them"),
}
SCHEDULES = {"linear": Choice("Equal shares"), "cosine": Choice("Few first, many last")}
BLOCKS = {
    "none": Choice("The whole board"),
    "rows": Choice("Row by row", calls=9),
    # A block takes at least one call, so `calls` is the number of blocks.
    "bands": Choice("Three rows at a time", calls=3),
    "boxes": Choice("Box by box", calls=9),
}
RENEWALS = {
    "where-drawn": Choice("From the guess, if drawn"),
    "never": Choice("Keep the first"),
    "prior": Choice("Drawn anew"),
    "posterior": Choice("From the network's guess"),
}
