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
_REALISATION = 1
_GROUPS = {
    'Confocal': 'confocal',
    'TwoPhoton': 'two-photon',
    'WideField': 'wide-field',
}
_QUICK = ('Confocal_MICE', 'TwoPhoton_BPAE_G', 'WideField_BPAE_B')
_QUICK_SIZE = 256


def cases(data: Path) -> Iterator[Case]:
    """Scenes in the folder, then centre crops of three of them."""
    folder = data / 'microscopy'
    suffix = f'_{_REALISATION}_noisy.png'
    scenes = sorted(
        path.name.removeprefix('fmd_').removesuffix(suffix)
        for path in folder.glob(f'fmd_*{suffix}')
    )
    for scene in scenes:
        yield _case(folder, scene)
    for scene in filter(scenes.__contains__, _QUICK):
        yield _case(folder, scene, quick=True)


def _case(folder: Path, scene: str, *, quick: bool = False) -> Case:
    noisy = f'fmd_{scene}_{_REALISATION}_noisy.png'
    return Case(
        name=f'{scene}-crop' if quick else scene,
        collection=NAME,
        task='denoise',
        load=partial(_load, folder, scene, quick=quick),
        score=absolute,
        group=_GROUPS[scene.split('_')[0]],
        licence=licences(folder)[noisy],
        quick=quick,
    )


def _load(folder: Path, scene: str, *, quick: bool) -> Problem:
    problem = Problem(
        read(folder / f'fmd_{scene}_{_REALISATION}_noisy.png'),
        read(folder / f'fmd_{scene}_gt.png'),
    )
    return crop(problem, _QUICK_SIZE) if quick else problem
