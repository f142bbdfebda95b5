"""Files that appear wholly or not at all."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from napari_dip.io.files.destinations import settle_path
from napari_dip.io.files.drafts import Draft, draft_name


class Transaction:
    """Several files that appear together or not at all.

    A context: what was staged and not committed is gone when it ends.

    Parameters
    ----------
    overwrite : bool
        Whether files that are there may be replaced.
    """

    def __init__(self, *, overwrite: bool) -> None:
        self._overwrite = overwrite
        self._staged: list[tuple[Draft, Path]] = []

    def stage(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        """Write a file beside its place.

        Parameters
        ----------
        path : Path
            File to be written; if it is a link, what it points to.
        write : callable
            Writes into an open binary file.

        Raises
        ------
        OSError
            If the system refuses; then the file is not among those that
            appear.
        """
        target = settle_path(path)
        draft = Draft(target.parent)
        try:
            write(draft.file)
            draft.complete()
        except BaseException:
            draft.close()
            raise
        self._staged.append((draft, target))

    def commit(self) -> None:
        """Let all files appear.

        Raises
        ------
        OSError
            If the system refuses; what was there before is there again.
        """
        for _, target in self._staged:
            if target.exists() and not self._overwrite:
                raise FileExistsError(
                    errno.EEXIST, 'a file of that name has appeared', target
                )
        places = [_Place(target) for _, target in self._staged]
        try:
            for (draft, _), place in zip(self._staged, places, strict=True):
                place.take(draft)
        except BaseException:
            for place in places:
                with contextlib.suppress(OSError):
                    place.restore()
            raise
        finally:
            for place in places:
                place.close()

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for draft, _ in self._staged:
            draft.close()


def write_atomically(
    path: Path, write: Callable[[BinaryIO], object], *, overwrite: bool
) -> None:
    """Write a file beside its place and then move it there.

    Parameters
    ----------
    path : Path
        File to be written; if it is a link, what it points to.
    write : callable
        Writes into an open binary file.
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    OSError
        If the system refuses; what was there before is still there, and no
        part of the new file is.
    """
    with Transaction(overwrite=overwrite) as transaction:
        transaction.stage(path, write)
        transaction.commit()


class _Place:
    """The name that a file gets, and what had it before."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._former: Path | None = None
        self._was_empty = False

    def take(self, draft: Draft) -> None:
        """Give the name to a draft."""
        if self._target.exists():
            shutil.copymode(self._target, draft.path)
            former = self._target.with_name(draft_name())
            # Some file systems have no second name for a file.
            with contextlib.suppress(OSError):
                former.hardlink_to(self._target)
                self._former = former
        else:
            self._was_empty = True
        draft.move(self._target)

    def restore(self) -> None:
        """Give the name back to what had it."""
        if self._former is not None:
            self._former.replace(self._target)
        elif self._was_empty:
            self._target.unlink(missing_ok=True)

    def close(self) -> None:
        """Forget what had the name."""
        if self._former is not None:
            self._former.unlink(missing_ok=True)
