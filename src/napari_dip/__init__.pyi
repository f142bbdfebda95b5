from .noise.detector import Detector
from .tasks.denoise import denoise
from .tasks.inpaint import inpaint
from .tasks.super_resolve import super_resolve

__version__: str

__all__ = [
    'Detector',
    '__version__',
    'denoise',
    'inpaint',
    'super_resolve',
]
