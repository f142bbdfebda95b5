"""The eight dihedral augmentations."""

from __future__ import annotations

import torch

from napari_dip.grid.dihedral import DIHEDRALS, Dihedral, draw_dihedral


def test_every_augmentation_comes_and_is_undone():
    generator = torch.Generator().manual_seed(0)
    image = torch.arange(24.0).reshape(1, 1, 4, 6)
    seen = set()
    for _ in range(200):
        dihedral = draw_dihedral(generator)
        augmented = dihedral.apply(image)
        assert torch.equal(dihedral.undo(augmented), image)
        seen.add(tuple(augmented.flatten().tolist()))
    assert len(seen) == 8


def test_no_augmentation_leaves_the_image_as_it_is():
    image = torch.rand(2, 3, 5, 7)
    assert torch.equal(Dihedral().apply(image), image)


def test_the_eight_augmentations_differ():
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    seen = {
        tuple(dihedral.apply(image).flatten().tolist())
        for dihedral in DIHEDRALS
    }
    assert len(seen) == 8
    for dihedral in DIHEDRALS:
        assert torch.equal(dihedral.undo(dihedral.apply(image)), image)
    assert DIHEDRALS[0] == Dihedral()
