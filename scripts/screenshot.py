"""Take the picture of the plugin at work that the README shows.

Run as ``python scripts/screenshot.py [OUTPUT]`` where there is a display;
without one, ``xvfb-run -s "-screen 0 1600x1000x24" python ...`` makes one.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Nobody's settings but napari's own; read when napari is imported.
os.environ['NAPARI_CONFIG'] = str(Path(tempfile.mkdtemp()) / 'settings.yaml')

import napari
from PIL import Image
from qtpy.QtWidgets import QApplication

SIZE = (1400, 900)
OUTPUT = Path(__file__).parents[1] / 'docs' / 'images' / 'napari-dip.png'


def main() -> None:
    """Open a sample, denoise it half-way, and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('output', nargs='?', type=Path, default=OUTPUT)
    output = parser.parse_args().output
    viewer = napari.Viewer(show=True)
    viewer.window.resize(*SIZE)
    viewer.open_sample('napari-dip', 'nuclei')
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    form.preset.value = 'fast'
    wait_until(lambda: 'estimating' not in form.outlook.value)
    form.start()
    wait_until(lambda: not form.panel.run.state.is_busy, seconds=600)
    compare(viewer)
    wait_until(lambda: False, seconds=1)
    output.parent.mkdir(parents=True, exist_ok=True)
    picture = viewer.window.screenshot(canvas_only=False, flash=False)
    viewer.close()
    # Colours enough for a window, in half the bytes.
    Image.fromarray(picture[..., :3]).quantize(256).save(output, optimize=True)
    print(f'{output}: {output.stat().st_size // 1000} kB')


def compare(viewer: napari.Viewer) -> None:
    """Show source and result side by side, near enough to see the noise."""
    viewer.canvas.grid.enabled = True
    viewer.reset_view()
    viewer.scene.camera.zoom *= 2


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Handle events until something is so, or the time is over."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == '__main__':
    main()
