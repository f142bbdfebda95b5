"""Arguments that several tasks have, each told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from napari_dip.presets.choices import DEVICES, PRESETS
from napari_dip.tasks.base import ADVANCED, Field
from napari_dip.tasks.method import METHODS, DeepImagePrior

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import ArrayLike

    from napari_dip.noise.model import Noise

__all__ = [
    'NOISE',
    'Axes',
    'ChannelAxis',
    'CorrelationOf',
    'DefectsOf',
    'Device',
    'Fit',
    'Image',
    'MaxNumIter',
    'MethodOf',
    'MoreFrames',
    'NoiseOf',
    'Output',
    'Planes',
    'Preset',
    'Seed',
    'StripesOf',
    'StripesOfFilled',
    'TimeLimit',
    'Uncertainty',
]

#: Section of a form for what is known of the noise.
NOISE = 'Noise and detector'

Image = Annotated[
    'ArrayLike', Field('Image to restore.', kind='image', label='image')
]
ChannelAxis = Annotated[
    int | None,
    Field('Axis that holds channels, counted from 0.', kind='channel_axis'),
]
MethodOf = Annotated[
    str | DeepImagePrior,
    Field(
        'What restores the image: "auto" takes what is best and fast; '
        '"deep-image-prior" fits a network that makes the image of fixed '
        'noise, and stops before it takes up the noise of the image.',
        kind='method',
        choices=METHODS,
    ),
]
Axes = Annotated[
    str | None,
    Field(
        'A letter for each axis of the image, such as TZCYX: T times, Z '
        'depths, C channels, Y rows, X columns, S colours. By default what '
        'the image says, or a guess.',
        kind='axes',
        example='TZCYX',
        empty='automatic',
    ),
]
Fit = Annotated[
    str,
    Field(
        'What of a series is fitted together: one network for all planes '
        '("series"), which is faster, each plane by itself ("planes"), or '
        'depths as a spatial axis ("volume").',
        kind='fit',
        choices={
            'auto': 'what suits',
            'series': 'one network for all',
            'planes': 'each by itself',
            'volume': 'as a volume',
        },
    ),
]
Planes = Annotated[
    str | None,
    Field(
        'Which planes of a series: 10:20 ends before 20, counted from 0 '
        'along the first of its axes that is longer than one.',
        kind='planes',
        example='10:20',
        empty='all',
    ),
]
Output = Annotated[
    'str | PathLike[str] | None',
    Field(
        'Folder of OME-Zarr that the planes of a series go to as they are '
        'made. A run that was ended goes on with those that it lacks.',
        kind='output',
        label='result folder',
        empty='in memory, or a folder that is cleaned up',
        section=ADVANCED,
        told='the result in {}',
    ),
]
Preset = Annotated[
    str,
    Field(
        'From the quickest to the most thorough; "ulyanov2018" is the '
        'published recipe, which takes hours on a CPU.',
        choices={name: name for name in PRESETS},
    ),
]
Uncertainty = Annotated[
    bool,
    Field(
        'Also tell by how much each pixel may be off: one standard '
        'deviation, in the units of the image.',
        label='with a map of the uncertainty',
    ),
]
Seed = Annotated[
    int,
    Field(
        'The same seed, image, version and device give the same result.',
        least=0,
        most=2**31 - 1,
        section=ADVANCED,
    ),
]
Device = Annotated[
    str,
    Field(
        'Where to compute: "auto" takes the fastest, "cuda:1" the second GPU.',
        choices={name: name for name in DEVICES},
        section=ADVANCED,
        told='on {}',
    ),
]
MaxNumIter = Annotated[
    int | None,
    Field(
        'Most iterations. By default the number of the preset; it stops by '
        'itself before.',
        label='most iterations',
        least=1,
        example='500',
        empty='automatic',
        section=ADVANCED,
        told='{} iterations at most',
    ),
]
TimeLimit = Annotated[
    float | None,
    Field(
        'Time after which the best estimate so far is taken.',
        label='time limit',
        unit='seconds',
        least=0,
        example='60',
        empty='none',
        section=ADVANCED,
        told='{} seconds at most',
    ),
]
NoiseOf = Annotated[
    'Noise',
    Field(
        'How the variance of the noise depends on the intensity: found from '
        'the image, or of one variance.',
        kind='noise',
        choices={'auto': 'automatic', 'gaussian': 'of one variance'},
        section=NOISE,
    ),
]
CorrelationOf = Annotated[
    str,
    Field(
        'How far the noise of a pixel reaches: found from the image, or '
        'independent from pixel to pixel, along the rows, down the columns '
        'or all around.',
        choices={
            'auto': 'automatic',
            'independent': 'independent',
            'rows': 'along the rows',
            'columns': 'down the columns',
            'around': 'all around',
        },
        section=NOISE,
    ),
]
DefectsOf = Annotated[
    str,
    Field(
        'Hot and dead pixels, far above or below all their neighbours, are '
        'filled in ("auto") or kept as they are ("keep").',
        choices={'auto': 'fill in', 'keep': 'keep'},
        section=NOISE,
    ),
]
StripesOf = Annotated[
    str,
    Field(
        'Offsets of whole rows and columns, as scanners and detectors make '
        'them, are found and taken out ("auto") or kept ("keep").',
        choices={'auto': 'take out', 'keep': 'keep'},
        section=NOISE,
    ),
]
StripesOfFilled = Annotated[
    str,
    Field(
        'Offsets of whole rows and columns, as scanners and detectors make '
        'them: the fit is of the image without them, and filled pixels get '
        'that of their line ("auto"), or they pass for structure ("keep"). '
        'Known pixels keep their values.',
        choices={'auto': 'by line', 'keep': 'as structure'},
        section=NOISE,
    ),
]
MoreFrames = Annotated[
    'ArrayLike | None',
    Field(
        'Another frame of the same field, or a stack of them, whose noise is '
        'its own: less noise is left where there are more frames. A '
        'difference in brightness is evened out.',
        kind='repeats',
        label='repeat',
        section=NOISE,
    ),
]
