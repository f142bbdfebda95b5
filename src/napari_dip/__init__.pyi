from .restoration.denoising import denoise
from .restoration.inpainting import inpaint
from .restoration.super_resolution import super_resolve

__version__: str

__all__ = ['__version__', 'denoise', 'inpaint', 'super_resolve']
