"""How the sampling libraries are brought in: late, quietly, with their compiled code kept apart.

PyTensor reads its flags once, at its first import, so every function of this package that needs
PyMC calls `prepare` first and imports afterwards.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("pymc", "pytensor", "nutpie", "arviz", "numba", "numpy")
_FLAGS = "PYTENSOR_FLAGS"


def versions() -> dict[str, str]:
    """Return the versions a set of draws depends on, without importing the libraries.

    Returns
    -------
    dict
        Distribution name to version, with ``python``.

    Examples
    --------
    >>> sorted(versions())
    ['arviz', 'numba', 'numpy', 'nutpie', 'pymc', 'pytensor', 'python']
    """
    found = {name: version(name) for name in LIBRARIES}
    return found | {"python": ".".join(map(str, sys.version_info[:3]))}


def compile_folder(cache: Path) -> Path:
    """Name the folder of compiled code under a cache: one for each set of versions.

    Code compiled by other versions is never read; mixing them can hang.

    Parameters
    ----------
    cache
        A folder for derived files.

    Returns
    -------
    Path
        ``cache/pytensor-<version>-numba-<version>-numpy-<version>-py<version>``.

    Examples
    --------
    >>> compile_folder(Path("cache")).name.startswith("pytensor-")
    True
    """
    found = versions()
    parts = "-".join(f"{name}-{found[name]}" for name in ("pytensor", "numba", "numpy"))
    return cache / f"{parts}-py{found['python']}"


def prepare(cache: Path | None) -> bool:
    """Point PyTensor at a folder for its compiled code, if that is still possible.

    Parameters
    ----------
    cache
        Folder for derived files; None leaves PyTensor's own default.

    Returns
    -------
    bool
        Whether this call decided the folder: False without a cache, after PyTensor is imported
        (its folder is fixed then), and where the user's own flags name one.

    Raises
    ------
    ValueError
        If the path holds a comma, which separates PyTensor's flags.

    Examples
    --------
    >>> prepare(None)
    False
    """
    if cache is None or "pytensor" in sys.modules:
        return False
    flags = os.environ.get(_FLAGS, "")
    if "base_compiledir" in flags:
        return False
    folder = compile_folder(cache.resolve())
    if "," in str(folder):
        raise ValueError(f"a cache for compiled code cannot have a comma in its path, got {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[_FLAGS] = ",".join(filter(None, (flags, f"base_compiledir={folder}")))
    return True
