"""Noise that pixels share with their neighbours, measured and drawn anew."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.by_axes import require_planes
from napari_dip.grid.regions import Region, cut_all
from napari_dip.noise.homogeneous import well_known
from napari_dip.noise.robust_scale import scale_by_brightness

# Side of the squares that the spectrum is measured on, and pixels beyond
# which neighbours share no noise.
_SIDE = 32
_REACH = 7
# A channel's noise is never taken to be wholly that of another.
_LEAST_OWN = 0.05


@dataclass(frozen=True)
class ColouredNoise:
    """Gaussian noise of a given spectrum whose strength differs by place.

    Parameters
    ----------
    scale : Tensor
        Standard deviation at each pixel, ``(1, channels, height, width)``.
    kernels : Tensor
        Filters of unit norm that colour white noise,
        ``(channels, 1, side, side)``, the side odd.
    mixing : Tensor
        ``(channels, channels)``, rows of unit norm: how much of each white
        noise is in that of each channel.
    """

    scale: Tensor
    kernels: Tensor
    mixing: Tensor

    def draw(
        self, windows: list[Region], generator: torch.Generator
    ) -> Tensor:
        """Draw noise inside each window, ``(windows, channels, h, w)``."""
        scale = cut_all(self.scale, windows)
        count, channels, height, width = scale.shape
        margin = self.kernels.shape[-1] - 1
        white = scale.new_empty(
            count, channels, height + margin, width + margin
        ).normal_(generator=generator)
        if channels > 1:
            white = torch.einsum('cd,ndhw->nchw', self.mixing, white)
        return scale * F.conv2d(white, self.kernels, groups=channels)


@torch.no_grad()
def measure_spectrum(
    residual: Tensor, estimate: Tensor, known: Tensor
) -> ColouredNoise:
    """Measure the noise of an image on what a fit has left of it.

    Medians are taken throughout, over the pixels of like brightness and over
    the blocks of the image, so that structure which the fit has missed
    hardly counts.

    Parameters
    ----------
    residual : Tensor
        ``(1, channels, height, width)``: data minus estimate, 0 where the
        data are missing. At least 32 pixels a side.
    estimate : Tensor
        Same shape; the noise may depend on it.
    known : Tensor
        Same shape, 1 where the data were measured.
    """
    require_planes('noise power spectrum', residual)
    scale = scale_by_brightness(residual.abs(), estimate, known)
    whitened = residual / scale
    kernels = torch.stack(
        [
            _colouring_kernel(plane, mask)
            for plane, mask in zip(whitened[0], known[0], strict=True)
        ]
    )
    power = kernels.square().sum((1, 2), keepdim=True).sqrt()
    kernels = kernels / power
    return ColouredNoise(
        scale * power,
        kernels[:, None],
        _mixing(whitened[0], kernels, known[0]),
    )


def _colouring_kernel(plane: Tensor, known: Tensor) -> Tensor:
    """Filter that gives white noise the spectrum of the plane."""
    line = torch.hann_window(_SIDE, device=plane.device)
    taper = torch.outer(line, line)
    blocks = _blocks(plane)
    share = _blocks(known).mean((1, 2))
    blocks = blocks[well_known(share)]
    power = torch.fft.fft2(blocks * taper).abs().square()
    # The power of noise at a frequency is distributed exponentially, with
    # ln 2 of its mean as median.
    power = power.median(dim=0).values / math.log(2) / taper.square().sum()
    kernel: Tensor = torch.fft.fftshift(torch.fft.ifft2(power.sqrt()).real)
    middle = slice(_SIDE // 2 - _REACH, _SIDE // 2 + _REACH + 1)
    return kernel[middle, middle]


def _blocks(plane: Tensor) -> Tensor:
    step = _SIDE // 2
    unfolded = plane.unfold(0, _SIDE, step).unfold(1, _SIDE, step)
    return unfolded.reshape(-1, _SIDE, _SIDE)


def _mixing(whitened: Tensor, kernels: Tensor, known: Tensor) -> Tensor:
    """Shares of white noises that correlate channels as the image does."""
    channels = len(whitened)
    signs = (whitened.sign() * known).flatten(1)
    both = known.flatten(1) @ known.flatten(1).T
    # Of signs, since the mean of products would follow structure.
    agreement = signs @ signs.T / both.clamp(min=1)
    correlation = torch.sin(math.pi / 2 * agreement)
    overlap = torch.einsum('cij,dij->cd', kernels, kernels)
    own = torch.eye(channels, dtype=kernels.dtype, device=kernels.device)
    white = (correlation / overlap.clamp(min=0.5)).clamp(-1, 1)
    white = white * (1 - own) + own
    values, vectors = torch.linalg.eigh(white)
    mixing: Tensor = vectors * values.clamp(min=_LEAST_OWN).sqrt()
    return F.normalize(mixing, dim=1)
