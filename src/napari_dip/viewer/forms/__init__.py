"""One form a task; each is a widget of the manifest."""

from napari_dip.viewer.forms.denoise import DenoiseForm
from napari_dip.viewer.forms.inpaint import InpaintForm
from napari_dip.viewer.forms.super_resolve import SuperResolveForm

__all__ = ['DenoiseForm', 'InpaintForm', 'SuperResolveForm']
