"""Functions fit one screen and files stay readable: none over 60 lines, no source file over 800. Tables may be longer."""
import tree

FUNCTION_LINES, FILE_LINES = 60, 800


def functions(lines):
    """(line number, name, length) of what stands between `{` and `}` in the first column."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            yield begin - 1, lines[begin - 2].strip(), number - begin + 2
            begin = None


def main():
    wrong = []
    for path in tree.files(".c", ".h"):
        lines = path.read_text().split("\n")
        if len(lines) > FILE_LINES + 1:
            wrong.append(f"{tree.name(path)}: {len(lines) - 1} lines, more than {FILE_LINES}")
        wrong += [f"{tree.name(path)}:{line}: {length} lines, more than {FUNCTION_LINES}: {head}"
                  for line, head, length in functions(lines) if length > FUNCTION_LINES]
    tree.report(wrong)


main()
