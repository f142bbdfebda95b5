"""Images with missing pixels, of masks that others made or drawn here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont
from scipy.spatial import KDTree
from skimage.draw import disk
from skimage.io import imread

from benchmarks.cases import Image, Problem, crop
from benchmarks.datasets.images import single

# Start, middle and end as fractions of the shape, then the radius in pixels.
_STROKES = (
    ((0.05, 0.12), (0.45, 0.60), (0.97, 0.80), 5.0),
    ((0.88, 0.05), (0.62, 0.45), (0.20, 0.95), 2.0),
    ((0.60, 0.58), (0.61, 0.59), (0.62, 0.60), 12.0),
)
_SIZE = 256


def masked(path: Path) -> Problem:
    """Image of a mask, which is 0 where pixels are missing; or a scratch."""
    if '_mask' not in path.stem:
        truth = imread(path)[0]
        return _masked(truth, draw_scratch(truth.shape))
    name = path.stem.removesuffix('50').removesuffix('_mask')
    whole = single(path.with_name(f'{name}.png'))
    return _masked(whole.image, imread(path) == 0, whole.channel_axis)


def drawn(path: Path, mask: str) -> Problem:
    """The centre of an image, or of the first plane, behind a drawn mask."""
    image = imread(path)
    axis = 2 if image.ndim == 3 and image.shape[2] == 3 else None
    plane = image[0] if image.ndim == 3 and axis is None else image
    truth = crop(Problem(plane), _SIZE).image
    generator = np.random.default_rng(sorted(DRAWN).index(mask))
    return _masked(truth, DRAWN[mask](truth.shape[:2], generator), axis)


def _masked(truth: Image, missing: Image, axis: int | None = None) -> Problem:
    # Missing pixels are 0, so that nothing of the truth leaks through them.
    image = truth.copy()
    image[missing] = 0
    return Problem(image, truth, channel_axis=axis, mask=missing)


def draw_scratch(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mask of the scratch, True on it: Bezier curves with a round pen."""
    pixels = np.indices(shape).reshape(2, -1).T
    scratch = np.zeros(len(pixels), bool)
    # Steps of at most a pixel: closer than the thinnest pen is wide.
    t = np.linspace(0, 1, 2 * max(shape))[:, None]
    for start, middle, end, radius in _STROKES:
        first, second, third = (1 - t) ** 2, 2 * t * (1 - t), t**2
        curve = first * start + second * middle + third * end
        near = KDTree(shape * curve).query(pixels)[0]
        scratch |= near < radius + 0.5
    return scratch.reshape(shape)


Shape = tuple[int, ...]
Generator = np.random.Generator


def _lines(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    """Three scratches across the image, five pixels wide."""
    pixels = np.moveaxis(np.indices(shape), 0, 2)
    missing = np.zeros(shape, bool)
    for angle in generator.uniform(0, np.pi, 3):
        across = np.array([np.sin(angle), np.cos(angle)])
        through = generator.uniform(0.25, 0.75, 2) * shape
        missing |= abs((pixels - through) @ across) < 2.5
    return missing


def _discs(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    """A disc for each square of 80 pixels, of radius 6 to 14."""
    missing = np.zeros(shape, bool)
    for _ in range(max(1, shape[0] * shape[1] // 80**2)):
        centre, radius = generator.uniform(0, shape), generator.uniform(6, 14)
        missing[disk(centre, radius, shape=shape)] = True
    return missing


def _rows(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    lost = generator.random(shape[0]) < 1 / 8
    return np.broadcast_to(lost[:, None], shape).copy()


def _half(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    return generator.random(shape) < 0.5


def _text(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    """Lines of letters of 14 pixels, 40 pixels apart."""
    page = PillowImage.new('L', shape[::-1])
    letters = [chr(n) for n in generator.integers(97, 123, shape[1] // 6)]
    for top in range(8, shape[0], 40):
        words = ''.join(generator.permutation(letters))
        font = ImageFont.load_default(14)
        ImageDraw.Draw(page).text((4, top), words, fill=255, font=font)
    return np.asarray(page) > 127


def _disc(shape: Shape, generator: Generator) -> NDArray[np.bool_]:
    """One hole, a quarter of the image wide, away from its sides."""
    missing = np.zeros(shape, bool)
    centre = generator.uniform(0.3, 0.7, 2) * shape
    missing[disk(centre, shape[0] / 8, shape=shape)] = True
    return missing


#: Masks by name, drawn alike at every run.
DRAWN: dict[str, Callable[[Shape, Generator], NDArray[np.bool_]]] = {
    'scratches': _lines,
    'blobs': _discs,
    'rows': _rows,
    'half': _half,
    'text': _text,
    'hole': _disc,
}
