"""Speed on this machine, in one run: training, one call and decoding, against the machine's own matrix products.

Arithmetic is counted, not guessed: the multiplications and additions of the matrix products that the network asks for.
The 6M transformer of the literature is measured beside it with random weights, which cost the same time as trained ones.
"""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

from vmd_sudoku import __version__, machine
from vmd_sudoku.exact import generate
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.predictor import latent_for
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.training.presets import as_mdm, fork, transformer
from vmd_sudoku.training.updates import Training

SEED = 7
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to time.

    batch: boards together; repeats: of every measurement, of which the median counts; nfe: calls of our decoding;
    reference_calls, reference_batch: of the transformer's sampler; roof_size: side of the large square products.
    compiled: whether the compiled network is timed beside the eager one.
    """

    batch: int = 32
    repeats: int = 7
    nfe: int = 5
    reference_calls: int = 50
    reference_batch: int = 32
    roof_size: int = 2048
    compiled: bool = True


QUICK = Plan(repeats=3, reference_batch=8, roof_size=1024, compiled=False)
"""Half a minute on one core; nothing is compiled."""


def bench(loaded: LoadedModel, plan: Plan, say: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """All rows with the machine and the version; `say` gets a word before each part."""
    clock, clock_name = _clock()
    where = machine.device()
    say("large matrix products")
    roof = {
        name: _roof(dtype, plan, clock) for name, dtype in (("bfloat16", torch.bfloat16), ("float32", torch.float32))
    }
    products = "bfloat16" if machine.has_fast_bfloat16(where) else "float32"
    loaded.model.to(where)
    reference = _reference(where)
    rows: list[Row] = []
    ratios: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    for compiled in [False, True] if plan.compiled else [False]:
        word = "compiled" if compiled else "eager"
        say(f"training, {word}")
        row, shares[f"training update, {word}"] = _time_training(loaded, plan, compiled, clock)
        rows.append(row)
        say(f"inference, {word}")
        if compiled:
            loaded.model.compile_for_decoding()
            reference.model.compile_for_decoding()
        call = _time_call("one call", loaded, plan.batch, compiled, plan, clock)
        row, shares[f"decoding, NFE {plan.nfe}, {word}"] = _time_decoding(loaded, plan, compiled, clock)
        say(f"the 6M transformer, {word}")
        theirs = _time_call("6M transformer, one call", reference, plan.reference_batch, compiled, plan, clock)
        sampler = _time_sampler(reference, plan, compiled, clock)
        rows += [call, row, theirs, sampler]
        for ours in (call, row):
            ratios[f"{ours['what']}, {word}"] = round(ours["boards_per_s"] / sampler["boards_per_s"], 1)
    for row in rows:
        row["of_roof"] = row["gflop_per_s"] and round(row["gflop_per_s"] / roof[products], 3)
    parameters = {name: sum(p.numel() for p in part.parameters()) for name, part in loaded.model.named_children()}
    return {
        "model": loaded.name,
        "sha256": loaded.sha256,
        "parameters": parameters,
        "rows": rows,
        "roof_gflop_per_s": roof,
        "products": products,
        "times_the_6m_transformer": ratios,
        "shares": shares,
        "peak_memory_mib": _peak_memory(where),
        "clock": clock_name,
        "seed": SEED,
        "machine": machine.describe(),
        "version": __version__,
    }


def _puzzles(count: int) -> np.ndarray:
    """Minimal puzzles, int8 [count,81]: about 57 blanks each."""
    return generate.puzzles(count, SEED)[0]


def _time_training(
    loaded: LoadedModel, plan: Plan, compiled: bool, clock: Callable[[], float]
) -> tuple[Row, dict[str, float]]:
    """Updates of the default recipe: a segment of every board, and where their time goes."""
    # No workers: their processes would take time from what is measured.
    training = Training(replace(fork(), model=loaded.model.config, batch=plan.batch, workers=0, seed=SEED))
    # Before it is compiled: compiled products are hidden from the counter.
    flops = count_flops(lambda: training.bound()[0].total().sum().backward())
    if compiled:
        training.compile()
    seconds = _median(training.update, plan.repeats, clock)
    return _row("training update", compiled, plan.batch, seconds, flops), _shares(training.update)


def _time_call(
    what: str, loaded: LoadedModel, batch: int, compiled: bool, plan: Plan, clock: Callable[[], float]
) -> Row:
    """One call of the model's usual number of rounds from nothing, z = 0."""
    where = next(loaded.model.parameters()).device

    def call(model: Model) -> None:
        z = latent_for(model, batch, None)
        with torch.inference_mode(), machine.mixed_precision(where):
            model.denoise(board, None if z is None else z.to(where))

    board = torch.from_numpy(_puzzles(batch)).long().to(where)
    untouched = Model(loaded.model.config).to(where)  # what is compiled cannot be counted
    return _row(
        what,
        compiled,
        batch,
        _median(lambda: call(loaded.model), plan.repeats, clock),
        count_flops(lambda: call(untouched)),
    )


def _time_decoding(
    loaded: LoadedModel, plan: Plan, compiled: bool, clock: Callable[[], float]
) -> tuple[Row, dict[str, float]]:
    """Whole decodings with the policy's work, and where their time goes."""
    clues, setting = _puzzles(plan.batch), Setting(nfe=plan.nfe, seed=SEED)

    def decode() -> None:
        decode_boards(loaded, clues, setting, batch_size=plan.batch)

    seconds = _median(decode, plan.repeats, clock)
    return _row(f"decoding, NFE {plan.nfe}", compiled, plan.batch, seconds, None), _shares(decode)


def _time_sampler(reference: LoadedModel, plan: Plan, compiled: bool, clock: Callable[[], float]) -> Row:
    """The transformer's sampler, with the same decoding loop and policy as ours."""
    clues, setting = _puzzles(plan.reference_batch), Setting(nfe=plan.reference_calls, seed=SEED)

    def decode() -> None:
        decode_boards(reference, clues, setting, batch_size=len(clues))

    seconds = _median(decode, min(plan.repeats, 2), clock)  # fifty calls even out by themselves
    return _row(f"6M transformer, {plan.reference_calls} calls", compiled, len(clues), seconds, None)


def _clock() -> tuple[Callable[[], float], str]:
    """One thread on a CPU: its processor time, which other work on the machine does not change; else wall time."""
    if machine.device().type == "cuda":

        def synchronised() -> float:
            # A GPU works on by itself; without this only the asking would be timed.
            torch.cuda.synchronize()
            return time.perf_counter()

        return synchronised, "wall time"
    if torch.get_num_threads() == 1:
        return time.process_time, "processor time of one thread"
    return time.perf_counter, "wall time"


def _median(work: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """Median seconds of `work`, after two runs that compile and fill caches."""
    work()
    work()
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    # The median: one run that was disturbed does not count.
    return statistics.median(times)


def _row(what: str, compiled: bool, batch: int, seconds: float, flops: int | None) -> Row:
    return {
        "what": what,
        "compiled": compiled,
        "batch": batch,
        "ms": round(1000 * seconds, 1),
        "boards_per_s": round(batch / seconds, 2),
        "gflop_per_board": None if flops is None else round(flops / batch / 1e9, 3),
        "gflop_per_s": None if flops is None else round(flops / seconds / 1e9, 1),
    }


def _roof(dtype: torch.dtype, plan: Plan, clock: Callable[[], float]) -> float:
    """GFLOP/s of a large square product."""
    n = plan.roof_size
    left, right = (torch.randn(n, n, device=machine.device()).to(dtype) for _ in range(2))
    return round(2 * n**3 / _median(lambda: left @ right, plan.repeats, clock) / 1e9, 1)


def count_flops(work: Callable[[], object]) -> int:
    """Multiplications and additions of the matrix products in `work`, which must not be compiled."""
    with FlopCounterMode(display=False, custom_mapping=_CPU_ATTENTION) as counter:
        work()
    return counter.get_total_flops()


def _attention(query: list[int], key: list[int], value: list[int], *rest: object, **more: object) -> int:
    return sdpa_flop_count(query, key, value)


def _attention_backward(
    gradient: list[int], query: list[int], key: list[int], value: list[int], *rest: object, **more: object
) -> int:
    return sdpa_backward_flop_count(gradient, query, key, value)


_CPU_ATTENTION = {  # torch counts attention on GPUs only
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}


def _reference(where: torch.device) -> LoadedModel:
    """An untrained MDM of the literature's size."""
    torch.manual_seed(SEED)
    model = Model(as_mdm(transformer()).model).eval().requires_grad_(False).to(where)
    return LoadedModel(model, "6M transformer, untrained", {}, "")


GROUPS = {
    "matrix products": ("aten::mm", "aten::addmm", "aten::bmm", "aten::linear", "mkldnn", "gemm"),
    "sums": ("aten::sum", "aten::mean"),
    "compiled kernels": ("Torch-Compiled", "CompiledFxGraph", "CompiledFunction", "cpp_fused", "triton", "_Rounds"),
    "element-wise": ("aten::add", "aten::mul", "aten::div", "aten::silu", "aten::pow", "aten::rsqrt", "aten::lerp"),
    "copies": ("aten::copy_", "aten::cat", "aten::clone", "aten::_to_copy", "aten::index", "aten::fill_"),
}
"""Kinds of work by beginnings (or parts) of the profiler's names; what is in none of them is `the rest`."""


def _shares(work: Callable[[], object]) -> dict[str, float]:
    """Share of the time that each kind of work takes."""
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        work()
    spent = dict.fromkeys([*GROUPS, "the rest"], 0.0)
    for event in seen.key_averages():
        group = next((g for g, names in GROUPS.items() if any(name in event.key for name in names)), "the rest")
        spent[group] += event.self_cpu_time_total
    whole = sum(spent.values())
    return {group: round(value / whole, 3) for group, value in spent.items()}


def _peak_memory(where: torch.device) -> int:
    """Most memory that this process has held so far, in MiB: on the GPU where there is one."""
    if where.type == "cuda":
        return torch.cuda.max_memory_allocated() >> 20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10  # KiB on Linux


def columns(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """The rows as text for a table, the heading first."""
    lines: list[tuple[str, ...]] = [
        ("what", "mode", "boards", "ms", "boards/s", "GFLOP a board", "GFLOP/s", f"of the {report['products']} roof")
    ]
    for row in report["rows"]:
        numbers = [row["gflop_per_board"], row["gflop_per_s"], None]
        if row["gflop_per_s"] is not None:
            numbers[2] = f"{100 * row['of_roof']:.0f} %"
        mode = "compiled" if row["compiled"] else "eager"
        fixed = (row["what"], mode, str(row["batch"]), f"{row['ms']:g}", f"{row['boards_per_s']:g}")
        lines.append((*fixed, *("" if number is None else str(number) for number in numbers)))
    return lines


def notes(report: dict[str, Any]) -> list[str]:
    """What stands below the table, a line each."""
    roof, made = report["roof_gflop_per_s"], report["machine"]
    parts = ", ".join(f"{name} {count:,}" for name, count in report["parameters"].items())
    lines = [
        f"parameters of {report['model']}: {parts}",
        f"roof: {roof['bfloat16']:g} GFLOP/s in bfloat16, {roof['float32']:g} in float32",
        *(
            f"{name}: {ratio:g} times the puzzles/s of the 6M transformer's sampler"
            for name, ratio in report["times_the_6m_transformer"].items()
        ),
        f"most memory held: {report['peak_memory_mib']} MiB",
    ]
    for name, shares in report["shares"].items():
        parts = ", ".join(f"{group} {100 * share:.0f} %" for group, share in shares.items() if share >= 0.005)
        lines.append(f"where the time goes, {name}: {parts}")
    threads = f"{made['threads']} of {made['cores']} threads"
    lines.append(f"{report['clock']}; {made['gpu'] or made['processor']}, {threads}, torch {made['torch']}")
    return lines
