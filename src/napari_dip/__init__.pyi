from .masks.find import find_missing
from .noise.detector import Detector
from .tasks.denoise import denoise
from .tasks.inpaint import inpaint
from .tasks.remove_compression import remove_compression
from .tasks.super_resolve import super_resolve

__version__: str

__all__ = [
    'Detector',
    '__version__',
    'denoise',
    'find_missing',
    'inpaint',
    'remove_compression',
    'super_resolve',
]
