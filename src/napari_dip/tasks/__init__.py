"""Restoration tasks: array in, array out, no napari and no Qt.

The tasks load torch, so they are loaded when first used.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'detector': ['Detector'],
        'denoising': ['denoise', 'start_denoising'],
        'inpainting': ['inpaint', 'start_inpainting'],
        'prepare': ['Options'],
        'super_resolution': ['start_super_resolution', 'super_resolve'],
    },
)
