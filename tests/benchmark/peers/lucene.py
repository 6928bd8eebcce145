"""Lucene by Maven, and the programs beside this file that ask it."""

import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def prepare(folder):
    """Jars and classes below `folder`; nothing to do where they are there already."""
    jars, classes = folder / "lucene/jars", folder / "lucene/classes"
    pom = HERE / "pom.xml"
    if not (jars / "pom.xml").exists() or (jars / "pom.xml").read_bytes() != pom.read_bytes():
        # A jar whose checksum is missing or another is refused.
        subprocess.run(["mvn", "-B", "-q", "--strict-checksums", "-f", pom,
                        f"-Dmaven.repo.local={folder / 'lucene/maven'}", "dependency:copy-dependencies",
                        "-DincludeScope=runtime", f"-DoutputDirectory={jars}"], check=True)
        (jars / "pom.xml").write_bytes(pom.read_bytes())
    sources = sorted(HERE.glob("*.java"))
    subprocess.run(["javac", "-nowarn", "-d", classes, "-cp", f"{jars}/*", *sources], check=True,
                   stderr=subprocess.DEVNULL)
    return f"{jars}/*:{classes}"


def command(class_path, name, *arguments):
    """One thread asks; the heap is larger than what it needs."""
    return ["java", "-Xms1g", "-Xmx5g", "-XX:+UseSerialGC", "-cp", class_path, name, *arguments]
