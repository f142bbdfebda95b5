from .restoration.denoising import denoise
from .restoration.detector import Detector
from .restoration.inpainting import inpaint
from .restoration.super_resolution import super_resolve

__version__: str

__all__ = [
    'Detector',
    '__version__',
    'denoise',
    'inpaint',
    'super_resolve',
]
