#!/usr/bin/env python3
"""usage: country_names.py CLDR > country_names.csv: what the countries of iso_countries.csv are called in
German. (More languages would make one object of Kubernetes too large, in which the lists travel there.)

CLDR is the folder common/main of the Debian package unicode-cldr-core. Where it has a shorter name too,
the usual one is taken.
"""

import csv
import pathlib
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["de"]


def names(path):
    """By code, without the alternatives: short names, variants."""
    territories = xml.etree.ElementTree.parse(path).findall(".//territories/territory")
    return {one.get("type"): one.text for one in territories if not one.get("alt")}


def main():
    folder = pathlib.Path(sys.argv[1])
    by_language = {language: names(folder / f"{language}.xml") for language in LANGUAGES}
    with open(HERE / "iso_countries.csv", encoding="utf-8", newline="") as file:
        countries = list(csv.DictReader(file))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["alpha2", "language", "name"])
    for country in countries:
        for language in LANGUAGES:
            name = by_language[language].get(country["alpha2"])
            if name and name != country["name"]:
                out.writerow([country["alpha2"], language, name])


if __name__ == "__main__":
    main()
