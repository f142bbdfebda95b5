"""Micrographs: frames with a truth, without one, and reduced ones."""

from pathlib import Path

from skimage.io import imread

from benchmarks.cases import Problem, crop, reduced


def single(path: Path, truth: Path | None = None) -> Problem:
    """Image of a file, in colour if it has three axes, and its truth."""
    image = imread(path)
    axis = 2 if image.ndim == 3 else None
    return Problem(image, truth and imread(truth), channel_axis=axis)


def pair(path: Path, size: int | None = None) -> Problem:
    """NAME_noisy, of several NAME_1_noisy, and NAME_gt, or raw/ and gt/."""
    name = path.stem.removesuffix('_noisy').removesuffix('_1')
    truth = path.with_name(f'{name}_gt{path.suffix}')
    if path.parent.name == 'raw':
        truth = path.parents[1] / 'gt' / path.name
    problem = single(path, truth)
    return crop(problem, size) if size else problem


def reduced_cells(path: Path) -> Problem:
    """Stained cells, in counts: where they fill one channel best."""
    return reduced(imread(path)[:256, 150:406, 1], 4)
