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


def test_crops_stand_below_where_more_than_one_method_has_run_them(
    data, tmp_path
):
    case = 'Confocal_MICE-crop'
    records = [
        runner.measure(data, 'fmd', case, method, 0, 'cpu')
        for method in ('noisy', 'tv-vst')
    ]
    page = tmp_path / 'fmd.md'
    write_pages(records[:1], tmp_path)
    assert case not in page.read_text(encoding='utf-8')
    write_pages(records, tmp_path)
    whole, crops = page.read_text(encoding='utf-8').split('## Centre crops')
    assert case not in whole
    for record in records:
        assert f'{record["figures"]["psnr"]:.2f}' in crops
    assert 'BM3D' not in crops
