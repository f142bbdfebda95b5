"""Title, protocol and cases of the page of each set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.cases import Task
from benchmarks.results import Record


@dataclass(frozen=True)
class Content:
    """What a page says about its set, and how many cases it has."""

    title: str
    task: Task
    size: int
    protocol: str
    scored: bool = True


_NINE = (
    'Gaussian noise of standard deviation {}, clipped and rounded to 8 bit, '
    'the same draw for every method. PSNR over all channels, range 255. BM3D '
    'and the other peers are told the standard deviation; napari-dip is not.'
)
_ENLARGED = (
    "Reduced with Pillow's Lanczos filter and rounded to 8 bit. PSNR of the "
    'Y channel, range 255, a border of four pixels off. Published rows stem '
    'from other reductions in part: after a bicubic one, bicubic '
    'interpolation is about 0.3 dB lower than here, as in the published '
    'rows.'
)

CONTENTS: dict[str, Content] = {
    'fmd': Content(
        'FMD microscopy, single frames',
        'denoise',
        8,
        'One raw frame (realisation 1) of each scene; truth: mean of 50 '
        'frames; range 255. The noise is estimated from the one frame by '
        'every method, and the peers run on the variance-stabilised image. '
        'The noise of the wide-field scenes is correlated; the peers measure '
        'that and adapt to it. The mean brightness of single frames differs '
        'from that of the truth by up to a fifth, so the scale-invariant '
        'figures tell more of the two-photon scenes.',
    ),
    'fmd-128': Content(
        'FMD microscopy, centres of 128 × 128 pixels',
        'denoise',
        3,
        'The middle of three of those frames, so small that the slowest peers '
        'end on a processor; all else as for the whole frames.',
    ),
    'w2s': Content(
        'W2S microscopy, single frames',
        'denoise',
        12,
        'Truth: mean of 400 frames, stretched apart from the noisy frame, so '
        'an affine map to the truth is fitted first; range 255.',
    ),
    'other-pairs': Content(
        'Other microscopy pairs',
        'denoise',
        6,
        'An affine map to the truth is fitted first; range 255 for the '
        '8-bit pairs, the range of the truth for the others.',
    ),
    'poisson-gaussian': Content(
        'Synthetic fluorescence, 5 to 500 photons',
        'denoise',
        5,
        'A drawn field of cells, counted with gain 2.2, offset 100 and read '
        'noise of 1.6 electrons, rounded; range of the truth.',
    ),
    'few-photons': Content(
        'Synthetic fluorescence, 0.3 to 3 photons',
        'denoise',
        3,
        'The same drawn field, single photons counted one by one: no gain, no '
        'offset, no read noise; range of the truth.',
    ),
    'faint': Content(
        'Synthetic fluorescence in read noise',
        'denoise',
        3,
        'The same drawn field in Gaussian noise whose standard deviation is '
        'half, once or twice its greatest brightness; range of the truth.',
    ),
    'processed': Content(
        'Moved, smoothed, enlarged and compressed frames',
        'denoise',
        12,
        'Truths of two FMD scenes, 256 × 256, in 20 photons at the peak, then '
        'moved by half a pixel, smoothed (Gaussian of 1 pixel, median of '
        '3 × 3), enlarged by 2, or kept as JPEG. The truth has been through '
        'the same step, but that of JPEG; range 255.',
    ),
    'unscored': Content(
        'Micrographs without ground truth',
        'denoise',
        3,
        'Real single images: there is no figure of merit, so time and memory '
        'alone are given.',
        scored=False,
    ),
    'nine-colour-25': Content(
        'Nine colour photographs, σ = 25', 'denoise', 9, _NINE.format(25)
    ),
    'nine-colour-50': Content(
        'Nine colour photographs, σ = 50', 'denoise', 9, _NINE.format(50)
    ),
    'bsd68-25': Content(
        'Twelve grey photographs, σ = 25',
        'denoise',
        12,
        'The first of BSD68. Gaussian noise of standard deviation 25, neither '
        'clipped nor rounded, the same draw for every method. PSNR with range '
        '255. BM3D and the other peers are told the standard deviation; '
        'napari-dip is not.',
    ),
    'missing-50': Content(
        'Eleven photographs, half of the pixels missing',
        'inpaint',
        11,
        'PSNR of the whole image, range 255, and of the missing pixels.',
    ),
    'holes': Content(
        'Text, a large hole and a scratch',
        'inpaint',
        3,
        'PSNR of the whole image, range 255, and of the missing pixels. The '
        'scratch is drawn over one frame of cell membranes, 16 bit; there the '
        'range is that of the truth.',
    ),
    'set5-x4': Content('Set5 ×4', 'super_resolve', 5, _ENLARGED),
    'set5-x8': Content('Set5 ×8', 'super_resolve', 5, _ENLARGED),
    'set14-x4': Content('Set14 ×4', 'super_resolve', 14, _ENLARGED),
    'set14-x8': Content('Set14 ×8', 'super_resolve', 14, _ENLARGED),
    'microscopy-x4': Content(
        'Microscopy ×4',
        'super_resolve',
        1,
        "Reduced with Pillow's Lanczos filter and rounded to 16 bit. PSNR of "
        'the whole image over the range of the truth.',
    ),
}

_MISSING = '(not yet run)'


def expected_cases(
    name: str, records: Sequence[Record]
) -> list[tuple[str, str]]:
    """Case names and groups seen so far; padded to the size of the set.

    The store alone has to be enough to write the pages, so cases that no
    method has run are not known by name.  One stands for all of them and
    keeps every mean from being given too early.
    """
    seen = {record['case']: record['group'] for record in records}
    cases = sorted(seen.items(), key=lambda pair: (pair[1], pair[0]))
    if len(cases) < CONTENTS[name].size:
        cases.append((_MISSING, ''))
    return cases
