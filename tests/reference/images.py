"""Small restorations whose results must not change unnoticed."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from napari_dip import denoise, inpaint, super_resolve

#: Where the images lie; they are no part of the project.
DATA = Path(
    os.environ.get('NAPARI_DIP_DATA')
    or Path(__file__).resolve().parents[3] / 'shared' / 'data'
)

Array = NDArray[Any]


@dataclass(frozen=True)
class Reference:
    """One restoration.

    Parameters
    ----------
    restore : callable
        The public function.
    image : ndarray
        What it is given.
    truth : ndarray or None
        What it should come close to, where that is known.
    arguments : dict
        Its further arguments.
    """

    restore: Callable[..., Array]
    image: Array
    truth: Array | None = None
    arguments: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Array:
        """Restore with the quickest preset, to its end."""
        arguments = {'preset': 'fast', 'device': 'cpu', **self.arguments}
        return self.restore(self.image, **arguments)

    def psnr(self, restored: Array) -> float | None:
        """PSNR in dB on the range of the truth; None without one."""
        if self.truth is None:
            return None
        truth = self.truth.astype(float)
        error = np.mean((restored - truth) ** 2)
        return float(10 * np.log10(np.ptp(truth) ** 2 / error))


def _read(
    name: str, side: int = 128, top: int = 192, left: int = 192
) -> Array:
    image = np.asarray(iio.imread(DATA / 'microscopy' / name))
    return image[top : top + side, left : left + side]


def _pair(scene: str, number: int = 1) -> Reference:
    noisy = _read(f'fmd_{scene}_{number}_noisy.png')
    return Reference(denoise, noisy, _read(f'fmd_{scene}_gt.png'))


def _w2s() -> Reference:
    return Reference(
        denoise, _read('w2s_010_ch0_noisy.png'), _read('w2s_010_ch0_gt.png')
    )


def _scanned() -> Reference:
    """Neighbours along the lines of the scan share their noise."""
    noisy = _read('flim_mousekidney2_noisy.tif', 160, 128, 128)
    truth = _read('flim_mousekidney2_gt.tif', 160, 128, 128)
    return Reference(denoise, noisy, truth)


def _jpeg() -> Reference:
    clean = _read('fmd_Confocal_BPAE_R_gt.png', 192, 128, 128)
    generator = np.random.default_rng(0)
    noisy = generator.poisson(clean * 20 / 255) * 255 / 20
    file = io.BytesIO()
    pixels = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    iio.imwrite(file, pixels, extension='.jpg', quality=75)
    return Reference(
        denoise, iio.imread(file.getvalue(), extension='.jpg'), clean
    )


def _scene(side: int = 128) -> Array:
    blobs = np.random.default_rng(0).random((side, side)) > 0.995
    scene = gaussian_filter(blobs.astype(float), 4)
    return scene / scene.max()


def _few_photons() -> Reference:
    light = _scene()
    counts = np.random.default_rng(0).poisson(light)
    return Reference(denoise, counts.astype(np.uint16), light)


def _faint() -> Reference:
    light = _scene()
    noise = np.random.default_rng(0).normal(0, 1, light.shape)
    return Reference(denoise, (light + noise).astype(np.float32), light)


def _colour() -> Reference:
    clean = _read('ihc_rgb.png', 128)
    noise = np.random.default_rng(0).normal(0, 25, clean.shape)
    noisy = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
    return Reference(denoise, noisy, clean)


def _electrons() -> Reference:
    return Reference(denoise, _read('em_stem_SrTiO3_u16.tif'))


def _lines() -> Reference:
    image = _read('fmd_Confocal_BPAE_B_gt.png', 160)
    mask = np.zeros(image.shape, bool)
    mask[40:45] = mask[:, 100:103] = True
    return _masked(image, mask)


def _scattered() -> Reference:
    image = _read('fmd_TwoPhoton_BPAE_G_gt.png')
    mask = np.random.default_rng(0).random(image.shape) < 0.5
    return _masked(image, mask)


def _masked(image: Array, mask: Array) -> Reference:
    blank = np.where(mask, 0, image)
    return Reference(inpaint, blank, image, {'mask': mask})


def _enlarged() -> Reference:
    truth = _read('w2s_031_ch1_gt.png', 256, 128, 128).astype(np.float32)
    small = truth.reshape(128, 2, 128, 2).mean((1, 3))
    return Reference(super_resolve, small, truth, {'factor': 2})


#: Each is made when it is asked for.
REFERENCES: dict[str, Callable[[], Reference]] = {
    'confocal': lambda: _pair('Confocal_MICE'),
    'two-photon': lambda: _pair('TwoPhoton_BPAE_R'),
    'wide-field': lambda: _pair('WideField_BPAE_G'),
    'w2s': _w2s,
    'line-scanned': _scanned,
    'jpeg': _jpeg,
    'few-photons': _few_photons,
    'faint': _faint,
    'colour': _colour,
    'electrons': _electrons,
    'lines': _lines,
    'scattered': _scattered,
    'enlarged': _enlarged,
}
