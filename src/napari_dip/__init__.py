"""Deep image prior restoration of one microscopy image.

The public names are loaded when first used, so that importing the package,
which napari does at every start, does not import torch.
"""

from __future__ import annotations

import lazy_loader

__version__ = '0.1.0'

__getattr__, _, _names = lazy_loader.attach_stub(__name__, __file__)

__all__ = ['__version__', *_names]


def __dir__() -> list[str]:
    return __all__
