"""What a layer of a trained network makes of an image."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from napari_dip.device.choice import memory_in_words

#: Mean and standard deviation of the colours that networks were trained on,
#: for images from 0 to 1.
NORMALISATIONS: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    'none': ((0.0,), (1.0,)),
    'imagenet': ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}

# Files of models that are not read.
_OTHERS = {'.onnx': 'ONNX', '.h5': 'HDF5', '.safetensors': 'weights alone'}
# What archives of exported programs hold, new and old.
_OF_EXPORTED = {'archive_format', 'serialized_exported_program.json'}

_CONVERT = (
    'save it with torch.jit.save(torch.jit.trace(model, example), file), or '
    'give the model itself in Python'
)


class Model:
    """A trained network whose layers can be looked at.

    Parameters
    ----------
    module : nn.Module
        The network, or a TorchScript module.

    Examples
    --------
    >>> model = Model(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()))
    >>> model.shapes(torch.zeros(1, 1, 8, 8))
    {'0': (4, 6, 6), '1': (4, 6, 6)}
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module.eval()
        self._is_script = isinstance(module, torch.jit.ScriptModule)
        for weights in module.parameters():
            weights.requires_grad_(False)

    def to(self, device: torch.device) -> Model:
        """Bring it to a device."""
        self._module.to(device)
        return self

    def normalisation(self) -> tuple[Tensor, Tensor] | None:
        """Return mean and deviation that it holds itself, if it does."""
        mean = getattr(self._module, 'mean', None)
        deviation = getattr(self._module, 'std', None)
        if not isinstance(mean, Tensor) or not isinstance(deviation, Tensor):
            return None
        return mean.detach().flatten(), deviation.detach().flatten()

    def names(self) -> list[str]:
        """Return the names of its layers."""
        if self._is_script:
            return list(self._script_nodes())
        return [name for name, _ in self._module.named_modules() if name]

    def shapes(self, image: Tensor) -> dict[str, tuple[int, ...]]:
        """Return the shape of each layer's output for an image.

        Parameters
        ----------
        image : Tensor
            ``(1, c, height, width)``.

        Raises
        ------
        ValueError
            If the network does not take such an image.
        MemoryError
            If there is no room for what its layers give out.
        """
        try:
            with memory_in_words(image.device):
                found = self._run(image, self.names())
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            channels, *sides = image.shape[1:]
            size = ' × '.join(map(str, sides))
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(
                f'model: it does not take an image of {channels} channels and '
                f'{size} pixels ({reason}); crop or resample the image to '
                'what it was trained on.'
            ) from error
        return {name: tuple(maps.shape[1:]) for name, maps in found.items()}

    def features(self, layer: str) -> Callable[[Tensor], Tensor]:
        """Return the map from images to what a layer gives out."""
        return lambda image: self._run(image, [layer])[layer]

    def _run(self, image: Tensor, layers: list[str]) -> dict[str, Tensor]:
        """Run it, and gather what layers give out."""
        if self._is_script:
            return self._run_script(image, layers)
        found: dict[str, Tensor] = {}

        def keep(name: str) -> Callable[..., None]:
            def hook(_: nn.Module, __: Any, output: Any) -> None:
                if isinstance(output, Tensor):
                    found[name] = output

            return hook

        hooks = [
            module.register_forward_hook(keep(name))
            for name, module in self._module.named_modules()
            if name in layers
        ]
        try:
            self._module(image)
        finally:
            for hook in hooks:
                hook.remove()
        return found

    def _script_nodes(self) -> dict[str, Any]:
        """Operations of a TorchScript module, numbered by their kind."""
        frozen = torch.jit.freeze(self._module)
        counts: dict[str, int] = {}
        found = {}
        self._graph = frozen.graph
        for node in self._graph.nodes():
            kind = node.kind().rpartition('::')[2].strip('_')
            outputs = list(node.outputs())
            if len(outputs) != 1 or not node.kind().startswith('aten::'):
                continue
            if not isinstance(outputs[0].type(), torch.TensorType):
                continue
            counts[kind] = counts.get(kind, 0) + 1
            found[f'{kind}_{counts[kind]}'] = outputs[0]
        return found

    def _run_script(
        self, image: Tensor, layers: list[str]
    ) -> dict[str, Tensor]:
        key = tuple(layers)
        if getattr(self, '_compiled_for', None) != key:
            nodes = self._script_nodes()
            graph = self._graph
            for _ in list(graph.outputs()):
                graph.eraseOutput(0)
            for layer in layers:
                graph.registerOutput(nodes[layer])
            torch._C._jit_pass_dce(graph)
            graph.makeMultiOutputIntoTuple()
            graph.eraseInput(0)
            make = torch._C._create_function_from_graph
            self._compiled, self._compiled_for = make('forward', graph), key
        outputs = self._compiled(image)
        if len(layers) == 1 and isinstance(outputs, Tensor):
            outputs = (outputs,)
        return dict(zip(layers, outputs, strict=True))


def open_model(model: nn.Module | str | Path) -> Model:
    """Take a network, or read one from a TorchScript file.

    A TorchScript file is read by PyTorch's own reader, which runs no Python.
    A pickle, such as ``torch.save`` writes, can run any program, and so can
    what an exported program holds beside its graph: they are not read.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If the file is missing, damaged or of another kind.
    """
    if isinstance(model, nn.Module):
        return Model(model)
    if not isinstance(model, str | Path):
        raise TypeError(
            f'model: {type(model).__name__} is no model; give an nn.Module, '
            'or the path of a TorchScript file.'
        )
    path = Path(model)
    if not path.is_file():
        raise ValueError(f'model: there is no file {str(path)!r}.')
    _check_kind(path)
    try:
        read: Callable[..., nn.Module] = torch.jit.load
        return Model(read(str(path), map_location='cpu'))
    except (RuntimeError, ValueError) as error:
        raise ValueError(
            f'model: {str(path)!r} cannot be read as TorchScript; it is '
            'damaged, or of another version of PyTorch.'
        ) from error


def _check_kind(path: Path) -> None:
    """Refuse files that could run a program, and those of other kinds."""
    name = f'model: {str(path)!r}'
    other = _OTHERS.get(path.suffix.lower())
    if other is not None:
        raise ValueError(f'{name} is {other}, which is not read; {_CONVERT}.')
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f'{name} is no TorchScript file. If it is a pickle, reading it '
            f'could run any program; {_CONVERT}.'
        )
    with zipfile.ZipFile(path) as archive:
        parts = {part.rpartition('/')[2] for part in archive.namelist()}
    if 'constants.pkl' in parts:
        return
    if parts & _OF_EXPORTED:
        raise ValueError(
            f'{name} is an exported program, which is read by way of pickles '
            f'that could run any program; {_CONVERT}.'
        )
    raise ValueError(
        f'{name} is a pickle, and reading it could run any program; '
        f'{_CONVERT}.'
    )


class Features:
    """From images between 0 and 1 to what a layer gives out.

    Parameters
    ----------
    model : Model
        The network.
    layer : str
        The layer.
    mean, deviation : Tensor
        ``(c,)`` or ``(1,)``: normalisation of its input.
    channels : int
        Channels that it takes; an image of one is repeated.
    """

    def __init__(
        self,
        model: Model,
        layer: str,
        mean: Tensor,
        deviation: Tensor,
        channels: int,
    ) -> None:
        self._features = model.features(layer)
        self._mean = mean.reshape(1, -1, 1, 1)
        self._deviation = deviation.reshape(1, -1, 1, 1)
        self._channels = channels

    def __call__(self, image: Tensor) -> Tensor:
        """Return the feature maps, ``(n, features, height, width)``."""
        if image.shape[1] != self._channels:
            image = image.expand(-1, self._channels, -1, -1)
        mean, deviation = self._mean.to(image), self._deviation.to(image)
        return self._features((image - mean) / deviation)


def choose_layer(
    shapes: Mapping[str, tuple[int, ...]], layer: str
) -> tuple[int, ...]:
    """Check a layer and return the shape of its output.

    Raises
    ------
    ValueError
        If there is none of the name, or its output has no rows and columns.
    """
    spatial = [
        name
        for name, shape in shapes.items()
        if len(shape) == 3 and min(shape[1:]) > 1
    ]
    if layer not in shapes:
        raise ValueError(
            f'layer: {layer!r} is not among the layers of the model; choose '
            f'one of {", ".join(spatial)}.'
        )
    if layer not in spatial:
        raise ValueError(
            f'layer: what {layer!r} gives out has no rows and columns; choose '
            f'one of {", ".join(spatial)}.'
        )
    return shapes[layer]


def read_normalisation(
    model: Model, name: str, channels: int
) -> tuple[Tensor, Tensor, str]:
    """Return mean and deviation of a model's input, and say which it is.

    'auto' takes what the model holds as ``mean`` and ``std``.
    """
    own = model.normalisation() if name not in NORMALISATIONS else None
    if own is not None:
        return (*own, 'as the model holds it')
    mean, deviation = NORMALISATIONS.get(name, NORMALISATIONS['none'])
    if len(mean) not in (1, channels):
        raise ValueError(
            f'normalisation: {name!r} is for 3 channels, and the model takes '
            f'{channels}; choose "none".'
        )
    words = name if len(mean) > 1 else 'from 0 to 1, none else'
    return torch.tensor(mean), torch.tensor(deviation), words
