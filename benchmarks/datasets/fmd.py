"""Fluorescence Microscopy Denoising scenes, one raw frame each.

Y. Zhang et al., "A Poisson-Gaussian denoising dataset with real fluorescence
microscopy images", CVPR 2019.  The truth is the mean of 50 raw frames on the
same 8-bit scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, Problem, crop
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import absolute

NAME = 'fmd'
SMALL = 'fmd-128'
_REALISATION = 1
_GROUPS = {
    'Confocal': 'confocal',
    'TwoPhoton': 'two-photon',
    'WideField': 'wide-field',
}
_CROPPED = ('Confocal_MICE', 'TwoPhoton_BPAE_G', 'WideField_BPAE_B')
_QUICK_SIZE = 256
_SMALL_SIZE = 128


def cases(data: Path) -> Iterator[Case]:
    """Scenes in the folder, then centre crops of three of them."""
    folder = data / 'microscopy'
    scenes = _scenes(folder)
    for scene in scenes:
        yield _case(folder, NAME, scene)
    for scene in filter(scenes.__contains__, _CROPPED):
        yield _case(folder, NAME, scene, size=_QUICK_SIZE, quick=True)


def small_cases(data: Path) -> Iterator[Case]:
    """Centres so small that the slowest peers end on a processor."""
    folder = data / 'microscopy'
    for scene in filter(_scenes(folder).__contains__, _CROPPED):
        yield _case(folder, SMALL, scene, size=_SMALL_SIZE)


def _scenes(folder: Path) -> list[str]:
    suffix = f'_{_REALISATION}_noisy.png'
    return sorted(
        path.name.removeprefix('fmd_').removesuffix(suffix)
        for path in folder.glob(f'fmd_*{suffix}')
    )


def _case(
    folder: Path,
    collection: str,
    scene: str,
    *,
    size: int | None = None,
    quick: bool = False,
) -> Case:
    noisy = f'fmd_{scene}_{_REALISATION}_noisy.png'
    return Case(
        name=f'{scene}-crop' if quick else scene,
        collection=collection,
        task='denoise',
        load=partial(_load, folder, scene, size),
        score=absolute,
        group=_GROUPS[scene.split('_')[0]],
        licence=licences(folder)[noisy],
        quick=quick,
    )


def _load(folder: Path, scene: str, size: int | None) -> Problem:
    problem = Problem(
        read(folder / f'fmd_{scene}_{_REALISATION}_noisy.png'),
        read(folder / f'fmd_{scene}_gt.png'),
    )
    return problem if size is None else crop(problem, size)
