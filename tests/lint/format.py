"""Every C source is formatted as .clang-format says. Given data keeps its own format."""
import subprocess
import sys
import tree

GIVEN = ("tests/bench/", "tests/payloads/")


def main():
    sources = [str(path) for path in tree.files(".c", ".h") if not tree.name(path).startswith(GIVEN)]
    sys.exit(subprocess.run([sys.argv[2], "--dry-run", "-Werror", "--ferror-limit=3", *sources]).returncode)


main()
