"""The files of the project, for lints: sources under the root given as the first argument."""
import os
import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
SKIPPED = {"build", ".git", ".cache", "__pycache__"}


def files(*suffixes, under="."):
    """Paths with one of the suffixes (all files without any), sorted, generated and hidden folders left out."""
    found = []
    for folder, folders, names in os.walk(ROOT / under):
        folders[:] = [one for one in folders if one not in SKIPPED]
        found += [pathlib.Path(folder, one) for one in names if one not in SKIPPED]
    return sorted(path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes))


def name(path):
    return str(path.relative_to(ROOT))


def report(wrong):
    """Prints what is wrong, and fails if anything is."""
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)
