from __future__ import annotations

from benchmarks.report.whole_fits import whole_fits

COURSE = {'ended': 3000, 'oracle': 34.56, 'oracle_iteration': 900}


def record(case: str, method: str, psnr: float, task: str = 'denoise') -> dict:
    return {
        'set': 'fmd',
        'case': case,
        'method': method,
        'task': task,
        'seed': 0,
        'figures': {'psnr': psnr},
        'trajectory': {
            'ended': 3000,
            'oracle': 34.56,
            'oracle_iteration': 900,
        },
    }


def test_ours_stands_beside_the_published_recipe():
    records = [
        record('crop', 'dip-ulyanov2018', 33.9),
        record('crop', 'dip-balanced', 36.51),
        # An image of the same name in another set.
        record('crop', 'dip-fast', 30.0) | {'set': 'other'},
        # Of no image that the published recipe was run on.
        record('other', 'dip-balanced', 40.0),
        record('hole', 'dip-ulyanov2018', 20.0, task='inpaint'),
    ]
    lines = whole_fits(records).splitlines()[2:]
    assert [line.split('|')[1:4] for line in lines] == [
        [' crop ', ' dip-ulyanov2018 ', ' 33.90 '],
        [' crop ', ' dip-fast ', ' not yet run '],
        [' crop ', ' dip-balanced ', ' 36.51 '],
    ]
    assert '| 3000 | 34.56 | 900 |' in lines[0]


def test_nothing_run_is_said():
    assert 'not yet run' in whole_fits([])
