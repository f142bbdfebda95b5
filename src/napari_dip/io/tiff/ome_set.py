"""OME-TIFF whose planes lie in several files."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree

from napari_dip.io.errors import FileError


def check_companions(path: Path, xml: str) -> None:
    """Check the files that the metadata of a file would bring in.

    Parameters
    ----------
    path : Path
        The file.
    xml : str
        Its OME-XML.

    Raises
    ------
    FileError
        If one lies in another folder, or is not there.
    """
    names = _companions(path, ElementTree.fromstring(xml))
    for name in names:
        if not _is_beside(path, name):
            raise FileError(
                f'it names {name!r} as a part of it, which is not in its own '
                'folder; such a file is not opened. Save the image as a '
                'single file.'
            )
    missing = [n for n in names if not path.with_name(n).is_file()]
    if missing:
        raise FileError(
            f'it is one of a set of files, of which {_list(missing)} '
            f'{"is" if len(missing) == 1 else "are"} missing; put '
            f'{"it" if len(missing) == 1 else "them"} into the same folder.'
        )


def metadata_file(xml: str) -> str | None:
    """Name the file that holds the metadata of the set, if not this one."""
    element = ElementTree.fromstring(xml).find('{*}BinaryOnly')
    return None if element is None else element.get('MetadataFile', 'another')


def _companions(path: Path, root: ElementTree.Element) -> list[str]:
    """List the files that tifffile would open beside this one."""
    own = root.get('UUID')
    names = []
    for element in root.iterfind('{*}Image/{*}Pixels/{*}TiffData/{*}UUID'):
        name = element.get('FileName')
        if name is None or element.text == own:
            continue
        if name.lower() != path.name.lower() and name not in names:
            names.append(name)
    return names


def _is_beside(path: Path, name: str) -> bool:
    """Whether a name stands for a file of the same folder, links followed."""
    plain = (PurePosixPath(name).name, PureWindowsPath(name).name)
    if plain != (name, name) or name in ('.', '..') or '\0' in name:
        return False
    folder = Path(os.path.realpath(path.with_name(name))).parent
    own = (os.path.realpath(path.parent), os.path.realpath(path))
    return folder in (Path(own[0]), Path(own[1]).parent)


def _list(names: list[str]) -> str:
    shown = ', '.join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f'{shown} and {len(names) - 3} more'
