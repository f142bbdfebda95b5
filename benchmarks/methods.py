"""Everything that can solve a case, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks import own
from benchmarks.cases import Image, Problem, Task
from benchmarks.trajectory import Watch

Outcome = tuple[Image, dict[str, Any]]

# Raise when a peer is changed so that its figures change.
_PEER_REVISION = 1


@dataclass(frozen=True)
class Method:
    """A way to solve one task.

    Parameters
    ----------
    name : str
        Unique in its task.
    task : {'denoise', 'inpaint', 'super_resolve'}
        What it solves.
    solve : callable
        Called with the problem, a seed, a device name and a watch, which may
        look at running estimates.
    label : str
        Name in the tables.
    version : callable
        What its figures depend on, kept with them.
    module : str
        Imported before the clock starts.
    package : str
        Distribution that it needs; where that is not installed, the method
        is left out.
    slow : bool
        Minutes for an image; left out unless it is asked for by name.
    ours : bool
        Whether this is napari-dip.
    """

    name: str
    task: Task
    solve: Callable[[Problem, int, str, Watch], Outcome]
    label: str
    version: Callable[[], str]
    module: str
    package: str
    slow: bool = False
    ours: bool = False

    def installed(self) -> bool:
        """Whether the distribution that it needs is there."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True


def _peer(
    name: str,
    task: Task,
    where: str,
    label: str,
    package: str,
    *,
    slow: bool = False,
) -> Method:
    name_in_peers, function = where.split(':')
    module = f'benchmarks.peers.{name_in_peers}'

    def solve(
        problem: Problem, seed: int, device: str, watch: Watch
    ) -> Outcome:
        del device, watch
        return getattr(import_module(module), function)(problem, seed), {}

    def described() -> str:
        return f'{package} {version(package)}, revision {_PEER_REVISION}'

    return Method(name, task, solve, label, described, module, package, slow)


def _preset(
    task: Task,
    preset: str,
    *,
    name: str = '',
    label: str = '',
    adjust: own.Adjust | None = None,
) -> Method:
    def solve(
        problem: Problem, seed: int, device: str, watch: Watch
    ) -> Outcome:
        return own.restore(
            task,
            problem,
            watch,
            preset=preset,
            seed=seed,
            device=device,
            adjust=adjust,
        )

    return Method(
        name=name or f'dip-{preset}',
        task=task,
        solve=solve,
        label=label or f'napari-dip "{preset}"',
        version=own.version,
        module='napari_dip.tasks',
        package='napari-dip',
        slow=True,
        ours=True,
    )


_TASKS: tuple[Task, ...] = ('denoise', 'inpaint', 'super_resolve')
_denoiser = partial(_peer, task='denoise')
_skimage = 'scikit-image'

METHODS: tuple[Method, ...] = (
    _denoiser(
        'noisy',
        where='classical:identity',
        label='noisy input',
        package='numpy',
    ),
    _denoiser(
        'wavelet-vst',
        where='classical:wavelet',
        label='wavelets, BayesShrink',
        package=_skimage,
    ),
    _denoiser(
        'nlm-vst',
        where='classical:non_local_means',
        label='non-local means',
        package=_skimage,
    ),
    _denoiser(
        'tv-vst',
        where='classical:total_variation',
        label='total variation',
        package=_skimage,
    ),
    _denoiser(
        'bm3d-vst',
        where='classical:bm3d',
        label='BM3D',
        package='bm3d',
    ),
    _denoiser(
        'zs-n2n',
        where='zero_shot:zero_shot_noise2noise',
        label='ZS-N2N (our own brief version)',
        package='torch',
        slow=True,
    ),
    _denoiser(
        'chequerboard',
        where='zero_shot:chequerboard',
        label='chequerboard halves, after Noise2Fast',
        package='torch',
        slow=True,
    ),
    _denoiser(
        'deepinv-dip',
        where='deep_inverse:deep_image_prior',
        label="deepinv's DeepImagePrior",
        package='deepinv',
        slow=True,
    ),
    _peer(
        'masked',
        'inpaint',
        'classical:identity',
        'input, holes at 0',
        'numpy',
    ),
    _peer(
        'linear',
        'inpaint',
        'filling:linear',
        'linear interpolation',
        'scipy',
    ),
    _peer(
        'biharmonic',
        'inpaint',
        'filling:biharmonic',
        'biharmonic equation',
        _skimage,
    ),
    _peer(
        'bicubic',
        'super_resolve',
        'enlargement:bicubic',
        'bicubic',
        'pillow',
    ),
    _peer(
        'lanczos',
        'super_resolve',
        'enlargement:lanczos',
        'Lanczos',
        'pillow',
    ),
    *(_preset(task, preset) for task in _TASKS for preset in own.PRESETS),
    *(
        _preset(
            task,
            'ulyanov2018',
            name='dip-ulyanov2018-es-wmv',
            label='napari-dip "ulyanov2018", stopped by ES-WMV',
            adjust=own.with_windowed_variance,
        )
        for task in _TASKS
    ),
)


def methods_for(
    task: Task, names: Iterable[str] = (), *, slow: bool = False
) -> list[Method]:
    """Methods of a task.

    Parameters
    ----------
    task : {'denoise', 'inpaint', 'super_resolve'}
        What they solve.
    names : iterable of str
        Only these; where empty, the fast ones, or all with `slow`.

    Raises
    ------
    ValueError
        On a name that no task has.
    """
    wanted = list(names)
    known = {method.name for method in METHODS}
    for name in wanted:
        if name not in known:
            raise ValueError(
                f'There is no method {name!r}; there are '
                f'{", ".join(sorted(known))}.'
            )
    return [
        method
        for method in METHODS
        if method.task == task
        and (method.name in wanted or (not wanted and slow >= method.slow))
    ]


def find_method(task: Task, name: str) -> Method:
    """The method of that name and task."""
    (method,) = methods_for(task, [name])
    return method
