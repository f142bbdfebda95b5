"""Whether a change of the noise model loses anything on real micrographs.

``python scripts/noise_gate.py run DATA RESULTS.json [SET ...]`` restores the
frames of some sets with ``fast``, by whatever tree PYTHONPATH names, and keeps
the decibels; what RESULTS has already is left out. ``python
scripts/noise_gate.py compare BEFORE.json AFTER.json`` sets two trees side by
side. DATA is a folder of ``NAME_noisy`` and ``NAME_gt`` as the list below
names them.

Decibels are those against the truth brought to the brightness of the frame,
since most truths have one of their own.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, shift, zoom

Array = NDArray[Any]

_SCENES = (
    'Confocal_BPAE_B',
    'Confocal_BPAE_R',
    'Confocal_MICE',
    'TwoPhoton_BPAE_B',
    'TwoPhoton_BPAE_G',
    'TwoPhoton_BPAE_R',
    'WideField_BPAE_B',
    'WideField_BPAE_G',
)
_W2S = tuple(
    f'w2s_{n}_ch{c}' for n in ('010', '031', '049', '120') for c in '012'
)
_OTHERS = (
    'giga_actin-60x-noise1',
    'giga_mito-60x-noise1',
    'giga_nucleus',
    'flim_BPAE1',
    'flim_mousekidney2',
    'nuclei_migration_u16',
)
_PROCESSED = (
    'fmd_Confocal_BPAE_R_1',
    'fmd_Confocal_MICE_1',
    'fmd_TwoPhoton_BPAE_R_1',
    'w2s_031_ch1',
    'w2s_120_ch0',
    'giga_mito-60x-noise1',
)
#: What a loss may be in dB: the mean, and the greatest of one frame.
LIMITS = {'raw': (0.05, 0.2), 'processed': (0.3, np.inf)}


def _jpeg(image: Array) -> Array:
    top = max(255.0, float(image.max()))
    pixels = np.rint(image * (255 / top)).astype(np.uint8)
    file = io.BytesIO()
    iio.imwrite(file, pixels, extension='.jpg', quality=75)
    return np.asarray(iio.imread(file.getvalue(), extension='.jpg'))


def _same(image: Array) -> Array:
    return image


#: Of the frame and of its truth.
CHANGES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]]
CHANGES = {
    name: (change, change)
    for name, change in {
        'moved': lambda x: shift(x.astype(float), 0.5, order=1, mode='mirror'),
        'smoothed': lambda x: gaussian_filter(x.astype(float), 1),
        'enlarged': lambda x: zoom(
            x[48:-48, 48:-48].astype(float), 2, order=1
        ),
    }.items()
}
CHANGES['jpeg'] = (_jpeg, _same)
CHANGES['raw'] = (_same, _same)


def _places(chosen: str) -> Iterator[tuple[str, str, tuple[int, int, int]]]:
    """Name of the frame, change, and side, row and column of its crop."""
    centre = (192, 160, 160)
    if chosen == 'raw':
        names = [f'fmd_{scene}_1' for scene in _SCENES]
        for name in (*names, *_W2S, *_OTHERS):
            yield name, 'raw', centre
    elif chosen == 'processed':
        for name in _PROCESSED:
            for change in ('moved', 'smoothed', 'enlarged', 'jpeg'):
                yield name, change, centre
    elif chosen == 'unseen':
        # Frames and places that no threshold was chosen on.
        for number, scene in enumerate(_SCENES):
            yield f'fmd_{scene}_{2 + number % 3}', 'raw', (160, 16, 300)
        for name in (*_W2S[1::3], *_OTHERS[::2]):
            yield name, 'raw', (160, 330, 20)
    elif chosen == 'small':
        for scene in ('WideField_BPAE_B', 'WideField_BPAE_G'):
            for side in (64, 96, 128):
                yield f'fmd_{scene}_1', 'raw', (side, 128, 128)
        for name in ('fmd_Confocal_MICE_1', 'w2s_031_ch1'):
            yield name, 'raw', (64, 128, 128)
    else:
        raise ValueError(f'{chosen!r} is none of the sets.')


def _read(data: Path, name: str) -> Array:
    [path] = (p for p in data.glob(f'{name}.*') if p.suffix != '.json')
    return np.asarray(iio.imread(path))


def _pair(
    data: Path, name: str, change: str, place: tuple[int, int, int]
) -> tuple[Array, Array]:
    side, row, column = place
    scene = name.rsplit('_', 1)[0] if name.startswith('fmd') else name
    of_frame, of_truth = CHANGES[change]
    noisy, truth = (
        _read(data, found)[row : row + side, column : column + side]
        for found in (f'{name}_noisy', f'{scene}_gt')
    )
    return of_frame(noisy), of_truth(truth)


def psnr(image: Array, truth: Array) -> float:
    """PSNR in dB on the range of the truth."""
    error = np.mean((image.astype(float) - truth) ** 2)
    return float(10 * np.log10(np.ptp(truth) ** 2 / error))


def at_brightness(truth: Array, frame: Array) -> Array:
    """Bring a truth to the brightness of a frame, by least squares."""
    x, y = truth.astype(float).ravel(), frame.astype(float).ravel()
    slope, level = np.polyfit(x - x.mean(), y, 1)
    brought: Array = slope * (truth - x.mean()) + level
    return brought


def run(data: Path, results: Path, sets: list[str]) -> None:
    """Restore what has not been restored."""
    from napari_dip import denoise

    done = json.loads(results.read_text()) if results.exists() else {}
    for chosen in sets:
        for name, change, place in _places(chosen):
            key = f'{chosen} {name} {change} {"-".join(map(str, place))}'
            if key in done:
                continue
            noisy, truth = _pair(data, name, change, place)
            truth = at_brightness(truth, noisy)
            begun = time.process_time()
            restored, info = denoise(
                noisy, preset='fast', device='cpu', return_info=True
            )
            done[key] = {
                'noisy': round(psnr(noisy, truth), 3),
                'psnr': round(psnr(restored, truth), 3),
                'seconds': round(time.process_time() - begun, 1),
                'noise': info.noise,
            }
            results.write_text(json.dumps(done, indent=1) + '\n')
            print(key, done[key], flush=True)


def compare(before: Path, after: Path) -> int:
    """Print both as a table, and say whether the limits hold."""
    old, new = (json.loads(path.read_text()) for path in (before, after))
    failed = False
    for chosen in dict.fromkeys(key.split()[0] for key in new):
        keys = [k for k in new if k.split()[0] == chosen and k in old]
        gains = np.array([new[k]['psnr'] - old[k]['psnr'] for k in keys])
        print(f'\n| {chosen} | noisy | before | after | difference |')
        print('| --- | --- | --- | --- | --- |')
        for key, gain in zip(keys, gains, strict=True):
            label = key.partition(' ')[2]
            print(
                f'| {label} | {new[key]["noisy"]:.2f} | {old[key]["psnr"]:.2f}'
                f' | {new[key]["psnr"]:.2f} | {gain:+.2f} |'
            )
        mean, worst = LIMITS.get(chosen, (np.inf, np.inf))
        fails = bool(-gains.mean() > mean or -gains.min() > worst)
        failed |= fails
        print(
            f'mean {gains.mean():+.3f} dB, least {gains.min():+.2f}'
            + fails * ': too little'
        )
    return int(failed)


if __name__ == '__main__':
    command, first, second, *others = sys.argv[1:]
    if command == 'run':
        run(Path(first), Path(second), others or ['raw', 'processed'])
    else:
        sys.exit(compare(Path(first), Path(second)))
