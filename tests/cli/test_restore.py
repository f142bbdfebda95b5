from __future__ import annotations

import errno
import json
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile

from napari_dip.cli import restore
from napari_dip.io.reading import read_image
from napari_dip.session.session import Session

if TYPE_CHECKING:
    from conftest import Run


Monkey = pytest.MonkeyPatch

FIELD = 500 + 300 * np.outer(*[np.sin(np.arange(32) / 4)] * 2)


def press_ctrl_c_at(monkeypatch: Monkey, *iterations: int) -> None:
    """Let the signal arrive while an iteration is done."""
    original = Session.__next__

    def step(self: Session) -> Any:
        progress = original(self)
        if progress.iteration in iterations:
            signal.raise_signal(signal.SIGINT)
        return progress

    monkeypatch.setattr(Session, '__next__', step)


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Good input


@pytest.mark.usefixtures('tiny')
def test_a_jpeg_file_tells_its_own_compression(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, report = tmp_path / 'a.jpg', tmp_path / 'a.json'
    iio.imwrite(path, (noisy // 4).astype('uint8'), quality=37)
    given = path, tmp_path / 'b.tif', '--report', report
    result = run.quick('remove-compression', *given)
    assert result.exit_code == 0, result.output
    told = json.loads(report.read_text('utf-8'))
    assert 'JPEG: the steps that the file holds.' in told['notes']
    assert told['arguments']['file'] == str(path)


@pytest.mark.parametrize('name', ['a.tif', 'a.ome.tif', 'a.npy'])
def test_result_is_float32_in_the_units_of_the_image(
    run: Run, tmp_path: Path, image: Path, noisy: np.ndarray, name: str
) -> None:
    result = run.quick('denoise', image, tmp_path / name)
    assert result.exit_code == 0, result.output
    restored = read_image(tmp_path / name).data
    assert restored.dtype == np.float32
    assert restored.shape == noisy.shape
    assert restored.mean() == pytest.approx(noisy.mean(), rel=0.2)


def test_what_is_known_of_the_noise(
    run: Run, tmp_path: Path, image: Path
) -> None:
    report = tmp_path / 'a.json'
    options = ('--gain', 1, '--offset', -2, '--read-noise', 0.5)
    result = run.quick(
        'denoise',
        image,
        tmp_path / 'a.tif',
        *options,
        '--defects',
        'keep',
        '--report',
        report,
    )
    assert result.exit_code == 0, result.output
    told = 'Poisson-Gaussian noise, gain 1, offset -2, read noise 0.5 (given)'
    assert f'assumed {told}' in result.stdout
    arguments = json.loads(report.read_text())['arguments']
    assert arguments['defects'] == 'keep'
    assert arguments['noise']['read_noise'] == 0.5


@pytest.fixture
def repeat(tmp_path: Path) -> Path:
    frame = np.random.default_rng(1).poisson(FIELD).astype('uint16')
    path = tmp_path / 'repeat.tif'
    tifffile.imwrite(path, frame)
    return path


def test_repeats_of_the_field(
    run: Run, tmp_path: Path, image: Path, repeat: Path
) -> None:
    stack, report = tmp_path / 'stack.npy', tmp_path / 'a.json'
    np.save(image, np.random.default_rng(0).poisson(FIELD))
    np.save(stack, np.random.default_rng(2).poisson([FIELD, FIELD]))
    files = ('--repeat', repeat, '--repeat', stack)
    call = ('denoise', image, tmp_path / 'a.tif', *files, '--report', report)
    result = run.quick(*call)
    assert result.exit_code == 0, result.output
    assert '4 frames, the others times' in result.stdout
    content = json.loads(report.read_text())
    assert content['arguments']['repeats'] == 3
    assert content['files']['repeats'] == [str(repeat), str(stack)]


def test_repeats_that_are_none(
    run: Run, tmp_path: Path, image: Path, repeat: Path
) -> None:
    output, other = tmp_path / 'a.tif', tmp_path / 'other.npy'
    np.save(other, np.zeros((8, 32)))
    for path, says in (
        (image, '--repeat: frame 1 is equal'),
        (other, f'--repeat ({other}): its shape (8, 32)'),
        (tmp_path / 'no.tif', f'--repeat ({tmp_path / "no.tif"}): there is'),
    ):
        said = run.refused('denoise', image, output, '--repeat', path)
        assert said.startswith(says)
    assert not output.exists()
    call = ('denoise', image, output, '--repeat', repeat, '--overwrite')
    assert 'another name' in run.refused(*call, '--report', repeat)


def test_gaussian_noise(run: Run, tmp_path: Path, image: Path) -> None:
    result = run.quick(
        'denoise', image, tmp_path / 'a.tif', '--noise', 'gaussian'
    )
    assert 'assumed Gaussian noise of one variance' in result.stdout


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (('--offset', 3), '--offset: it goes with --gain'),
        (('--read-noise', 3), '--read-noise: it goes with --gain'),
        (('--gain', 0), '--gain: 0.0 is not a positive number'),
        (('--gain', 1, '--read-noise', -1), '--read-noise: -1.0 is not'),
        (('--gain', 1, '--offset', 9999), '--offset: 9999 is above'),
        (('--gain', 1, '--noise', 'gaussian'), '--gain: with --noise'),
        (('--noise', 'pink'), "--noise: 'pink' is unknown"),
        (('--defects', 'mend'), "--defects: 'mend' is unknown"),
    ],
)
def test_what_cannot_be_known_of_the_noise(
    run: Run,
    tmp_path: Path,
    image: Path,
    options: tuple[object, ...],
    sentence: str,
) -> None:
    said = run.refused('denoise', image, tmp_path / 'a.tif', *options)
    assert said.startswith(sentence)


def test_same_dtype(run: Run, tmp_path: Path, image: Path) -> None:
    output = tmp_path / 'a.tif'
    assert (
        run.quick('denoise', image, output, '--dtype', 'same').exit_code == 0
    )
    assert tifffile.imread(output).dtype == np.uint16


@pytest.mark.parametrize('dtype', ['uint8', 'uint16'])
def test_png_has_the_dtype_of_the_image(
    run: Run, tmp_path: Path, noisy: np.ndarray, dtype: str
) -> None:
    iio.imwrite(tmp_path / 'a.png', (noisy // 4).astype(dtype))
    result = run.quick('denoise', tmp_path / 'a.png', tmp_path / 'b.png')
    assert result.exit_code == 0, result.output
    assert iio.imread(tmp_path / 'b.png').dtype == dtype


def test_ome_tiff_enlarged(run: Run, tmp_path: Path) -> None:
    counts = np.random.default_rng(0).poisson(50, (1, 2, 1, 20, 24))
    metadata = {
        'axes': 'TCZYX',
        'PhysicalSizeX': 0.4,
        'PhysicalSizeXUnit': 'µm',
        'PhysicalSizeY': 600,
        'PhysicalSizeYUnit': 'nm',
        'Channel': {'Name': ['DNA', 'actin']},
    }
    path = tmp_path / 'a.ome.tif'
    tifffile.imwrite(path, counts.astype('uint16'), metadata=metadata)
    output = tmp_path / 'b.ome.tif'
    result = run.quick('super-resolve', path, output, '--factor', '2,4')
    assert result.exit_code == 0, result.output
    enlarged = read_image(output)
    assert enlarged.axes == 'CYX'
    assert enlarged.data.shape == (2, 40, 96)
    size = enlarged.pixel_size
    assert size.x is not None
    assert size.y is not None
    assert (size.x.unit, size.y.unit) == ('µm', 'nm')
    assert (size.x.value, size.y.value) == pytest.approx((0.1, 300))
    assert enlarged.details['Channel'] == {'Name': ['DNA', 'actin']}


def test_imagej_tiff_keeps_unit_and_display(run: Run, tmp_path: Path) -> None:
    counts = np.random.default_rng(0).poisson(50, (20, 24)).astype('uint16')
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    tifffile.imwrite(
        path,
        counts,
        imagej=True,
        resolution=(4, 4),
        metadata={'unit': 'um', 'min': 10.0, 'max': 90.0},
    )
    assert run.quick('denoise', path, output).exit_code == 0
    before, after = read_image(path), read_image(output)
    assert after.style == 'imagej'
    assert after.pixel_size == before.pixel_size
    assert after.details['max'] == 90


def test_rgb(run: Run, tmp_path: Path) -> None:
    colours = np.random.default_rng(0).poisson(90, (20, 24, 3)).astype('uint8')
    iio.imwrite(tmp_path / 'a.png', colours)
    output = tmp_path / 'b.tif'
    assert run.quick('denoise', tmp_path / 'a.png', output).exit_code == 0
    restored = read_image(output)
    assert (restored.axes, restored.data.shape) == ('YXS', (20, 24, 3))


def test_channel_axis_of_the_file(run: Run, tmp_path: Path) -> None:
    stack = np.random.default_rng(0).poisson(50, (1, 5, 20, 24))
    path, output = tmp_path / 'a.npy', tmp_path / 'b.npy'
    np.save(path, stack)
    result = run.quick('denoise', path, output, '--channel-axis', 1)
    assert result.exit_code == 0, result.output
    assert np.load(output).shape == stack.shape


@pytest.mark.parametrize(
    ('suffix', 'shape'),
    [
        ('.npy', (1, 32, 32)),
        ('.npy', (1, 1, 32, 32)),
        ('.npy', (32, 32, 1)),
        ('.npy', (1, 32, 1, 32, 1)),
        ('.tif', (1, 32, 32)),
        ('.tif', (1, 1, 32, 32)),
        ('.tif', (32, 32, 1)),
    ],
)
def test_axes_of_length_one_are_given_back(
    run: Run,
    tmp_path: Path,
    noisy: np.ndarray,
    mask: Path,
    shape: tuple[int, ...],
    suffix: str,
) -> None:
    path, output = tmp_path / f'a{suffix}', tmp_path / 'b.npy'
    if suffix == '.npy':
        np.save(path, noisy.reshape(shape))
    else:
        tifffile.imwrite(path, noisy.reshape(shape), photometric='minisblack')
        shape = tifffile.imread(path).shape
    call = ('inpaint', path, mask, output, '--uncertainty')
    result = run.quick(*call)
    assert result.exit_code == 0, result.output
    for name in ('b.npy', 'b_uncertainty.npy'):
        assert np.load(tmp_path / name).shape == shape
    kept = ~np.load(mask)
    restored = np.load(output).reshape(noisy.shape)
    np.testing.assert_array_equal(restored[kept], noisy[kept])


def test_axes_of_length_one_of_ome_tiff(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, output = tmp_path / 'a.ome.tif', tmp_path / 'b.ome.tif'
    stack = noisy.reshape(1, 1, 1, 32, 32)
    tifffile.imwrite(path, stack, metadata={'axes': 'TCZYX'})
    call = ('super-resolve', path, output, '--factor', 2, '--channel-axis', 0)
    assert 'channel' in run.refused(*call)
    result = run.quick(*call[:-2])
    assert result.exit_code == 0, result.output
    with tifffile.TiffFile(output) as file:
        shape = file.series[0].get_shape(squeeze=False)
        assert shape[:5] == (1, 1, 1, 64, 64)


def test_report(run: Run, tmp_path: Path, image: Path, mask: Path) -> None:
    output, report = tmp_path / 'a.npy', tmp_path / 'a.json'
    call = ('inpaint', image, mask, output, '--report', report, '--seed', 7)
    assert run.quick(*call).exit_code == 0
    content = json.loads(report.read_text('utf-8'))
    assert content['task'] == 'inpaint'
    assert content['seed'] == 7
    assert content['iterations'] == 3
    assert len(content['loss_history']) == 3
    assert content['files'] == {
        'input': str(image),
        'mask': str(mask),
        'output': str(output),
    }


def test_quiet(run: Run, tmp_path: Path, image: Path) -> None:
    result = run.quick('denoise', image, tmp_path / 'a.png', '-q')
    assert result.exit_code == 0
    assert result.output == ''


def test_lost_pixel_size_is_told(run: Run, tmp_path: Path) -> None:
    counts = np.random.default_rng(0).poisson(50, (20, 24)).astype('uint16')
    path = tmp_path / 'a.tif'
    tifffile.imwrite(path, counts, resolution=(9, 9), resolutionunit='INCH')
    result = run.quick('denoise', path, tmp_path / 'a.png')
    assert 'does not hold the size of a pixel' in result.stdout


def test_overwrite(run: Run, tmp_path: Path, image: Path) -> None:
    output, report = tmp_path / 'a.npy', tmp_path / 'a.json'
    output.write_bytes(b'old')
    report.write_bytes(b'old')
    call = ('denoise', image, output, '--report', report)
    assert run.quick(*call).exit_code == 2
    assert output.read_bytes() == report.read_bytes() == b'old'
    assert run.quick(*call, '--overwrite').exit_code == 0
    assert np.load(output).shape == (32, 32)
    assert json.loads(report.read_bytes())['task'] == 'denoise'


# Ctrl-C


def test_interrupt_keeps_the_best_so_far(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    press_ctrl_c_at(monkeypatch, 2)
    output, report = tmp_path / 'a.npy', tmp_path / 'a.json'
    call = ('denoise', image, output, '--preset', 'fast', '--report', report)
    result = run(*call)
    assert result.exit_code == 130
    assert np.load(output).shape == (32, 32)
    assert json.loads(report.read_bytes())['iterations'] == 2
    assert 'Keeping the best so far' in result.stderr


def test_second_interrupt_discards(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    press_ctrl_c_at(monkeypatch, 2)

    def result(self: Session) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Session, 'result', result)
    done = run('denoise', image, tmp_path / 'a.npy', '--preset', 'fast')
    assert done.exit_code == 130
    assert done.stderr.endswith('Aborted.\n')
    assert files_in(tmp_path) == {'image.npy'}


def test_interrupt_before_the_first_iteration_discards(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    original = restore.open_monitor

    def open_late(*arguments: Any, **options: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return original(*arguments, **options)

    monkeypatch.setattr('napari_dip.cli.restore.open_monitor', open_late)
    done = run.quick('denoise', image, tmp_path / 'a.npy')
    assert done.exit_code == 130
    assert files_in(tmp_path) == {'image.npy'}


def test_interrupt_at_the_end_ends_the_last_steps(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    press_ctrl_c_at(monkeypatch, 3)
    done = run.quick('denoise', image, tmp_path / 'a.npy')
    assert done.exit_code == 130
    assert 'left out, as you ended it' in done.stderr
    assert np.load(tmp_path / 'a.npy').shape == (32, 32)


# Bad input


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (np.zeros((0, 0)), 'empty'),
        (np.zeros((1, 1)), 'too few'),
        (np.ones((32, 32)), 'nothing to restore'),
        (np.full((32, 32), np.nan), 'no pixel is a finite number'),
        (np.ones((32, 32)) * 1j, 'dtype complex128'),
        (np.zeros(32), 'too few'),
        (np.random.default_rng(0).normal(size=(3, 32, 32)), 'may be channels'),
    ],
)
def test_bad_image(
    run: Run, tmp_path: Path, data: np.ndarray, words: str
) -> None:
    path = tmp_path / 'a.npy'
    np.save(path, data)
    sentence = run.refused('denoise', path, tmp_path / 'b.tif')
    assert sentence.startswith(f'INPUT ({path}): ')
    assert words in sentence
    assert files_in(tmp_path) == {'a.npy'}


@pytest.mark.parametrize(
    ('name', 'content', 'words'),
    [
        ('a.npy', None, 'no such file'),
        ('a.jpg', b'x', 'ending'),
        ('a.npy', b'x', 'cannot be read as NPY'),
        ('a.tif', b'II*\0', 'cannot be read as TIFF'),
        ('a.png', b'\x89PNG', 'cannot be read as PNG'),
    ],
)
def test_bad_file(
    run: Run, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    sentence = run.refused('denoise', path, tmp_path / 'b.tif')
    assert sentence.startswith(f'INPUT ({path}): ')
    assert words in sentence


@pytest.mark.parametrize(
    ('mask', 'words'),
    [
        (np.zeros((32, 32)), 'no pixel is marked'),
        (np.ones((32, 32)), 'all pixels are marked'),
        (np.eye(16), 'shape (16, 16)'),
        (None, 'no such file'),
    ],
)
def test_bad_mask(
    run: Run,
    tmp_path: Path,
    image: Path,
    mask: np.ndarray | None,
    words: str,
) -> None:
    path = tmp_path / 'mask.npy'
    if mask is not None:
        np.save(path, mask)
    sentence = run.refused('inpaint', image, path, tmp_path / 'b.tif')
    assert sentence.startswith(f'MASK ({path}): ')
    assert words in sentence


@pytest.mark.parametrize(
    ('option', 'value', 'words'),
    [
        ('--preset', 'sharp', "'sharp' is unknown"),
        ('--device', 'tpu', "'tpu' is unknown"),
        ('--device', 'cuda:99', "'cuda:99' was asked for"),
        ('--dtype', 'int', "'int' is unknown"),
        ('--channel-axis', '2', '2 is not an axis'),
        ('--channel-axis', '-3', '-3 is not an axis'),
        ('--max-num-iter', '0', 'leave it out'),
        ('--time-limit', '-1', 'leave it out'),
        ('--time-limit', 'nan', 'leave it out'),
        ('--seed', '-1', 'give 0'),
    ],
)
def test_bad_option(
    run: Run, tmp_path: Path, image: Path, option: str, value: str, words: str
) -> None:
    output = tmp_path / 'b.tif'
    sentence = run.refused('denoise', image, output, option, value)
    assert sentence.startswith(f'{option}: ')
    assert words in sentence


def no_fit(*arguments: object, **options: object) -> None:
    pytest.fail('the fit was started')


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('b.gif', "'.gif' is not known"),
        ('b.jpg', 'JPEG would lose what was restored'),
    ],
)
def test_an_ending_that_cannot_be_written_is_found_before_the_fit(
    run: Run,
    tmp_path: Path,
    image: Path,
    monkeypatch: Monkey,
    name: str,
    words: str,
) -> None:
    monkeypatch.setattr('napari_dip.cli.restore.restore', no_fit)
    sentence = run.refused('denoise', image, tmp_path / name)
    assert sentence.startswith('OUTPUT (')
    assert words in sentence


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('no/b.tif', 'no folder'),
        ('image.npy', 'exists already'),
        ('folder.tif', 'not a file'),
    ],
)
@pytest.mark.parametrize('option', ['OUTPUT', '--report'])
def test_bad_destination_is_found_before_the_fit(
    run: Run,
    tmp_path: Path,
    image: Path,
    monkeypatch: Monkey,
    name: str,
    words: str,
    option: str,
) -> None:
    monkeypatch.setattr('napari_dip.cli.restore.restore', no_fit)
    (tmp_path / 'folder.tif').mkdir()
    path = tmp_path / name
    if option == 'OUTPUT':
        sentence = run.refused('denoise', image, path)
    else:
        output = tmp_path / 'b.tif'
        sentence = run.refused('denoise', image, output, '--report', path)
    assert sentence.startswith(f'{option} ({path}): ')
    assert words in sentence


def test_png_that_cannot_hold_the_result_is_found_before_the_fit(
    run: Run, tmp_path: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.restore.restore', no_fit)
    np.save(tmp_path / 'a.npy', np.eye(32))
    output = tmp_path / 'b.png'
    sentence = run.refused('denoise', tmp_path / 'a.npy', output)
    assert sentence.startswith(f'OUTPUT ({output}): PNG holds')


def test_report_in_place_of_an_image(
    run: Run, tmp_path: Path, image: Path
) -> None:
    call = ('denoise', image, tmp_path / 'b.tif', '--overwrite', '--report')
    for path in (image, tmp_path / 'b.tif'):
        assert 'would replace' in run.refused(*call, path)
    assert np.load(image).shape == (32, 32)


def test_full_disk_is_found_before_the_fit(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.restore.restore', no_fit)
    usage = type('Usage', (), {'free': 5000})
    monkeypatch.setattr('shutil.disk_usage', lambda folder: usage)
    sentence = run.refused('denoise', image, tmp_path / 'b.tif')
    assert 'the disk is full' in sentence


def test_too_little_memory(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    def step(self: Session) -> None:
        raise MemoryError(
            'Not enough memory on cpu for this image; choose a smaller '
            'preset or device="cpu", or crop the image.'
        )

    monkeypatch.setattr(Session, '__next__', step)
    sentence = run.refused('denoise', image, tmp_path / 'b.tif', '-q')
    assert sentence.startswith(f'INPUT ({image}): not enough memory')
    assert files_in(tmp_path) == {'image.npy'}


# Failure after the fit


def full_disk(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, 'No space left on device')


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: Monkey) -> Path:
    folder = tmp_path / 'elsewhere'
    folder.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder))
    return folder


@pytest.mark.parametrize(
    'error',
    [
        OSError(errno.ENOSPC, 'No space left on device'),
        MemoryError('no room'),
        ValueError('odd metadata'),
    ],
)
def test_result_that_cannot_be_written_is_saved_elsewhere(
    run: Run,
    tmp_path: Path,
    image: Path,
    elsewhere: Path,
    monkeypatch: Monkey,
    error: Exception,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr('napari_dip.cli.output.write_into', fail)
    output = tmp_path / 'out.ome.tif'
    call = ('denoise', image, output, '-q', '--preset', 'fast')
    sentence = run.refused(*call, '--max-num-iter', 3)
    [saved] = elsewhere.rglob('out.npy')
    assert sentence.startswith(f'OUTPUT ({output}): it could not be written')
    assert f'saved as {saved} instead' in sentence
    assert np.load(saved).dtype == np.float32
    assert np.load(saved).shape == (32, 32)
    assert not output.exists()
    assert not list(tmp_path.glob('.napari-dip*'))


def test_file_that_appears_during_the_fit_is_kept(
    run: Run,
    tmp_path: Path,
    image: Path,
    elsewhere: Path,
    monkeypatch: Monkey,
) -> None:
    output = tmp_path / 'out.npy'
    original: Callable[..., Any] = restore._fit

    def fit(*arguments: Any) -> Any:
        output.write_bytes(b'other')
        return original(*arguments)

    monkeypatch.setattr('napari_dip.cli.restore._fit', fit)
    call = ('denoise', image, output, '-q', '--preset', 'fast')
    sentence = run.refused(*call, '--max-num-iter', 3)
    assert 'has appeared' in sentence
    assert output.read_bytes() == b'other'
    assert len(list(elsewhere.rglob('out.npy'))) == 1


def test_result_is_in_place_if_the_report_fails(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.output.encode_report', full_disk)
    output, report = tmp_path / 'out.npy', tmp_path / 'out.json'
    call = ('denoise', image, output, '-q', '--report', report)
    sentence = run.refused(*call, '--preset', 'fast', '--max-num-iter', 3)
    assert sentence.startswith(f'--report ({report}): it could not be')
    assert str(output) in sentence
    assert np.load(output).shape == (32, 32)


def test_nowhere_to_save(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.output.write_into', full_disk)
    monkeypatch.setattr(tempfile, 'mkdtemp', full_disk)
    call = ('denoise', image, tmp_path / 'a.tif', '-q', '--preset', 'fast')
    assert 'is lost' in run.refused(*call, '--max-num-iter', 3)


# Uncertainty


@pytest.mark.parametrize(
    ('output', 'expected'),
    [
        ('a.tif', 'a_uncertainty.tif'),
        ('a.b.ome.tif', 'a.b_uncertainty.ome.tif'),
        ('a.npy', 'a_uncertainty.npy'),
        # PNG could not hold it.
        ('a.png', 'a_uncertainty.tif'),
    ],
)
def test_uncertainty_lies_beside_the_result(
    run: Run, tmp_path: Path, image: Path, output: str, expected: str
) -> None:
    result = run.quick('denoise', image, tmp_path / output, '--uncertainty')
    assert result.exit_code == 0, result.output
    assert expected in result.stdout
    deviation = read_image(tmp_path / expected).data
    assert deviation.dtype == np.float32
    assert deviation.shape == (32, 32)
    assert deviation.max() > 0


def test_an_older_uncertainty_is_not_replaced(
    run: Run, tmp_path: Path, image: Path
) -> None:
    (tmp_path / 'a_uncertainty.tif').touch()
    arguments = ('denoise', image, tmp_path / 'a.tif', '--uncertainty')
    assert run.refused(*arguments).startswith('--uncertainty (')
    assert 'a.tif' not in files_in(tmp_path)
    assert run.quick(*arguments, '--overwrite').exit_code == 0


def test_the_uncertainty_never_replaces_an_image(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    source = tmp_path / 'a_uncertainty.tif'
    tifffile.imwrite(source, noisy)
    said = run.refused(
        'denoise', source, tmp_path / 'a.tif', '--uncertainty', '--overwrite'
    )
    assert 'would replace INPUT' in said
    assert np.array_equal(tifffile.imread(source), noisy)


def test_the_report_goes_elsewhere_than_the_uncertainty(
    run: Run, tmp_path: Path, image: Path
) -> None:
    report = tmp_path / 'a_uncertainty.tif'
    said = run.refused(
        *('denoise', image, tmp_path / 'a.tif', '--uncertainty'),
        *('--report', report),
    )
    assert said.startswith('--report (')


def test_no_uncertainty_of_the_published_recipe(
    run: Run, tmp_path: Path, image: Path
) -> None:
    said = run.refused(
        *('denoise', image, tmp_path / 'a.tif', '--uncertainty'),
        *('--preset', 'ulyanov2018'),
    )
    assert 'choose another' in said


Monkey = pytest.MonkeyPatch


def test_what_the_user_should_know_is_said(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    record = Session.record
    note = 'The result is worse; choose preset="best".'
    monkeypatch.setattr(
        Session, 'record', lambda self: replace(record(self), notes=[note])
    )
    report = tmp_path / 'a.json'
    done = run.quick('denoise', image, tmp_path / 'a.npy', '--report', report)
    assert 'The result is worse; choose --preset best.' in done.stderr
    assert json.loads(report.read_text())['notes'] == [note]


def test_library_that_cannot_be_loaded(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setitem(sys.modules, 'napari_dip.session.prepare', None)
    said = run.refused('denoise', image, tmp_path / 'a.npy')
    assert said.startswith('a library that is needed cannot be loaded (')
