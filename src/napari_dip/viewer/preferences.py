"""What the user set on the preferences page of the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from napari.settings import get_plugin_settings

from napari_dip.presets.choices import DEFAULT_PRESET

PLUGIN = 'napari-dip'


@dataclass(frozen=True)
class Preferences:
    """The page; its defaults are those of the manifest.

    Parameters
    ----------
    device, preset : str
        What a form begins with.
    preview_rate : float
        Most previews a second.
    full_paths : bool
        Whether results and scripts tell the folders of files, or their
        names alone.
    folder : Path or None
        Where napari keeps its settings; None if it keeps none.
    """

    device: str = 'auto'
    preset: str = DEFAULT_PRESET
    preview_rate: float = 2.0
    full_paths: bool = False
    folder: Path | None = None


def read_preferences() -> Preferences:
    """Read the preferences as they are now."""
    try:
        settings = get_plugin_settings(PLUGIN)
    except KeyError:
        # The plugin is not registered: a form made by hand.
        return Preferences()
    path = settings.config_path
    return Preferences(
        device=settings.restoration.device,
        preset=settings.restoration.preset,
        preview_rate=settings.restoration.preview_rate,
        full_paths=settings.restoration.full_paths,
        folder=path.parent if isinstance(path, Path) else None,
    )
