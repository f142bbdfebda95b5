"""Micrographs: frames of FMD, pairs of other sources, images without truth."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, Problem, quick, reduced
from benchmarks.datasets.folder import licence, read
from benchmarks.scores import ABSOLUTE, DETECTOR, FITTED, FITTED_8BIT, Protocol

# The first of four.
_FRAMES = 'fmd_*_1_noisy.png'
_GROUPS = {
    'Confocal': 'confocal',
    'TwoPhoton': 'two-photon',
    'WideField': 'wide-field',
}
_CROPPED = ('Confocal_MICE', 'TwoPhoton_BPAE_G', 'WideField_BPAE_B')
_UNSCORED = {
    'convallaria': 'convallaria_u16.tif',
    'SrTiO3': 'em_stem_SrTiO3_u16.tif',
    'ihc': 'ihc_rgb.png',
}


def fmd_cases(data: Path) -> Iterator[Case]:
    """One raw frame of each scene, then centre crops of three of them."""
    scenes = list(_pairs(data, 'fmd', _FRAMES, ABSOLUTE))
    yield from scenes
    yield from (quick(one, 256) for one in scenes if one.name in _CROPPED)


def small_cases(data: Path) -> Iterator[Case]:
    """Centres so small that the slowest peers end on a processor."""
    for one in _pairs(data, 'fmd-128', _FRAMES, ABSOLUTE):
        if one.name in _CROPPED:
            yield replace(quick(one, 128), name=one.name, quick=False)


def mixed_cases(data: Path) -> Iterator[Case]:
    """The mixed test set of FMD: ``raw/NAME.png`` and ``gt/NAME.png``."""
    for raw in sorted((data / 'raw').glob('*.png')):
        load = partial(_load, raw, data / 'gt' / raw.name)
        yield Case(raw.stem, 'fmd-mixed', load, ABSOLUTE, _kind(raw.stem))


def w2s_cases(data: Path) -> Iterator[Case]:
    """Fields and channels of W2S."""
    yield from _pairs(data, 'w2s', 'w2s_*_noisy.*', FITTED_8BIT)


def other_cases(data: Path) -> Iterator[Case]:
    """The remaining pairs: 8-bit display scale, 16-bit and float."""
    yield from _pairs(data, 'other-pairs', 'giga_*_noisy.*', FITTED_8BIT)
    yield from _pairs(data, 'other-pairs', 'flim_*_noisy.*', FITTED)
    yield from _pairs(data, 'other-pairs', 'nuclei_*_noisy.*', FITTED)


def unscored_cases(data: Path) -> Iterator[Case]:
    """Real images without ground truth: shown and timed, not scored."""
    for name, file in _UNSCORED.items():
        path = data / 'microscopy' / file
        if path.exists():
            load, terms = partial(_load, path, None), licence(path)
            yield Case(name, 'unscored', load, ABSOLUTE, '', terms)


def _pairs(
    data: Path, collection: str, pattern: str, score: Protocol
) -> Iterator[Case]:
    for noisy in sorted((data / 'microscopy').glob(pattern)):
        name = noisy.stem.removesuffix('_noisy').removesuffix('_1')
        truth = noisy.with_name(f'{name}_gt{noisy.suffix}')
        parts = name.split('_')
        group = parts[2] if parts[0] == 'w2s' else _kind(name) or parts[0]
        case, load = name.removeprefix('fmd_'), partial(_load, noisy, truth)
        yield Case(case, collection, load, score, group, licence(noisy))


def _kind(name: str) -> str:
    return next((kind for word, kind in _GROUPS.items() if word in name), '')


def _load(path: Path, truth: Path | None) -> Problem:
    image = read(path)
    axis = 2 if image.ndim == 3 else None
    return Problem(image, truth and read(truth), channel_axis=axis)


def reduced_cases(data: Path) -> Iterator[Case]:
    """Stained cells, in counts, for super-resolution."""
    path = data / 'microscopy' / 'cellpainting_cyx_u16.tif'
    if path.exists():
        load, terms = partial(_load_part, path), licence(path)
        yield Case('cells', 'microscopy-x4', load, DETECTOR, '', terms)


def _load_part(path: Path) -> Problem:
    # The part of one channel that cells fill best.
    return reduced(read(path)[:256, 150:406, 1], 4)
