#!/usr/bin/env python3
"""usage: taxonomies.py > taxonomies.ndjson: the code lists, in the form that the import takes."""

import collections
import csv
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent

# The comparative portfolios of ESCA, as far as they were seen in its register.
ESCA = {
    "aviation-space": "Aviation and space",
    "biotechnology": "Biotechnology",
    "construction": "Construction",
    "creative-industries": "Creative industries",
    "energy-environment": "Energy and environment",
    "food": "Food industry",
    "health": "Health and medical science",
    "ict": "ICT",
    "maritime-water": "Maritime technologies, water resources",
    "micro-nano-optical": "Micro, nano and optical technologies",
    "new-materials-chemistry": "New materials and chemistry",
    "production-engineering": "Production and engineering",
    "sports-leisure-tourism": "Sports, Leisure and Tourism",
    "transportation-mobility": "Transportation and mobility",
}

EU_ECOSYSTEMS = {
    "aerospace-defence": "Aerospace & defence",
    "agri-food": "Agri-food",
    "construction": "Construction",
    "creative": "Cultural and creative industries",
    "digital": "Digital",
    "electronics": "Electronics",
    "energy-intensive": "Energy-intensive industries",
    "energy-renewables": "Energy-renewables",
    "health": "Health",
    "mobility": "Mobility-Transport-Automotive",
    "proximity-social-economy": "Proximity, social economy and civil society",
    "retail": "Retail",
    "textiles": "Textiles",
    "tourism": "Tourism",
}


def rows(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def country(row, names):
    code = {"code": row["alpha2"], "title": row["name"]}
    return code | ({"localized_titles": dict(names)} if names else {})


def region(row, names):
    code = {"code": row["code"], "title": row["name"]}
    if row["parent"]:
        code["parent"] = row["parent"]
    localized = {language: name for language, name in names if language}
    others = [name for language, name in names if not language]
    return code | ({"localized_titles": localized} if localized else {}) | (
        {"other_names": others} if others else {})


def lists():
    names = collections.defaultdict(list)
    for row in rows("region_names.csv"):
        names[row["code"]].append((row["language"], row["name"]))
    # Parents stand before their children.
    nuts = sorted(rows("nuts.csv"), key=lambda row: (int(row["level"]), row["code"]))
    yield {"list": "nuts", "title": "NUTS", "subject": "region", "version": "2024",
           "source": "https://ec.europa.eu/eurostat/web/nuts",
           "more_sources": ["https://cldr.unicode.org", "https://github.com/amckenna41/iso3166-2"],
           "codes": [region(row, names[row["code"]]) for row in nuts]}
    countries = collections.defaultdict(list)
    for row in rows("country_names.csv"):
        countries[row["alpha2"]].append((row["language"], row["name"]))
    yield {"list": "iso", "title": "ISO countries", "subject": "region", "version": "iso-codes 4.15.0",
           "source": "https://salsa.debian.org/iso-codes-team/iso-codes",
           "more_sources": ["https://cldr.unicode.org"],
           "codes": [country(row, countries[row["alpha2"]]) for row in rows("iso_countries.csv")]}
    yield {"list": "esca", "title": "ESCA portfolios", "subject": "sector",
           "source": "https://www.cluster-analysis.org/benchmarked-clusters",
           "codes": [{"code": code, "title": title} for code, title in ESCA.items()]}
    yield {"list": "eu-ecosystem", "title": "EU ecosystems", "subject": "sector",
           "source": "https://clustercollaboration.eu/typology",
           "codes": [{"code": code, "title": title} for code, title in EU_ECOSYSTEMS.items()]}


def main():
    for taxonomy in lists():
        json.dump(taxonomy, sys.stdout, ensure_ascii=False, separators=(",", ":"))
        print()


if __name__ == "__main__":
    main()
