"""Everything that can solve a case, by name."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import engine
from benchmarks.cases import Image, Problem, Task

_PEERS = Path(__file__).parent / 'peers' / 'peers.toml'
# Raise when a peer is changed so that its figures change.
_PEER_REVISION = 1


@dataclass(frozen=True)
class Method:
    """A way to solve one task.

    `where` is module and function of a peer, the preset of napari-dip, and
    empty if only stored figures are left. A `slow` one, which takes minutes
    for an image, is run if it is asked for.
    """

    task: Task
    name: str
    label: str
    where: str
    package: str
    slow: bool = False

    @property
    def ours(self) -> bool:
        """Whether this is napari-dip."""
        return self.package == 'napari-dip'

    def installed(self) -> bool:
        """Whether its function and the package that it needs are there."""
        try:
            return bool(self.where and version(self.package))
        except PackageNotFoundError:
            return False

    def version(self) -> str:
        """What its figures depend on, kept with them."""
        number = version(self.package)
        peer = f'{self.package} {number}, revision {_PEER_REVISION}'
        return engine.VERSION if self.ours else peer

    def load(self) -> Any:
        """Import what it needs, before the clock starts; a peer's function."""
        if self.ours:
            return import_module('napari_dip.tasks')
        module, name = self.where.split(':')
        return getattr(import_module(f'benchmarks.peers.{module}'), name)

    def solve(
        self, problem: Problem, watch: engine.Watch, seed: int, device: str
    ) -> tuple[Image, dict[str, Any]]:
        """Result, and of napari-dip its record as plain data."""
        if self.ours:
            named = {'preset': self.where, 'seed': seed, 'device': device}
            return engine.restore(self.task, problem, watch, **named)
        return self.load()(problem, seed), {}


METHODS = tuple(
    Method(task, **row)
    for task, peers in tomllib.loads(_PEERS.read_text('utf-8')).items()
    for row in peers
)
LABELS = {method.name: method.label for method in METHODS}


def methods_for(
    task: Task, names: Iterable[str] = (), slow: bool = False
) -> list[Method]:
    """Methods of a task: those named, or the fast ones, or all with `slow`."""
    wanted = list(names)
    for name in set(wanted) - set(LABELS):
        known = ', '.join(LABELS)
        raise ValueError(f'There is no method {name!r}; there are {known}.')
    return [
        method
        for method in METHODS
        if method.task == task
        and (method.name in wanted or (not wanted and slow >= method.slow))
    ]
