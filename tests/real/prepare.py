# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Fills the cache folder: a virtual environment, the stand-ins for compiler, chip and devices, and one folder a release."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from . import descriptors, releases

HERE = pathlib.Path(__file__).parent
PYTHON_TAG = "cp{}{}".format(*sys.version_info)
TT_CHECK = "tt-check==0.1.3 --hash=sha256:8a040dc714d98683e8f5b54bd52f13a154238b4d49b3235bd259411c392b0abf"
RISCV_GCC = "riscv64-unknown-elf-gcc"


class NotPrepared(Exception):
    """Something cannot be had; the text says what."""


def cache_folder():
    given = os.environ.get("TAT_REAL_CACHE")
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "tt-alloc-trace" / "real"
    return (pathlib.Path(given) if given else default).resolve() / PYTHON_TAG


def run(what, command, timeout):
    """Its output; NotPrepared if it fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout)
    except FileNotFoundError:
        raise NotPrepared(f"{what}: no {command[0]}") from None
    except subprocess.TimeoutExpired:
        raise NotPrepared(f"{what}: not done after {timeout} s") from None
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise NotPrepared(f"{what}: {next((line for line in lines if line.startswith('ERROR')), lines[-1])}")
    return done.stdout


def unpack(requirement, folder, scratch_parent):
    """A wheel, without what it depends on; requirement: a line for pip, its hashes are checked if it has some."""
    with tempfile.TemporaryDirectory(dir=scratch_parent) as scratch:
        wanted = pathlib.Path(scratch) / "wanted.txt"
        wanted.write_text(requirement + "\n")
        hashes = ["--require-hashes"] if "--hash" in requirement else []
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", *hashes]
        run(f"wheel {requirement.split()[0]}", [*pip, "-d", scratch, "-r", wanted], 600)
        with zipfile.ZipFile(next(pathlib.Path(scratch).glob("*.whl"))) as archive:
            archive.extractall(folder)


class Bench:
    """The cache folder's parts that all releases share."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "python" / "bin" / "python"
        self.toolchain = folder / "sfpi"
        self.chip = folder / "chip" / "libttsim.so"
        self.descriptors = folder / "descriptors"

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_python()
        self.make_toolchain()
        self.make_chip()
        self.descriptors.mkdir(exist_ok=True)
        descriptors.write(self.descriptors)

    def make_python(self):
        wanted = (HERE / "packages.txt").read_text()
        ready = self.folder / "python" / "ready"
        if ready.is_file() and ready.read_text() == wanted:
            return
        shutil.rmtree(self.folder / "python", ignore_errors=True)
        run("virtual environment", [sys.executable, "-m", "venv", self.folder / "python"], 120)
        run("packages", [self.python, "-m", "pip", "install", "-q", "-r", HERE / "packages.txt"], 600)
        ready.write_text(wanted)

    def make_toolchain(self):
        compiler = self.toolchain / "compiler" / "bin"
        compiler.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "compiler" / "riscv-tt-elf-g++", compiler)
        objcopy = compiler / "riscv-tt-elf-objcopy"
        objcopy.unlink(missing_ok=True)
        objcopy.symlink_to("riscv-tt-elf-g++")
        stub = [RISCV_GCC, "-march=rv32im", "-mabi=ilp32", "-c", HERE / "compiler" / "stub.c", "-o", compiler / "stub.o"]
        run("kernel compiler (Debian's gcc-riscv64-unknown-elf)", stub, 60)

    def make_chip(self):
        self.chip.parent.mkdir(exist_ok=True)
        source = HERE / "chip" / "chip.cpp"
        run("memory-only chip", ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", source, "-o", self.chip], 120)


    def make_tt_check(self):
        """The folder to import tt_check from."""
        folder = self.folder / "tt-check"
        if not folder.is_dir():
            unpack(TT_CHECK, folder, self.folder)
        return folder


class Release:
    """One release, unpacked."""

    def __init__(self, bench, version):
        self.bench = bench
        self.version = version
        self.folder = bench.folder / version
        self.root = self.folder / "ttnn"
        self.chip_folder = bench.chip.parent / version

    def make(self, requirement):
        """requirement: a line for pip, with or without hashes."""
        ready = self.folder / "ready"  # tells what pip was asked for
        if not ready.is_file() or ("--hash" in requirement and ready.read_text() != requirement):
            shutil.rmtree(self.folder, ignore_errors=True)
            unpack(requirement, self.folder, self.bench.folder)
            (self.root / "runtime").mkdir(parents=True, exist_ok=True)
            (self.root / "runtime" / "sfpi").symlink_to(self.bench.toolchain)
            ready.write_text(requirement)
        if releases.has_chip(self.version):
            self.make_chip_folder()
        return self

    def copy_to(self, folder):
        """The same release at another place: the runtime's own library is copied, all beside its path is linked."""
        library = next(self.root.rglob("libtt_metal.so")).relative_to(self.folder)
        for parent in library.parents:
            (folder / parent).mkdir(parents=True, exist_ok=True)
        on_the_way = {self.folder / parent for parent in library.parents} | {self.folder / library}
        for parent in library.parents:
            for entry in (self.folder / parent).iterdir():
                if entry not in on_the_way:
                    (folder / parent / entry.name).symlink_to(entry)
        shutil.copy(self.folder / library, folder / library)
        other = Release(self.bench, self.version)
        other.folder, other.root = folder, folder / "ttnn"
        return other

    def environment(self, device, fast=False):
        """What a job needs to run with this release: device is a descriptor's name or "chip"."""
        path = [str(self.folder)]
        added = {
            "TT_METAL_RUNTIME_ROOT": str(self.root),
            "TT_METAL_HOME": str(self.root),
            "TT_METAL_LOGGER_LEVEL": "FATAL",
        }
        if not fast:
            added["TT_METAL_SLOW_DISPATCH_MODE"] = "1"
        if releases.needs_torch(self.version):
            path.append(str(HERE / "no_torch"))
        if releases.inspector_crashes(self.version):
            added["TT_METAL_INSPECTOR"] = "0"
        if device == "chip":
            added["TT_METAL_SIMULATOR"] = str(self.chip_folder / self.bench.chip.name)
            added["TT_METAL_DISABLE_SFPLOADMACRO"] = "1"
        else:
            added["TT_METAL_MOCK_CLUSTER_DESC_PATH"] = str(self.bench.descriptors / f"{device}.yaml")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TT_", "PYTHON"))}
        compiled = {"PYTHONPYCACHEPREFIX": str(self.bench.folder / "compiled")}  # not into this repository
        return {**clean, **added, **compiled, "PYTHONPATH": ":".join(path)}

    def make_chip_folder(self):
        """The runtime wants a description of the chip, its own, beside the simulator."""
        self.chip_folder.mkdir(exist_ok=True)
        shutil.copy(self.bench.chip, self.chip_folder)
        described = self.root / "tt_metal" / "soc_descriptors" / "wormhole_b0_80_arch.yaml"
        shutil.copy(described, self.chip_folder / "soc_descriptor.yaml")
