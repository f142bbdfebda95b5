"""How an image is restored: by what is best, or by deep image prior as such.

Nothing here loads torch or NumPy: forms and help are made of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any

from napari_dip.tasks.arguments import Field

#: Methods by name, and how a form calls each.
METHODS = {
    'auto': 'automatic',
    'deep-image-prior': 'Deep image prior',
}

_SECTION = METHODS['deep-image-prior']

_AUTO = {'auto': 'automatic'}
_RECIPES = {
    **_AUTO,
    'light': 'light network',
    'denoising': 'published, denoising',
    'denoising-50': 'published, strong noise',
    'jpeg': 'published, JPEG',
    'text': 'published, text',
    'vase': 'published, vase (one large hole)',
    'library': 'published, library (large holes)',
    'half-missing': 'published, half missing',
    'most-missing': 'published, most missing',
    'enlarging': 'published, ×4',
    'enlarging-8': 'published, ×8',
}
_LATENTS = {
    **_AUTO,
    'noise': 'uniform noise',
    'gaussian': 'Gaussian noise',
    'grid': 'mesh grid',
    'image': 'the image',
}
_UPSAMPLING = {**_AUTO, 'nearest': 'nearest', 'bilinear': 'bilinear'}
_DOWNSAMPLING = {**_AUTO, 'stride': 'stride', 'average': 'average'}
_STOPPING = {
    **_AUTO,
    'held-out': 'held-out pixels',
    'moving-variance': 'moving variance (ES-WMV)',
    'fading-variance': 'fading variance (ES-EMV)',
    'none': 'after all iterations',
}


def _of(help_: str, **more: Any) -> Field:
    return Field(help_, section=_SECTION, **more)


def _empty(help_: str, **more: Any) -> Field:
    return _of(help_, empty='automatic', **more)


Recipe = Annotated[
    str,
    _of(
        'Network, input and learning rate to start from: the light network, '
        'or one of the published ones. By default the light one, and with '
        'the presets "best" and "ulyanov2018" the published one of the task.',
        choices=_RECIPES,
    ),
]
Stopping = Annotated[
    str,
    _of(
        'When the fit ends and which estimate is kept. By default that of '
        'the least error on pixels that are held out, and with the preset '
        '"ulyanov2018" the last.',
        choices=_STOPPING,
    ),
]
Depth = Annotated[
    int | None,
    _empty('Scales of the network.', least=1, most=8, example='4'),
]
Width = Annotated[
    int | None,
    _empty('Channels of each scale.', least=1, most=1024, example='64'),
]
Skip = Annotated[
    int | None,
    _empty(
        'Channels of each skip connection of a published network; 0 is none.',
        label='skip channels',
        least=0,
        most=1024,
        example='4',
    ),
]
Upsampling = Annotated[
    str,
    _of(
        'Interpolation between the scales of a published network.',
        choices=_UPSAMPLING,
    ),
]
Downsampling = Annotated[
    str,
    _of(
        'How the scales of a published network are halved.',
        choices=_DOWNSAMPLING,
    ),
]
Latent = Annotated[
    str,
    _of(
        'What the network is fed: noise drawn once, the coordinates of each '
        'pixel, or the image.',
        label='input',
        choices=_LATENTS,
    ),
]
OptimiseLatent = Annotated[
    bool,
    _of(
        'Whether the input is fitted too.',
        label='fit the input too',
    ),
]
Jitter = Annotated[
    float | None,
    _empty(
        'Standard deviation of the noise added to the input at each '
        'iteration.',
        least=0,
        example='0.03',
    ),
]
Averaging = Annotated[
    float | None,
    _empty(
        'Weight of the past in the average of the outputs, from 0 to below '
        '1; 0 takes the last output.',
        least=0,
        most=1,
        example='0.99',
    ),
]
LearningRate = Annotated[
    float | None,
    _empty(
        'Learning rate of the optimiser.',
        label='learning rate',
        least=0,
        example='0.01',
    ),
]
TvWeight = Annotated[
    float | None,
    _of(
        'Weight of the total variation of the image beside the error.',
        label='TV weight',
        least=0,
        example='0.01',
        empty='0',
    ),
]
Posterior = Annotated[
    bool,
    _of(
        'Whether samples are drawn of the posterior, by noise on the weights: '
        'the result is their mean, and their deviation the uncertainty. All '
        'iterations are done.',
        label='sample the posterior',
    ),
]


@dataclass(frozen=True, kw_only=True)
class DeepImagePrior:
    """Deep image prior as such: an image of fixed noise, stopped in time.

    What is None or 'auto' is that of the recipe.

    Parameters
    ----------
    recipe : str
        Network, input and learning rate to start from: 'light' is the light
        network of this package; 'denoising', 'denoising-50' (strong noise),
        'jpeg', 'text', 'vase', 'library', 'half-missing', 'most-missing',
        'enlarging' and 'enlarging-8' are the published ones. 'auto' is the
        light one, and with the presets 'best' and 'ulyanov2018' the published
        one of the task.
    stopping : {'auto', 'held-out', 'moving-variance', 'fading-variance', \
'none'}
        When the fit ends and which estimate is kept. 'auto' is 'held-out',
        and with the preset 'ulyanov2018' 'none'.
    depth, width : int, optional
        Scales of the network, and channels of each.
    skip : int, optional
        Channels of each skip connection of a published network; 0 is none.
    upsampling : {'auto', 'nearest', 'bilinear'}
        Interpolation between the scales of a published network.
    downsampling : {'auto', 'stride', 'average'}
        How the scales of a published network are halved.
    latent : {'auto', 'noise', 'gaussian', 'grid', 'image'}
        What the network is fed: uniform or Gaussian noise drawn once, the
        coordinates of each pixel, or the image.
    optimise_latent : bool
        Whether the input is fitted too.
    jitter : float, optional
        Standard deviation of the noise added to the input at each iteration.
    averaging : float, optional
        Weight of the past in the average of the outputs, from 0 to below 1;
        0 takes a last pass without jitter.
    learning_rate : float, optional
        Learning rate of Adam.
    tv_weight : float, optional
        Weight of the total variation of the image beside the error.
    posterior : bool
        Whether samples are drawn of the posterior, by Langevin dynamics: the
        result is the mean of the outputs of the second half, and their
        deviation the uncertainty, if that is asked for.

    Raises
    ------
    ValueError
        If an option is unknown or out of range.

    Examples
    --------
    >>> DeepImagePrior(recipe='library').to_argument()
    {'recipe': 'library'}
    >>> DeepImagePrior().to_argument()
    'deep-image-prior'
    """

    recipe: Recipe = 'auto'
    stopping: Stopping = 'auto'
    depth: Depth = None
    width: Width = None
    skip: Skip = None
    upsampling: Upsampling = 'auto'
    downsampling: Downsampling = 'auto'
    latent: Latent = 'auto'
    optimise_latent: OptimiseLatent = False
    jitter: Jitter = None
    averaging: Averaging = None
    learning_rate: LearningRate = None
    tv_weight: TvWeight = None
    posterior: Posterior = False

    def __post_init__(self) -> None:
        """Refuse what is none of the choices or out of range."""
        from napari_dip.tasks.arguments import read_arguments

        for argument in read_arguments(type(self)):
            value = getattr(self, argument.name)
            if value is not None:
                argument.check(value)
        if self.posterior and self.stopping != 'auto':
            raise ValueError(
                f'stopping: {self.stopping!r} goes with no posterior, of '
                'which all iterations are samples; leave one of the two out.'
            )
        if self.averaging == 1:
            raise ValueError(
                'averaging: 1 never takes up an output; give a number below '
                '1 such as 0.99.'
            )

    def changed(self) -> dict[str, Any]:
        """Return what is not at its default."""
        plain = {one.name: one.default for one in fields(self)}
        return {k: v for k, v in asdict(self).items() if v != plain[k]}

    def to_argument(self) -> str | dict[str, Any]:
        """Return what a record tells of it."""
        return self.changed() or 'deep-image-prior'


Method = str | dict[str, Any] | DeepImagePrior


def read_method(method: object) -> DeepImagePrior | None:
    """Return what a person may give as the method; None is the automatic one.

    Raises
    ------
    ValueError
        If it is unknown.
    """
    if isinstance(method, DeepImagePrior):
        return method
    if isinstance(method, dict):
        return DeepImagePrior(**method)
    from napari_dip.images.validation import check_choice

    check_choice(method, tuple(METHODS), 'method')
    return None if method == 'auto' else DeepImagePrior()


def to_argument(method: DeepImagePrior | None) -> str | dict[str, Any]:
    """Return what a record tells of what :func:`read_method` gave."""
    return 'auto' if method is None else method.to_argument()
