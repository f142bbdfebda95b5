from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from napari_dip.io.files.drafts import Draft, draft_name, remove_abandoned

pytest.importorskip('fcntl')


def drafts_in(folder: Path) -> list[Path]:
    return sorted(folder.glob('.napari-dip-*.part'))


def test_a_draft_of_a_living_program_stays(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    remove_abandoned(tmp_path)
    assert drafts_in(tmp_path) == [draft.path]
    draft.close()
    assert drafts_in(tmp_path) == []


def test_a_draft_of_a_killed_program_goes(tmp_path: Path) -> None:
    code = (
        'import os, signal, sys\n'
        'from pathlib import Path\n'
        'from napari_dip.io.files.drafts import Draft\n'
        'draft = Draft(Path(sys.argv[1]))\n'
        'os.kill(os.getpid(), signal.SIGKILL)'
    )
    call = [sys.executable, '-c', code, str(tmp_path)]
    killed = subprocess.run(call, check=False).returncode
    assert killed == -signal.SIGKILL
    assert len(drafts_in(tmp_path)) == 1
    draft = Draft(tmp_path)
    assert drafts_in(tmp_path) == [draft.path]
    draft.close()


def test_only_our_files_go(tmp_path: Path) -> None:
    foreign = tmp_path / '.napari-dip-00000000-00.part'
    target = tmp_path / 'target'
    for path in (foreign, target, tmp_path / 'a.part'):
        path.touch()
    link, pipe, folder = (tmp_path / draft_name() for _ in range(3))
    link.symlink_to(target)
    os.mkfifo(pipe)
    folder.mkdir()
    before = sorted(tmp_path.iterdir())
    remove_abandoned(tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    remove_abandoned(tmp_path / 'no')
