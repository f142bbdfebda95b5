r"""The deep image prior as an equation, on tensors.

.. math:: θ^* = \arg\min_θ E(A(f_θ(z)), x_0), \qquad x^* = f_{θ^*}(z)

=================  ====================================================
symbol             module
=================  ====================================================
:math:`f`          :mod:`~napari_dip.networks`
:math:`z`          :mod:`~napari_dip.latents.base`
:math:`A`          :mod:`~napari_dip.operators.base`
:math:`E`          :mod:`~napari_dip.engine.losses`
:math:`\arg\min`   :mod:`~napari_dip.engine.fit`
when to stop       :mod:`~napari_dip.engine.early_stopping`
:math:`x^*`        :mod:`~napari_dip.engine.averaging`
=================  ====================================================

The method is that of Ulyanov, Vedaldi and Lempitsky, "Deep Image Prior",
CVPR 2018. Nothing here knows of files, layers, units or progress bars.
"""
