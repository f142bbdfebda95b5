"""The three public functions, called alike."""

from __future__ import annotations

import numpy as np

from napari_dip import denoise, inpaint, super_resolve

MASK = np.zeros((24, 28), bool)
MASK[5:8, 4:20] = True


def run_denoise(image, **options):
    return denoise(image, **options)


def run_inpaint(image, **options):
    return inpaint(image, MASK, **options)


def run_super_resolve(image, **options):
    # Their images are noise, which would be taken out by other settings.
    return super_resolve(image, 2, **{'remove_noise': 'no', **options})


TASKS = [run_denoise, run_inpaint, run_super_resolve]
FEW = {'preset': 'fast', 'max_num_iter': 3, 'device': 'cpu'}


def scale(task) -> int:
    return 2 if task is run_super_resolve else 1
