from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PillowImage

from napari_dip import remove_compression
from napari_dip.operators.quantisation import Quantisation
from tests.images.test_jpeg_table import compressed, drawn

FEW = {'preset': 'fast', 'device': 'cpu'}


def error(image, truth):
    return np.sqrt(np.mean((image.astype(float) - truth) ** 2))


def test_it_is_nearer_to_the_image_and_makes_the_same_file():
    import torch

    truth = drawn(64)
    pixels, table = compressed(truth, quality=10)
    found, info = remove_compression(
        pixels, **FEW, max_num_iter=30, return_info=True
    )
    assert error(found, truth) < 0.93 * error(pixels, truth)
    # Not that the fit has done harm.
    assert info.notes == ['JPEG: quality 10.']
    operator = Quantisation(
        torch.from_numpy(pixels.astype(np.float32))[None, None],
        torch.from_numpy(table.astype(np.float32))[None],
    )
    image = torch.from_numpy(found)[None, None]
    assert (operator.project(image) - image).abs().max() < 0.01


@pytest.mark.usefixtures('tiny')
class TestWhatItIsGiven:
    def test_of_colours_the_brightness_is_restored(self):
        colours = np.stack([drawn(48)] * 3, -1)
        colours[..., 2] //= 2
        pixels, _ = compressed(colours, quality=20)
        found, info = remove_compression(
            pixels.astype(np.uint8), **FEW, max_num_iter=3, return_info=True
        )
        change = found - pixels
        assert change.shape == (48, 48, 3)
        assert np.ptp(change, axis=-1).max() < 1e-3 < np.abs(change).max()
        told = ' '.join(info.notes)
        assert 'quality 20' in told
        assert 'brightness was restored' in told

    @pytest.mark.parametrize('kind', [0, 2])
    def test_a_file_tells_of_brightness_and_colours(self, tmp_path, kind):
        colours = np.stack([drawn(48), drawn(48)[::-1], drawn(48).T], -1)
        truth = (40 + 0.6 * colours).astype(np.uint8)
        path = tmp_path / 'a.jpg'
        PillowImage.fromarray(truth).save(path, quality=15, subsampling=kind)
        pixels = np.asarray(PillowImage.open(path))
        options = FEW | {'max_num_iter': 3}
        found, info = remove_compression(
            pixels, file=str(path), return_info=True, **options
        )
        kept = remove_compression(pixels, 15, **options)
        assert error(found, truth) < error(kept, truth)
        told = ' '.join(info.notes)
        assert 'steps that the file holds' in told
        assert 'Brightness and colours were restored' in told
        assert info.arguments['file'] == str(path)

    def test_a_file_of_another_picture_is_refused(self, tmp_path, image):
        path = tmp_path / 'a.jpg'
        with pytest.raises(ValueError, match=r'^file: there is no'):
            remove_compression(image, file=str(path))
        path.write_bytes(b'no picture')
        with pytest.raises(ValueError, match=r'^file: .*as JPEG; leave'):
            remove_compression(image, file=str(path))
        PillowImage.new('L', image.shape[::-1]).save(path)
        with pytest.raises(ValueError, match=r'^file: .*not the grey levels'):
            remove_compression(image / 4, file=str(path))
        PillowImage.new('L', (8, 8)).save(path)
        with pytest.raises(ValueError, match=r'^file: .*8 × 8 pixels'):
            remove_compression(image, file=str(path))

    def test_missing_pixels_are_filled(self):
        pixels, _ = compressed(drawn(48), quality=20)
        pixels[10, 10] = np.nan
        found, info = remove_compression(
            pixels, 20, **FEW, max_num_iter=3, return_info=True
        )
        assert np.isfinite(found).all()
        assert 'filled in' in ' '.join(info.notes)

    def test_what_has_no_grey_levels_is_said_to(self):
        noise = np.random.default_rng(0).normal(size=(32, 32))
        _, info = remove_compression(
            noise, 20, **FEW, max_num_iter=3, return_info=True
        )
        assert 'no grey levels' in ' '.join(info.notes)

    def test_a_fit_that_does_harm_is_left_out(self):
        """By what a compressed estimate has lost, which is known."""
        pixels, _ = compressed(drawn(48), quality=10)
        _, info = remove_compression(
            pixels, 10, **FEW, max_num_iter=1, return_info=True
        )
        assert 'left as compression had left it' in ' '.join(info.notes)

    def test_the_published_recipe_asks_for_no_table(self, image):
        found = remove_compression(
            image, preset='ulyanov2018', max_num_iter=2, device='cpu'
        )
        assert found.shape == image.shape


def test_without_a_trace_the_quality_is_asked_for(image):
    with pytest.raises(ValueError, match=r'no trace of JPEG.*quality=30'):
        remove_compression(image)


@pytest.mark.parametrize('quality', [0, 101, 2.5, 'high', True])
def test_a_quality_is_from_1_to_100(quality, image):
    with pytest.raises(
        ValueError, match=r'^quality: .*at least 1 and at most 100'
    ):
        remove_compression(image, quality)
