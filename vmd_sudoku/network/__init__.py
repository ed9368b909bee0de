"""What computes p(x0 | xt, z) and q(z | x0, xt): networks, the model, its weights on disk."""
