from __future__ import annotations

import numpy as np
import pytest

from napari_dip import compare_architectures

FEW = {'preset': 'fast', 'device': 'cpu', 'max_num_iter': 30}


def test_they_disagree_in_a_hole():
    rows, columns = np.mgrid[:32, :32]
    image = 100 + 20 * np.sin(rows / 3) * np.cos(columns / 4)
    image[10:22, 10:22] = np.nan
    mean, record = compare_architectures(
        image, depths='1, 3', upsampling='nearest', return_info=True, **FEW
    )
    *estimates, disagreement = record.companions
    assert estimates == [
        f'depth {depth} skip {skip} nearest'
        for depth in (1, 3)
        for skip in (0, 4)
    ]
    stack = np.stack([record.companions[name] for name in estimates])
    np.testing.assert_allclose(mean, stack.mean(axis=0), rtol=1e-5)
    where = record.companions[disagreement]
    np.testing.assert_allclose(where, stack.std(axis=0), atol=1e-3)
    hole = np.isnan(image)
    assert where[hole].mean() > where[~hole].mean()
    assert '4 architectures disagree' in record.notes[0]


@pytest.mark.parametrize(
    ('name', 'text'),
    [('depths', '0'), ('depths', 'two'), ('skips', '4,'), ('skips', '-1')],
)
def test_a_list_that_makes_no_sense(name, text):
    image = np.eye(32)
    with pytest.raises(ValueError, match=rf'^{name}: .*give'):
        compare_architectures(image, **{name: text})
