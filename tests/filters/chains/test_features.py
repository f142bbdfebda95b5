from types import SimpleNamespace

import torch

from napari_dip.engine.losses import FeatureDistance
from napari_dip.filters.chains.features import MatchFeatures
from napari_dip.filters.refinement import preview, refine

IMAGE = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))


def test_pixels_that_the_features_know_are_found_and_others_stay():
    def left_half(image):
        return image[..., :8] - 0.5

    problem = SimpleNamespace(
        data=IMAGE,
        known=torch.ones_like(IMAGE),
        loss=FeatureDistance(left_half, IMAGE),
    )
    made = (IMAGE + 0.05).clamp(0, 1)
    found = refine(made, problem, (MatchFeatures(),))
    off = (found - IMAGE).abs()
    assert off[..., :8].max() < 0.01
    torch.testing.assert_close(found[..., 8:], made[..., 8:])
    assert 0 <= found.min() <= found.max() <= 1
    assert preview(made, problem, (MatchFeatures(),)) is made
    assert not found.requires_grad
