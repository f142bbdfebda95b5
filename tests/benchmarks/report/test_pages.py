from __future__ import annotations

from benchmarks import runner
from benchmarks.report.contents import CONTENTS
from benchmarks.report.pages import write_pages


def test_pages_of_an_empty_store_say_that_nothing_was_run(tmp_path):
    paths = write_pages([], tmp_path)
    assert len(paths) == 1 + len(CONTENTS)
    text = (tmp_path / 'set5-x4.md').read_text(encoding='utf-8')
    assert 'not yet run' in text
    assert '*deep image prior (published)*' in text


def test_a_set_without_truth_gives_times_alone(tmp_path):
    write_pages([], tmp_path)
    text = (tmp_path / 'unscored.md').read_text(encoding='utf-8')
    assert 'Time / s' in text
    assert 'PSNR' not in text
    assert 'BM3D' not in text


def test_a_figure_shows_up_with_its_machine_and_plot(data, tmp_path):
    output = tmp_path / 'docs'
    scenes = ('Confocal_MICE', 'WideField_BPAE_B')
    records = [
        runner.measure(data, 'fmd', scene, 'noisy', 0, 'cpu')
        for scene in scenes
    ]
    write_pages(records, output)
    text = (output / 'fmd.md').read_text(encoding='utf-8')
    assert f'{records[0]["figures"]["psnr"]:.2f}' in text
    assert records[0]['machine']['processor'] in text
    # Two of eight scenes: no mean over the set yet.
    assert 'not yet run' in text
    assert not (output / 'fmd.png').exists()
