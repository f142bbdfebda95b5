"""Figures that others published, for rows of their own.

Means of a set, PSNR in dB; single images where they were given.  The
evaluations are those of the original authors: other noise draws, other
builds of the peers, so they are read beside ours and not against them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_PAPER = 'D. Ulyanov et al., Deep Image Prior, images of the project page'


@dataclass(frozen=True)
class Published:
    """A method's published mean PSNR and, where known, single images."""

    method: str
    mean: float
    source: str = _PAPER
    cases: dict[str, float] = field(default_factory=dict)


_DENOISED_25 = {
    'F16': (33.69, 32.67),
    'Baboon': (24.51, 26.01),
    'House': (32.09, 32.72),
    'Lena': (32.56, 32.06),
    'Peppers': (31.15, 30.75),
    'kodim01': (28.44, 29.20),
    'kodim02': (32.71, 32.16),
    'kodim03': (33.79, 34.03),
    'kodim12': (32.68, 33.14),
}

_FILLED = {
    'barbara': (28.13, 32.18),
    'boat': (31.42, 33.04),
    'house': (34.52, 39.00),
    'lena': (34.97, 36.08),
    'peppers': (31.11, 33.06),
    'cameraman': (27.89, 29.80),
    'couple': (31.15, 32.48),
    'fingerprint': (31.32, 32.81),
    'hill': (32.32, 32.73),
    'man': (31.89, 32.17),
    'montage': (28.06, 34.49),
}

_SET5_X4 = {
    'baby': (31.78, 31.49),
    'bird': (30.20, 31.80),
    'butterfly': (22.13, 26.23),
    'head': (31.34, 31.04),
    'woman': (26.75, 28.93),
}

_SET5_X8_DIP = {
    'baby': 28.28,
    'bird': 27.09,
    'butterfly': 20.02,
    'head': 29.55,
    'woman': 24.50,
}

_SET14_X4_DIP = {
    'baboon': 22.29,
    'barbara': 25.53,
    'bridge': 24.38,
    'coastguard': 25.81,
    'comic': 22.18,
    'face': 31.02,
    'flowers': 26.14,
    'foreman': 31.66,
    'lenna': 30.83,
    'man': 26.09,
    'monarch': 29.98,
    'pepper': 32.08,
    'ppt3': 24.38,
    'zebra': 25.71,
}


def _column(table: dict[str, tuple[float, ...]], index: int):
    return {name: values[index] for name, values in table.items()}


PUBLISHED: dict[str, tuple[Published, ...]] = {
    'nine-colour-25': (
        Published('non-local means', 30.23),
        Published('CBM3D', 31.42, cases=_column(_DENOISED_25, 1)),
        Published('deep image prior', 31.29, cases=_column(_DENOISED_25, 0)),
    ),
    'nine-colour-50': (
        Published('non-local means', 26.69),
        Published('CBM3D', 27.78),
        Published('deep image prior', 27.69),
    ),
    'missing-50': (
        Published('Papyan et al.', 31.16, cases=_column(_FILLED, 0)),
        Published('deep image prior', 33.44, cases=_column(_FILLED, 1)),
    ),
    'set5-x4': (
        Published('bicubic', 28.44, cases=_column(_SET5_X4, 0)),
        Published('total variation', 28.86),
        Published('Glasner et al.', 28.85),
        Published('deep image prior', 29.90, cases=_column(_SET5_X4, 1)),
    ),
    'set5-x8': (
        Published('bicubic', 24.37),
        Published('total variation', 24.88),
        Published('SelfExSR', 25.43),
        Published('deep image prior', 25.89, cases=_SET5_X8_DIP),
    ),
    'set14-x4': (
        Published('bicubic', 26.05),
        Published('total variation', 26.42),
        Published('Glasner et al.', 26.46),
        Published('deep image prior', 27.01, cases=_SET14_X4_DIP),
    ),
    'set14-x8': (
        Published('bicubic', 23.10),
        Published('total variation', 23.49),
        Published('SelfExSR', 23.96),
        Published('deep image prior', 24.15),
    ),
}
