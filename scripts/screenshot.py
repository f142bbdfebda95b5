"""Take the pictures of the window that the documentation shows.

Run as ``python scripts/screenshot.py [FOLDER]`` where there is a display;
without one, ``xvfb-run -s "-screen 0 1600x1000x24" python ...`` makes one.
Without FOLDER the pictures of the documentation are replaced; with it, every
step is taken in windows of both sizes, to be looked at.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Nobody's settings but napari's own; read when napari is imported.
os.environ['NAPARI_CONFIG'] = str(Path(tempfile.mkdtemp()) / 'settings.yaml')

import napari
import numpy as np
from PIL import Image
from qtpy.QtWidgets import QApplication
from superqt import QCollapsible

from napari_dip.samples import cells

DOCS = Path(__file__).parents[1] / 'docs' / 'images'
# A small laptop and a common screen.
SIZES = [(1280, 720), (1600, 1000)]
SHOWN = {
    'before-1280x720': 'window-before.png',
    'unfolded-1280x720': 'window-unfolded.png',
    'during-1280x720': 'window-during.png',
    'after-1600x1000': 'window-after.png',
    'two-forms-1280x720': 'window-two-forms.png',
    'compared-1600x1000': 'napari-dip.png',
    'scratched-1280x720': 'inpaint-before.png',
    'inpainted-1280x720': 'inpaint-after.png',
    'small-1280x720': 'super-resolve-before.png',
    'upsampled-1280x720': 'super-resolve-after.png',
    'curves-1280x720': 'learning-curves.png',
    'browsed-1280x720': 'stacks-during.png',
}
# Greys enough for an image without steps, colours enough for a window.
GREYS, COLOURS = 48, 64


def main() -> None:
    """Go through the tutorials in windows of both sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', nargs='?', type=Path)
    parser.add_argument('--only', choices=TUTORIALS, help='one tutorial')
    asked = parser.parse_args()
    folder = asked.folder
    chosen = [asked.only] if asked.only else list(TUTORIALS)
    for tutorial, size in itertools.product(chosen, SIZES):
        viewer = napari.Viewer(show=True)
        viewer.window.resize(*size)
        for step in TUTORIALS[tutorial](viewer):
            name = f'{step}-{size[0]}x{size[1]}'
            if folder is not None:
                save(viewer, folder / f'{name}.png')
            elif name in SHOWN:
                save(viewer, DOCS / SHOWN[name])
        viewer.close()
    QApplication.processEvents()
    # Workers of napari itself may still wait.
    sys.stdout.flush()
    os._exit(0)


def denoise(viewer: napari.Viewer) -> Iterator[str]:
    """Denoise a sample, and name each step that is worth a picture."""
    viewer.open_sample('napari-dip', 'nuclei')
    form = open_form(viewer, 'Denoise')
    form.preset.value = 'fast'
    wait_until(lambda: 'estimating' not in form.outlook.value)
    yield 'before'
    form.max_num_iter.value = '60'
    unfold(form, True)
    wait_until(lambda: 'estimating' not in form.outlook.value)
    yield 'unfolded'
    form.departures.reset('max_num_iter')
    unfold(form, False)
    form.start()
    bar = form.panel.monitor.bar
    wait_until(lambda: bar.value >= bar.max / 2, seconds=600)
    yield 'during'
    wait_until(lambda: not form.panel.run.state.is_busy, seconds=600)
    yield 'after'
    viewer.canvas.grid.enabled = True
    viewer.reset_view()
    # Near enough to see the noise.
    viewer.scene.camera.zoom *= 2
    yield 'compared'
    viewer.canvas.grid.enabled = False
    viewer.reset_view()
    kept = np.ones(viewer.layers[0].data.shape, np.uint8)
    kept[200:215, 60:400] = 0
    viewer.add_labels(kept, name='kept', opacity=0.3)
    other = open_form(viewer, 'Inpaint')
    wait_until(lambda: 'estimating' not in other.outlook.value)
    yield 'two-forms'


def inpaint(viewer: napari.Viewer) -> Iterator[str]:
    """Fill the scratches of a sample."""
    viewer.open_sample('napari-dip', 'scratched_membranes')
    form = open_form(viewer, 'Inpaint')
    form.preset.value = 'fast'
    yield from run(viewer, form, 'scratched', 'inpainted')


def super_resolve(viewer: napari.Viewer) -> Iterator[str]:
    """Give a small sample more pixels."""
    viewer.open_sample('napari-dip', 'cells')
    form = open_form(viewer, 'Super-resolve')
    form.preset.value = 'fast'
    yield from run(viewer, form, 'small', 'upsampled')


def learning_curves(viewer: napari.Viewer) -> Iterator[str]:
    """Draw the learning curves of a sample."""
    viewer.open_sample('napari-dip', 'cells')
    form = open_form(viewer, 'Learning curves')
    form.preset.value = 'fast'
    form.max_num_iter.value = '120'
    _, after = run(viewer, form, 'cells', 'curves')
    yield after


def stacks(viewer: napari.Viewer) -> Iterator[str]:
    """Denoise a drifting time series, and look at it meanwhile."""
    [(sample, _, _)] = cells()
    light = (sample - float(sample.min())) / 25
    planes = [light[n : n + 104, n : n + 104] for n in range(24)]
    counts = np.random.default_rng(0).poisson(planes).astype(np.uint16)
    labels = ('t', 'y', 'x')
    viewer.add_image(counts, name='time-lapse', axis_labels=labels)
    form = open_form(viewer, 'Denoise')
    form.preset.value = 'fast'
    form.stack.extent.value = 'every plane'
    wait_until(lambda: 'estimating' not in form.outlook.value)
    form.start()
    planes_done = []
    form.panel.run.updated.connect(
        lambda update: planes_done.append(update.progress.plane)
    )
    wait_until(lambda: max(planes_done, default=0) > 9, seconds=900)
    viewer.dims.set_current_step(0, 6)
    yield 'browsed'
    wait_until(lambda: not form.panel.run.state.is_busy, seconds=900)


TUTORIALS = {
    'denoise': denoise,
    'inpaint': inpaint,
    'super-resolve': super_resolve,
    'learning-curves': learning_curves,
    'stacks': stacks,
}


def run(
    viewer: napari.Viewer, form: Any, before: str, after: str
) -> Iterator[str]:
    """Run a form to its end; the result and nothing else is seen then."""
    wait_until(lambda: 'estimating' not in form.outlook.value)
    yield before
    form.start()
    wait_until(lambda: not form.panel.run.state.is_busy, seconds=600)
    for layer in viewer.layers[:-1]:
        layer.visible = False
    yield after


def open_form(viewer: napari.Viewer, name: str) -> Any:
    """Open a form of the plugin."""
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', name)
    return form


def unfold(form: Any, is_open: bool) -> None:
    """Open or close the folded sections of a form."""
    for section in form.native.findChildren(QCollapsible):
        act = section.expand if is_open else section.collapse
        act(animate=False)


def save(viewer: napari.Viewer, path: Path) -> None:
    """Save a picture of the window as it is."""
    wait_until(lambda: False, seconds=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = viewer.window.screenshot(canvas_only=False, flash=False)
    picture = reduce_colours(Image.fromarray(pixels[..., :3]))
    picture.save(path, optimize=True)
    size = f'{picture.width} × {picture.height}'
    print(f'{path}: {size}, {path.stat().st_size // 1000} kB')


def reduce_colours(picture: Image.Image) -> Image.Image:
    """Give a picture a palette, which takes half of the bytes."""
    greys = np.linspace(0, 255, GREYS).round().astype(int).repeat(3)
    own = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE).getpalette()
    palette = Image.new('P', (1, 1))
    palette.putpalette([*greys.tolist(), *own[: 3 * COLOURS]])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Handle events until something is so, or the time is over."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == '__main__':
    main()
