#!/usr/bin/env python3
"""usage: region_names.py CLDR ISO > region_names.csv: what people call the regions of nuts.csv.

CLDR is the folder common/subdivisions of the Debian package unicode-cldr-core, ISO the file
iso3166-2.json of the Python package iso3166-2. Both name the subdivisions of ISO 3166-2; a subdivision is
a region of nuts.csv when one of its names is that region's title, case, accents and words such as
"province" aside. What fits two regions that don't lie in each other is left out.
"""

import collections
import csv
import json
import pathlib
import re
import sys
import unicodedata
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl"]  # of the smallest regions the first alone

# The languages in which a country's own names are written: in CLDR, and as iso3166-2 marks them. Regions
# have their titles in these; of iso3166-2, only what is called so at home is taken.
AT_HOME = {
    "AT": ("de", "deu"), "BE": ("nl fr de", "nld fra deu"), "BG": ("bg", "bul"),
    "CH": ("de fr it", "deu fra ita"), "CY": ("el", "ell"), "CZ": ("cs", "ces"), "DE": ("de", "deu"),
    "DK": ("da", "dan"), "EE": ("et", "est"), "ES": ("es ca gl eu", "spa cat glg eus"),
    "FI": ("fi sv", "fin swe"), "FR": ("fr", "fra"), "GB": ("en cy", "eng cym"), "GR": ("el", "ell"),
    "HR": ("hr", "hrv"), "HU": ("hu", "hun"), "IE": ("en ga", "eng gle"), "IS": ("is", "isl"),
    "IT": ("it de", "ita deu"), "LT": ("lt", "lit"), "LU": ("fr de", "fra deu ltz"), "LV": ("lv", "lav"),
    "MK": ("mk", "mkd"), "MT": ("en", "mlt"), "NL": ("nl", "nld"), "NO": ("no", "nob nno nor"),
    "PL": ("pl", "pol"), "PT": ("pt", "por"), "RO": ("ro", "ron"), "RS": ("sr sr_Latn", "srp"),
    "SE": ("sv", "swe"), "SI": ("sl", "slv"), "SK": ("sk", "slk"), "TR": ("tr", "tur"),
    "UA": ("uk", "ukr"),
}
NUTS_COUNTRIES = {"GR": "EL", "GB": "UK"}

# Words that one list writes and another leaves out.
GENERIC = set("""prov provincia provincie provinz province provincia região regio region région regione
    comunidad comunitat comunidade autonoma autónoma of de del di the gewest kraj lan maakunta megye
    judetul judet oblast область област περιφερεια zupanija wojewodztwo fylke okrug""".split())

# Short forms that the records of this folder use themselves.
SEEN_HERE = {"DEA": ["NRW"]}  # "Cluster-Dialog.NRW", of the region Nordrhein-Westfalen (programmes.ndjson)


def folded(text):
    text = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return [word for word in re.split(r"\W+", text) if word]


def key(name):
    words = folded(name)
    return " ".join([word for word in words if word not in GENERIC] or words)


def forms(name):
    """What a name in a list stands for: "Valenciana, Comunidad", "Euskadi [País Vasco]", "a/b", "x (PT)"."""
    name = re.sub(r" \([A-Z]{2}\)$", "", name.replace("*", ""))
    found = [name, *re.split(r"/", name), *re.split(r"[\[\]]", name)]
    if re.fullmatch(r"[^,]+, [^,]+", name):
        found.append(" ".join(reversed(name.split(", "))))
    return [form.strip() for form in found if form.strip()]


def cldr(folder, language):
    root = xml.etree.ElementTree.parse(pathlib.Path(folder, f"{language}.xml")).getroot()
    return {one.get("type"): one.text for one in root.iter("subdivision")}


def other_names(subdivision, languages):
    for name in (subdivision["localOtherName"] or "").split(", "):
        match = re.fullmatch(r"'?(.+?)'? \((\w+)\)", name.strip())
        if match and match[2] in languages:
            yield match[1]


def regions_by_name():
    by_name = collections.defaultdict(set)
    titles = {}
    with open(HERE / "nuts.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["level"]) == 0 or "Z" in row["code"][2:]:
                continue
            titles[row["code"]] = row["name"]
            for form in forms(row["name"]):
                by_name[row["code"][:2], key(form)].add(row["code"])
    return by_name, titles


def the_one(codes):
    """The highest of codes that lie in each other, which are one region under one name."""
    codes = sorted(codes, key=len)
    return codes[0] if codes and all(code.startswith(codes[0]) for code in codes) else None


def main():
    folder, iso_file = sys.argv[1:]
    by_name, titles = regions_by_name()
    names = {language: cldr(folder, language)
             for language in {*LANGUAGES, *(" ".join(home for home, _ in AT_HOME.values())).split()}}
    with open(iso_file, encoding="utf-8") as file:
        iso = json.load(file)
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for country, (home, marks) in AT_HOME.items():
        nuts_country = NUTS_COUNTRIES.get(country, country)
        for code, subdivision in iso[country].items():
            type_ = code.replace("-", "").lower()
            at_home = [subdivision["name"], *other_names(subdivision, marks.split()),
                       *(names[language][type_] for language in home.split()
                         if type_ in names[language])]
            candidates = [the_one(by_name[nuts_country, key(form)])
                          for name in at_home for form in forms(name)]
            regions = {one for one in candidates if one}
            region = the_one(regions)
            if region is None:
                continue
            for language in LANGUAGES if len(region) < 5 else LANGUAGES[:1]:
                if type_ in names[language]:
                    found[region][language].append(names[language][type_])
            found[region][""] += [form for name in at_home for form in forms(name) if "," not in form]
    for region, others in SEEN_HERE.items():
        found[region][""] += others
    write(found, titles)


def write(found, titles):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["code", "language", "name"])
    for region in sorted(found):
        known = {" ".join(folded(form)) for form in forms(titles[region])}
        bare = {key(form) for form in forms(titles[region])}
        rows = []
        for language in [*LANGUAGES, ""]:
            # A region that is two subdivisions has no one name in a language.
            several = sorted(set(found[region].get(language, [])))
            for name in several if language == "" or len(several) == 1 else []:
                if " ".join(folded(name)) in known or not re.fullmatch(r"[^\W\d](?:[^\W\d]|[ .,'’·()–-])*", name):
                    continue
                # Of the smallest regions "Provinz Turin" says no more than "Torino" and "Turin".
                if language == "" and len(region) == 5 and (key(name) in bare or folded(name) != key(name).split()):
                    continue
                if language == "":
                    known.add(" ".join(folded(name)))
                rows.append((region, language, name))
        said = {" ".join(folded(name)) for _, language, name in rows if language}
        out.writerows(row for row in rows if row[1] or " ".join(folded(row[2])) not in said)


if __name__ == "__main__":
    main()
