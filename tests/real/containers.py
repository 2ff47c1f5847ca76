# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs in containers of one image, by podman. The image has the release at the path that it has here."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import uuid

from . import jobs, prepare
from .prepare import NotPrepared

DEBIAN = "bookworm"
# What the stub compiler, the wheels and Python want of the distribution.
PACKAGES = "binutils-riscv64-unknown-elf,libatomic1,libbz2-1.0,libffi8,liblzma5,libnuma1,libreadline8,libsqlite3-0,libssl3"
JOB = "/job"  # where job.py is mounted
LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=1024:1024")  # podman's own are more than some machines allow at all
MAKING = threading.Lock()


def tag(*made_of):
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:12]


BASE = f"localhost/tt-alloc-trace/{DEBIAN}:{tag(PACKAGES)}"


def podman(*words, timeout=120, what=None):
    """Its output."""
    try:
        return prepare.run(what or f"podman {words[0]}", ["podman", *words], timeout).strip()
    except NotPrepared as error:
        raise jobs.JobError(str(error)) from None


class Image:
    """The image of one release, made when it is not there. NotPrepared says why it cannot be had."""

    def __init__(self, release):
        self.release = release
        bench = release.bench
        self.folders = [bench.python.parents[1], bench.toolchain, bench.chip.parent, bench.descriptors, release.folder]
        self.home = pathlib.Path(os.path.realpath(bench.python)).parents[1]
        made_of = [BASE, *map(str, self.folders), str(self.home), (release.folder / "ready").read_text()]
        self.name = f"localhost/tt-alloc-trace/{release.version}:{tag(made_of)}"

    def make(self):
        prepare.run("podman", ["podman", "--version"], 60)
        with MAKING:
            if not exists(self.name):
                make_base()
                self.build()
        return self

    def build(self):
        with tempfile.TemporaryDirectory(dir=self.release.bench.folder) as scratch:
            root = pathlib.Path(scratch) / "root"
            for folder in [*self.folders, self.home]:
                copy(folder, root / folder.relative_to("/"))
            recipe = pathlib.Path(scratch) / "Dockerfile"
            recipe.write_text(f"FROM {BASE}\nCOPY root /\n")
            prepare.run(f"image of {self.release.version}", ["podman", "build", "-q", "-t", self.name, scratch], 1200)


def copy(folder, to):
    """Without copying data where that can be."""
    def link(source, target):
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(folder, to, symlinks=True, copy_function=link, dirs_exist_ok=True)


def exists(image):
    return subprocess.run(["podman", "image", "exists", image], capture_output=True, timeout=60).returncode == 0


def make_base():
    """A Debian of its own, so with its own dynamic linker."""
    if exists(BASE):
        return
    with tempfile.TemporaryDirectory() as scratch:
        root, archive = pathlib.Path(scratch) / "root", pathlib.Path(scratch) / "root.tar"
        prepare.run("Debian for images", ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", DEBIAN, root], 1200)
        prepare.run("Debian for images", ["tar", "-C", root, "-cf", archive, "."], 300)
        prepare.run("Debian for images", ["podman", "import", "-q", archive, BASE], 300)


def with_libraries(program, folder):
    """How to run a program of this machine where its libraries are not, copied to folder."""
    folder.mkdir()
    listed = prepare.run("ldd", ["ldd", program], 60).split()
    for library in {word for word in listed if word.startswith("/")} | {str(program)}:
        shutil.copy(library, folder)
    return [next(folder.glob("ld-linux*")), "--library-path", folder, folder / program.name]


class ContainerJob(jobs.Job):
    """job.py as the first process of a container; `pid` is the host's."""

    def __init__(self, image, device, shape, folder, prefix=()):
        self.image = image
        self.name = f"tat-{uuid.uuid4().hex[:12]}"
        release = image.release
        wanted = release.environment(device)
        added = {name: value for name, value in wanted.items() if name.startswith(("TT_", "PYTHON"))}
        added.update(TT_METAL_CACHE="/tmp/kernels", PYTHONPYCACHEPREFIX="/tmp/compiled")
        command = [*prefix, "podman", "run", "--rm", "-i", "--name", self.name, "--network=none", *LIMITS]
        command += [word for name, value in added.items() for word in ("--env", f"{name}={value}")]
        command += ["-v", f"{jobs.HERE}:{JOB}:ro", image.name, release.bench.python, f"{JOB}/job.py", shape]
        self.start(command, dict(os.environ), folder, jobs.PATIENCE)
        self.own_pid = self.pid
        self.pid = int(podman("inspect", "--format", "{{.State.Pid}}", self.name))

    def podman(self, what, *options):
        podman(what, *options, self.name)

    def sidecar(self, tool, folder):
        """The tool's command, in a container of the same image that shares this one's pids."""
        command = ["podman", "run", "--rm", "--privileged", f"--pid=container:{self.name}", "--network=none", *LIMITS]
        return [*command, "-v", f"{folder}:{folder}", self.image.name, *with_libraries(tool.path, folder / "tool")]

    def close(self):
        """The container is not podman's child, and its first process ignores most signals."""
        subprocess.run(["podman", "rm", "-f", "-t", "0", self.name], capture_output=True, timeout=jobs.PATIENCE)
        super().close()
