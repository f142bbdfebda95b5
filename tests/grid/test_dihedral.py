"""Flips and exchanges of axes, in two and three dimensions."""

from __future__ import annotations

import pytest
import torch

from napari_dip.grid.dihedral import Dihedral, dihedrals, draw_dihedral


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
        for dihedral in dihedrals()
    }
    assert len(seen) == 8
    for dihedral in dihedrals():
        assert torch.equal(dihedral.undo(dihedral.apply(image)), image)
    assert dihedrals()[0] == Dihedral()


def test_the_draws_of_two_axes_are_what_they_were():
    generator = torch.Generator().manual_seed(0)
    transforms = [draw_dihedral(generator) for _ in range(8)]
    drawn = [dihedrals().index(transform) for transform in transforms]
    assert drawn == [
        5,
        5,
        7,
        3,
        1,
        0,
        1,
        3,
    ]


@pytest.mark.parametrize(('alike', 'count'), [(1, 8), (2, 16), (3, 48)])
def test_every_augmentation_of_a_volume_comes_once_and_is_undone(alike, count):
    volume = torch.arange(2 * 3 * 4.0).reshape(1, 1, 2, 3, 4)
    transforms = dihedrals(3, alike)
    assert transforms[0] == Dihedral()
    seen = set()
    for transform in transforms:
        turned = transform.apply(volume)
        assert torch.equal(transform.undo(turned), volume)
        seen.add((turned.shape, tuple(turned.flatten().tolist())))
        if alike < 3:
            # Depth stays depth: its steps are not those of a plane.
            assert turned.shape[2] == 2
    assert len(transforms) == len(seen) == count
    generator = torch.Generator().manual_seed(0)
    drawn = {draw_dihedral(generator, 3, alike) for _ in range(600)}
    assert drawn == set(transforms)
