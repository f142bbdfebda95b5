from .restoration import denoise, inpaint, super_resolve

__version__: str

__all__ = ['__version__', 'denoise', 'inpaint', 'super_resolve']
