"""The shape of the tree: what may lie where, and how long things may be."""

import re

TOP_LEVEL = {"CMakeLists.txt", "proto", "services", "libs", "deploy", "tests", "README.md"}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_MAIN_LINES = 40
MAX_FOLDER_FILES = 20
CODE = (".h", ".cc", ".proto", ".py", ".sh", ".cmake", "CMakeLists.txt")

SLEEP = re.compile(r"sleep_for|sleep_until|SleepFor|\busleep\(|\bnanosleep\(|(?<![\w.])sleep\(")
LATER = re.compile(r"\b(TODO|FIXME|XXX)\b")
NOT_CODE = re.compile(r'''//[^\n]*|/\*.*?\*/|^[ ]*\#[^\n]*|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'''
                      r"|'(?:\\.|[^'\\\n])'", re.DOTALL | re.MULTILINE)
TYPE_OR_SPACE = re.compile(r"\s*(template\s*<.*>\s*)?(class|struct|union|enum|namespace|extern)\b",
                           re.DOTALL)


def check(files):
    """files: {path: text}. Returns findings 'path: text' or 'path:line: text'."""
    findings = _top_level(files) + _readmes(files) + _crowded_folders(files)
    for path, text in sorted(files.items()):
        if path.endswith(CODE):
            findings += [f"{path}{place}: {trouble}" for place, trouble in _of_file(path, text)]
    return findings


def _top_level(files):
    names = {path.split("/")[0] for path in files}
    return [f"{name}: not one of the fixed top level ({', '.join(sorted(TOP_LEVEL))})"
            for name in sorted(names - TOP_LEVEL) if not name.startswith(".")]


def _readmes(files):
    parts = {"/".join(path.split("/")[:2]) for path in files
             if path.startswith(("libs/", "services/")) and path.endswith((".h", ".cc"))}
    return [f"{part}/README.md: missing" for part in sorted(parts)
            if f"{part}/README.md" not in files]


def _crowded_folders(files):
    """Folders of code that hold more than a reader takes in; tests stand beside the code uncounted."""
    sizes = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if path.startswith(("libs/", "services/", "deploy/")) and not (
                name.endswith("_test.cc") or re.search(r"/test(ing|data)(/|$)", folder)):
            sizes[folder] = sizes.get(folder, 0) + 1
    return [f"{folder}: {size} files besides tests; at most {MAX_FOLDER_FILES}"
            for folder, size in sorted(sizes.items()) if size > MAX_FOLDER_FILES]


def _of_file(path, text):
    lines = text.splitlines()
    if len(lines) > MAX_FILE_LINES:
        yield "", f"{len(lines)} lines; the limit is {MAX_FILE_LINES}"
    if path.endswith("/main.cc") and len(lines) > MAX_MAIN_LINES:
        yield "", f"{len(lines)} lines; a main has at most {MAX_MAIN_LINES}"
    if path.endswith(("CMakeLists.txt", ".cmake")) and re.search(r"\bGLOB(_RECURSE)?\b", text):
        yield "", "a wildcard source list; name the sources"
    for number, line in enumerate(lines, 1):
        if LATER.search(line) and path.endswith((".h", ".cc", ".proto")):
            yield f":{number}", "left for later"
        if SLEEP.search(line) and _is_test(path):
            yield f":{number}", "a test sleeps; wait on a condition with a deadline"
    if path.endswith((".h", ".cc")):
        yield from _long_functions(text)


def _is_test(path):
    return path.endswith("_test.cc") or (path.startswith("tests/") and path.endswith((".cc", ".h")))


def _long_functions(text):
    """Reads braces, not C++: what stands before a '{' is a function when its parentheses balance."""
    code = NOT_CODE.sub(lambda found: "\n" * found.group().count("\n"), text)
    opened = []          # per open brace: the line where its function starts, or None
    begin = line = 0     # of the words before the next brace
    words = ""
    for sign in code:
        line += sign == "\n"
        if sign == "{":
            function = (words.count("(") == words.count(")") > 0 and
                        not TYPE_OR_SPACE.match(words) and not any(opened))
            opened.append(begin + 1 if function else None)
        elif sign == "}" and opened:
            start = opened.pop()
            length = line + 2 - start if start else 0
            if length > MAX_FUNCTION_LINES:
                yield (f":{start}",
                       f"a function of {length} lines; the limit is {MAX_FUNCTION_LINES}")
        if sign in "{};":
            words = ""
        elif words or not sign.isspace():
            begin = begin if words else line
            words += sign
