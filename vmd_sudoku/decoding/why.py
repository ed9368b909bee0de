"""Why a cell was filled."""

WHYS = ("network", "naked single", "hidden single", "search")
"""Why a cell was filled: the network said so, a single that follows from the board at hand, or what a search found."""
