# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Fetches the readers into a cache folder and goes on with their own Python. Called by scripts/readers."""
import os
import pathlib
import shutil
import subprocess
import sys
import venv
import zipfile

HERE = pathlib.Path(__file__).parent
TORCH = "torch==2.15.0"  # of its wheel one file is wanted; the smallest one is of a foreign platform
TORCH_FILE = "torch/cuda/_memory_viz.py"


def cache_folder():
    given = os.environ.get("TAT_READERS_CACHE")
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "tt-alloc-trace" / "readers"
    return (pathlib.Path(given) if given else default).resolve()


def make_python(folder):
    python = folder / "python" / "bin" / "python"
    wanted = (HERE / "packages.txt").read_text()
    ready = folder / "python" / "ready"
    if not ready.is_file() or ready.read_text() != wanted:
        shutil.rmtree(folder / "python", ignore_errors=True)
        venv.create(folder / "python", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "packages.txt"], check=True)
        ready.write_text(wanted)
    return python


def make_torch(folder, python):
    if (folder / TORCH_FILE).is_file():
        return
    where = folder / "wheel"
    platform = ["--platform", "macosx_14_0_arm64", "--python-version", "3.12", "--only-binary=:all:"]
    subprocess.run([python, "-m", "pip", "download", "-q", "--no-deps", *platform, "-d", where, TORCH], check=True)
    with zipfile.ZipFile(next(where.glob("torch-*.whl"))) as wheel:
        wheel.extract(TORCH_FILE, folder)
    shutil.rmtree(where)


def main():
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        python = make_python(folder)
        make_torch(folder, python)
    except subprocess.CalledProcessError as error:
        print(f"scripts/readers: nothing was tried: {error}", file=sys.stderr)
        return 3
    os.execv(python, [str(python), "-m", "readers.compare", "--readers", str(folder), *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
