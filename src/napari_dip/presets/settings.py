"""All that a preset decides, as data."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from napari_dip.engine.early_stopping import HeldOut, NoRule, StoppingSpec
from napari_dip.engine.optimisers import OptimiserName
from napari_dip.engine.settings import SCHEDULES, FitSettings
from napari_dip.filters.refinement import Chain
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.networks import CNNSpec, NetworkSpec, UNetSpec
from napari_dip.noise.intensity import Range, Standard
from napari_dip.operators.downsample import Kernel

#: Of volumes. Few channels at full resolution, where a kernel has three times
# the weights.
NETWORK_3D = UNetSpec((16, 32, 48), reduction=1)

# A second fit stopped or shown before so many iterations is worse than the
# first, and mixed with it makes it worse (docs/lab/correlated-noise.md).
SETTLED = 50


@dataclass(frozen=True)
class Settings:
    """All that a preset decides.

    Parameters
    ----------
    network : NetworkSpec
        f.
    latent : LatentSpec
        z.
    fit : FitSettings
        How the minimum is sought.
    stopping : StoppingSpec
        When the search ends.
    range_ : Range
        Range of the network's output.
    stabilise_noise : bool
        Whether to stabilise noise whose variance grows with the signal.
    undo_clipping : bool
        Whether to undo what clipping does to the mean of Gaussian noise.
    binning : int
        Pixels of the image along a side of a pixel of the fit.
    filters : tuple of Filter
        What is made of the finished estimate and the data.
    kernel : {'area', 'gaussian', 'lanczos2', 'lanczos3'}
        Low-pass filter of the downsampling operator.
    second : Settings or None
        A second fit, which starts from the estimate of the first.
    """

    network: NetworkSpec = field(default_factory=UNetSpec)
    latent: LatentSpec = field(default_factory=BlindSpotSpec)
    fit: FitSettings = field(default_factory=FitSettings)
    stopping: StoppingSpec = field(default_factory=HeldOut)
    range_: Range = field(default_factory=Standard)
    stabilise_noise: bool = False
    undo_clipping: bool = False
    binning: int = 1
    filters: Chain = ()
    kernel: Kernel = 'area'
    second: Settings | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not go together."""
        if self.stopping.compares_outputs and self.fit.window is not None:
            raise ValueError(
                'Settings: the moving variance compares outputs of the same '
                'pixels, but this fit looks at other windows each time; '
                'stop by held-out pixels, or fit whole images.'
            )

    @property
    def num_iter(self) -> int:
        """Iterations planned, those of a second fit included."""
        later = self.second.num_iter if self.second else 0
        return self.fit.num_iter + later

    def with_uncertainty(self) -> Settings:
        """Return settings that tell the error of the same result.

        Where no pixels are unseen by the fit, some have to be held out. Then
        a fit without them comes first, whose error is told, and the fit as
        it is follows.
        """
        latent = self.latent
        unseen = latent.hides_pixels or latent.splits_repeats
        if unseen or self.stopping.held_out or self.second is not None:
            return self
        return replace(self, second=self)

    def to_dict(self) -> dict[str, Any]:
        """Return nested dictionaries, in which each part has its kind."""
        content: dict[str, Any] = _plain(self)
        # There is but one of each.
        del content['kind'], content['fit']['kind']
        if self.second is not None:
            content['second'] = self.second.to_dict()
        return content


def _plain(part: Any) -> Any:
    """Return the fields of a part and what it is."""
    if isinstance(part, tuple):
        return [_plain(item) for item in part]
    if not is_dataclass(part):
        return part
    kind = type(part).__name__.removesuffix('Spec').lower()
    values = {f.name: _plain(getattr(part, f.name)) for f in fields(part)}
    return {'kind': kind, **values}


def internal_learning(
    latent: LatentSpec,
    num_iter: int,
    learning_rate: float,
    *,
    filters: Chain = (),
    kernel: Kernel = 'area',
    members: int = 1,
) -> Settings:
    """Return settings of a fit to pairs made of the image itself.

    Parameters
    ----------
    latent, filters, kernel
        As in :class:`Settings`; the latent draws the pairs.
    num_iter, learning_rate
        As in :class:`~napari_dip.engine.settings.FitSettings`.
    members : int
        Networks, each fitted to windows of its own; their mean is taken.
    """
    return Settings(
        network=CNNSpec(width=32, depth=6, members=members),
        latent=latent,
        fit=FitSettings(
            num_iter=num_iter,
            optimiser='muon',
            learning_rate=learning_rate,
            window=64,
            num_windows=4 * members,
            augment=True,
            average='weights',
            decay=0.98,
            num_samples=8,
            precision='auto',
        ),
        stopping=NoRule(),
        filters=filters,
        kernel=kernel,
    )


def whole_image(
    network: NetworkSpec,
    num_iter: int,
    stopping: StoppingSpec,
    *,
    optimiser: OptimiserName = 'adam',
    learning_rate: float = 1e-2,
    filters: Chain = (),
    kernel: Kernel = 'area',
) -> Settings:
    """Return settings of a fit of uniform noise to the whole of an image.

    What the light presets of inpainting and super-resolution have alike.

    Parameters
    ----------
    network, stopping, filters, kernel
        As in :class:`Settings`.
    num_iter, optimiser, learning_rate
        As in :class:`~napari_dip.engine.settings.FitSettings`.
    """
    return Settings(
        network=network,
        latent=UniformNoiseSpec(channels=16, jitter=0.03),
        fit=FitSettings(
            num_iter=num_iter,
            optimiser=optimiser,
            learning_rate=learning_rate,
            decay=0.95,
            precision='auto',
        ),
        stopping=stopping,
        filters=filters,
        kernel=kernel,
    )


def shorten(settings: Settings, max_num_iter: int | None) -> Settings:
    """Return the settings for at most so many iterations, of all fits.

    A shorter fit is a faster one: its schedule is as a whole compressed. One
    whose learning rate never falls has nothing to compress: the last is cut.
    """
    if max_num_iter is None or max_num_iter >= settings.num_iter:
        return settings
    second = settings.second
    if second is not None:
        later = max_num_iter - settings.fit.num_iter
        if SCHEDULES[settings.fit.schedule].anneals:
            later = max_num_iter * second.num_iter // settings.num_iter
        # Too few would not be used at all.
        second = shorten(second, later) if later >= SETTLED else None
        max_num_iter -= second.num_iter if second is not None else 0
    planned = settings.fit.num_iter
    num_iter = min(max_num_iter, planned)
    return replace(
        settings,
        fit=settings.fit.shortened(num_iter),
        stopping=settings.stopping.shortened(num_iter, planned),
        second=second,
    )
