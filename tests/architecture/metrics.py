"""Every metric that the programs make stands in deploy/README.md once, and no other does."""

import re

PAGE = "deploy/README.md"
MADE = re.compile(r'"(clusterwire_[a-z_]+)"')
EXPLAINED = re.compile(r"`(clusterwire_[a-z_]+)`")


def check(files):
    """`files` are texts by path; returns the findings."""
    sources = [text for path, text in files.items()
               if path.startswith(("libs/", "services/")) and path.endswith((".h", ".cc"))
               and not path.endswith("_test.cc") and "/testing/" not in path]
    made = {name for text in sources for name in MADE.findall(text)}
    words = EXPLAINED.findall(files.get(PAGE, ""))
    explained = set(words)
    return ([f"{PAGE}: says twice what {name} is" for name in sorted(explained) if words.count(name) > 1] +
            [f"{PAGE}: does not say what {name} is" for name in sorted(made - explained)] +
            [f"{PAGE}: speaks of {name}, which nothing makes" for name in sorted(explained - made)])
