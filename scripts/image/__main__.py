"""Makes container images without a container engine: `make image`, `make image-backup`.

    python3 scripts/image build RECIPE --program FILE --output FOLDER    an OCI archive, and its parts list in SPDX
    python3 scripts/image root RECIPE --program FILE --output FOLDER     the files alone, for a Dockerfile
    python3 scripts/image check RECIPE ARCHIVE                           whether an archive is what it has to be
"""

import argparse
import datetime
import os
import subprocess
import sys
from pathlib import Path

import check
import oci
import packages
import rootfs
import sbom
from recipe import RECIPES, SOURCES, Recipe, version

WORK = SOURCES / ".build/image"


def main() -> None:
    options = parse()
    # What is made here has modes of its own, not those that the caller's files get.
    os.umask(0o022)
    recipe = RECIPES[options.recipe]
    if options.command == "check":
        complaints = check.complaints(options.recipe, options.archive)
        sys.exit("\n".join(f"image: {complaint}" for complaint in complaints) or None)
    work = WORK / options.recipe
    roots = [work / "base", work / "program"]
    seconds = commit_time()
    archives, missing = fetch(recipe, options)
    unpacked = rootfs.make_base(recipe, roots[0], archives, options.program, options.add)
    rootfs.make_program(options.program, recipe.configuration()["Entrypoint"][0], roots[1], seconds)
    if options.command == "root":
        for root in roots:
            subprocess.run(["cp", "--archive", f"{root}/.", options.output], check=True)
        return
    build(recipe, roots, unpacked, options, seconds, missing)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="image", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("build", "root"):
        command = commands.add_parser(name)
        command.add_argument("recipe", choices=RECIPES)
        command.add_argument("--program", type=Path, required=True, help="the program, as the compiler leaves it")
        command.add_argument("--output", type=Path, required=True, help="the folder for what is made")
        command.add_argument("--add", type=Path, action="append", default=[], help="a program that comes by file; by its name")
        command.add_argument("--complete", action="store_true", help="fail where something optional is missing")
        command.add_argument("--name", help="repository and tag; by default those that the manifests name")
        command.add_argument("--source", help="the address of the sources, for the label")
    command = commands.add_parser("check")
    command.add_argument("recipe", choices=RECIPES)
    command.add_argument("archive", type=Path)
    return parser.parse_args()


def fetch(recipe: Recipe, options: argparse.Namespace) -> tuple[list[Path], list[str]]:
    """The archives of the packages, and what of the optional parts is not to be had."""
    apt = packages.Apt(WORK / "apt")
    offered = [package for package in recipe.optional_packages if apt.has(package)]
    added = {file.name for file in options.add}
    missing = [package for package in recipe.optional_packages if package not in offered]
    absent = {program: package for program, package in recipe.programs.items() if program not in added}
    missing += [program for program, package in absent.items() if package is None]
    if missing and options.complete:
        raise SystemExit(f"image: missing: {', '.join(missing)}; packages come from the sources of apt, programs by --add FILE")
    return apt.fetch(recipe.packages + offered + [package for package in absent.values() if package]), missing


def build(
    recipe: Recipe, roots: list[Path], unpacked: list[packages.Package], options: argparse.Namespace, seconds: int, missing: list[str],
) -> None:
    name = options.name or recipe.name()
    annotations = labels(recipe, options.source, seconds)
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
    layers = [oci.layer(roots[0], rootfs.newest_file(roots[0])), oci.layer(roots[1], seconds)]
    manifest, configuration = oci.manifest(layers, recipe.configuration(), annotations, architecture)
    options.output.mkdir(parents=True, exist_ok=True)
    archive = options.output / f"{recipe.title}-{version()}-linux-{architecture}.oci.tar"
    oci.write(archive, oci.index(manifest, architecture, name), [manifest, configuration] + [layer.blob for layer in layers], seconds)
    parts = sbom.document(recipe.title, version(), annotations["org.opencontainers.image.created"], roots, unpacked)
    sbom.write(check.parts_list(archive), parts)
    complaints = check.complaints(options.recipe, archive)
    if complaints:
        raise SystemExit("\n".join(f"image: {complaint}" for complaint in complaints))
    sizes = " + ".join(f"{layer.size / 1e6:.1f}" for layer in layers)
    print(f"{name}\n  digest    {manifest.digest}\n  archive   {archive} ({archive.stat().st_size / 1e6:.1f} MB)\n"
          f"  unpacked  {sizes} MB: {len(unpacked)} packages + the program")
    if missing:
        print(f"  without   {', '.join(missing)}: docs/operating.md says where they come from")


def labels(recipe: Recipe, source: str | None, seconds: int) -> dict:
    values = {
        "title": recipe.title, "version": version(), "revision": revision(), "licenses": "Apache-2.0",
        "created": datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | ({"source": source} if source else {})
    return {f"org.opencontainers.image.{key}": value for key, value in values.items() if value}


def commit_time() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct") or 0)


def revision() -> str:
    """The commit, and whether the sources are another by now."""
    return git("describe", "--match=NONE", "--always", "--abbrev=40", "--dirty")


def git(*arguments: str) -> str:
    """Nothing where the sources came without their history."""
    return subprocess.run(["git", "-C", SOURCES, *arguments], capture_output=True, text=True).stdout.strip()


main()
