"""What a person asks for: array in, array out, no napari and no Qt.

A task is one file here, of the name of its public function. The function's
parameters, annotated with a :class:`~napari_dip.tasks.base.Field` each, are
the options of its command, the entries of its form and what its script and
record tell. `register` makes it known; the manifest names its form, and the
stub of the package its function.
"""
