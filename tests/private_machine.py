"""A machine inside the machine, for schedulers that are really run and leave nothing behind.

Processes, mounts, names of hosts and control groups are of their own, and all processes end with
the first. Only root can make one; `why_not` says what is missing. On it lie

* ``/srv/desk``: the workspace, a folder of the outside, given to the user ``nobody``;
* ``/srv/program/bin/forecast-bench``: the program, with the packages of this environment;
* ``/srv/told``: a folder of the outside, for what is said.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import forecast_bench

PROGRAM = PurePosixPath("/srv/program/bin/forecast-bench")
WORKSPACE = PurePosixPath("/srv/desk")
TOLD = PurePosixPath("/srv/told")
USER = "nobody"
_UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc")
_APART = (*_UNSHARE, "--cgroup", "--uts", "--ipc")

# Folders of root's are closed to others: what the job needs is bound to where all may go.
_PREPARE = """\
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /srv
mkdir -p /srv/desk /srv/told /srv/python /srv/source /srv/program/bin /srv/program/{library}
mount --bind "$DESK" /srv/desk
mount --bind "$TOLD" /srv/told
mount --bind "$PYTHON" /srv/python
mount --bind "$SOURCE" /srv/source
mount --bind "$PACKAGES" /srv/program/{library}
echo "home = /srv/python/bin" > /srv/program/pyvenv.cfg
ln -s "/srv/python/bin/{python}" /srv/program/bin/python
cat > /srv/program/bin/forecast-bench <<'END'
#!/bin/sh
export PYTHONPATH=/srv/source LD_LIBRARY_PATH=/srv/python/lib PYTHONDONTWRITEBYTECODE=1
exec /srv/program/bin/python -c 'from forecast_bench.cli import main; main()' "$@"
END
chmod 755 /srv/program/bin/forecast-bench
chown -R nobody /srv/desk
mount -t tmpfs -o mode=755 tmpfs /run
"""


def why_not() -> str | None:
    """Say why no machine can be made here; None where one can."""
    if os.geteuid() != 0:
        return "only root can make a machine inside the machine"
    # Where a systemd runs, a second one would meddle with its control groups.
    if Path("/run/systemd/system").exists():
        return "this machine's own systemd runs, beside which no other one is started"
    if shutil.which("unshare") is None:
        return "there is no unshare here"
    tried = subprocess.run(
        [*_APART, "sh", "-c", "mount --make-rprivate / && mount -t tmpfs tmpfs /srv"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"the kernel does not allow it: {tried.stderr.strip()}" if tried.returncode else None


@contextlib.contextmanager
def running(
    folder: Path, script: str, *, desk: Path, files: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a script as the first process of a machine, and end the machine after the block.

    Parameters
    ----------
    folder : Path
        Seen there as ``/srv/told``; what the script prints is in its ``first-process``.
    script : str
        For sh, after the folders are there; its last command should be an ``exec``.
    desk : Path
        The workspace; is given back to its owner at the end.
    files : mapping of str to str
        Texts put into `folder` before, by their paths.
    """
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = Path(sys.prefix) / "lib" / version / "site-packages"
    prepare = _PREPARE.format(library=f"lib/{version}/site-packages", python=version)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "DESK": str(desk),
        "TOLD": str(folder),
        "PYTHON": sys.base_prefix,
        "PACKAGES": str(packages),
        "SOURCE": str(Path(forecast_bench.__file__).parents[1]),
    }
    groups = _control_groups()
    with (folder / "first-process").open("wb") as told:
        # The groups are entered by the process itself, before it leaves those of the outside.
        enter = "".join(f"echo $$ > '{group}/cgroup.procs'\n" for group, _ in groups)
        prepare += "".join(line for _, line in groups)
        machine = subprocess.Popen(
            ["sh", "-c", f'{enter}exec {" ".join(_APART)} sh -c "$1"', "sh", prepare + script],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        try:
            yield machine
        finally:
            machine.kill()  # the first process inside is killed with it, and with that all others
            machine.wait()
            _remove([group for group, _ in groups])
            _give_back(desk)


def _control_groups() -> list[tuple[Path, str]]:
    """Groups inside this process's own, of each hierarchy, with the lines that put them in place.

    What is made there can be removed as one, and nothing leaves the groups of the outside.
    """
    mounted = {}
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options = line.split(" ")[:4]
        if kind in ("cgroup", "cgroup2"):
            mounted[place] = (kind, options)
    own = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, names, path = line.split(":", 2)
        own |= dict.fromkeys(names.split(","), path)
    name = f"forecast-bench-{uuid.uuid4().hex[:8]}"
    found = []
    for place, (kind, options) in mounted.items():
        path = own.get("" if kind == "cgroup2" else options.split(",")[-1])
        # A group of processors takes none before it is told which; nobody asks for one here.
        if path is None or "cpuset" in options:
            continue
        group = Path(place) / path.strip("/") / name
        group.mkdir()
        found.append((group, f"mount --bind '{group}' '{place}'\n"))
    return found


def _remove(groups: list[Path]) -> None:
    for group in groups:
        for folder, _, _ in os.walk(group, topdown=False):
            for _ in range(100):
                try:
                    Path(folder).rmdir()
                    break
                except OSError:  # its last process is still being reaped
                    subprocess.run(["sleep", "0.05"], check=True)


def _give_back(desk: Path) -> None:
    for path in (desk, *desk.rglob("*")):
        os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
