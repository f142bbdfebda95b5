"""The plugin: forms, runs and layers. The only floor that knows napari."""
