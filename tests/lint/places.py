"""A clone from anywhere is complete: no file names a place outside the project that is not the system's, nor a host that
packages come from. The patterns are put together here, so that this file does not contain what it looks for."""
import re
import tree

OUTSIDE = r"(?<![\w.$}/-])"  # not the tail of a longer path
PATTERNS = [OUTSIDE + "/" + "work" + r"\b", OUTSIDE + "/" + "tmp" + r"\b", OUTSIDE + "/" + "home" + "/",
            r"(?<![\w-])" + "shared" + "/", r"\b" + "(deb|security|snapshot)" + r"\.debian\.org", "crates" + r"\.io",
            "pypi" + r"\.org", "proxy" + r"\.golang"]
LICENSED = {".zst"}  # data, compressed


def main():
    wanted = re.compile("|".join(PATTERNS))
    wrong = []
    for path in tree.files():
        if path.suffix in LICENSED:
            continue
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            hit = wanted.search(line)
            if hit:
                wrong.append(f"{tree.name(path)}:{number}: names {hit[0]}")
    tree.report(wrong)


main()
