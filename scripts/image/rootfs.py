"""Makes the file systems of the images: the base of packages, and the program above it."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import elf
import packages
from packages import Package
from recipe import SOURCES, Recipe

CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# What the compiler and the linker note of a build, in the program as it is shipped: it differs where the code does not.
NOTES_OF_BUILDS = [".note.gnu.build-id", ".swift_modhash"]
# Where the programs of the image search others.
PROGRAMS = "usr/local/bin"


def make_base(recipe: Recipe, root: Path, archives: list[Path], program: Path, added: list[Path]) -> list[Package]:
    """Lays packages and added programs into `root`. Returns the packages that something is left of."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    packages.make_merged_folders(root)
    unpacked = [packages.unpack(archive, root) for archive in archives]
    newest = newest_file(root)
    made = [lay_certificates(root)] + lay_accounts(root)
    made += [lay_program(file, root / PROGRAMS / file.name) for file in added]
    if not recipe.whole:
        unpacked = keep_needed(root, unpacked, program, recipe.configuration()["Entrypoint"][0])
    made += [lay_record(root, package) for package in unpacked]
    for path in made:
        os.utime(path, (newest, newest))
    tighten(root)
    return unpacked


def make_program(program: Path, path: str, root: Path, seconds: int) -> None:
    """Lays the program into a file system of its own: nodes have the base already when a new version comes."""
    shutil.rmtree(root, ignore_errors=True)
    laid = lay_program(program, root / path.lstrip("/"))
    subprocess.run(["strip", *(f"--remove-section={name}" for name in NOTES_OF_BUILDS), laid], check=True)
    os.utime(laid, (seconds, seconds))


def newest_file(root: Path) -> int:
    return int(max(path.lstat().st_mtime for path in root.rglob("*") if path.is_file() and not path.is_symlink()))


def lay_program(file: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    target.chmod(0o755)
    return target


def lay_certificates(root: Path) -> Path:
    """All of the package's: what the machine at hand adds to them or takes away is its own matter."""
    bundle = root / CERTIFICATES
    bundle.parent.mkdir(parents=True, exist_ok=True)
    certificates = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    bundle.write_bytes(b"".join(path.read_bytes() for path in certificates))
    return bundle


def lay_accounts(root: Path) -> list[Path]:
    """The user's name, which ssh asks for, and the order in which names of hosts are looked up."""
    files = sorted((SOURCES / "scripts/image/etc").iterdir())
    return [Path(shutil.copyfile(file, root / "etc" / file.name)) for file in files]


def lay_record(root: Path, package: Package) -> Path:
    """What scanners for known faults read in images that have no dpkg."""
    record = root / "var/lib/dpkg/status.d" / package.name
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(str(package.control))
    return record


def keep_needed(root: Path, unpacked: list[Package], program: Path, place: str) -> list[Package]:
    """Removes all but data, certificates and the libraries that the program needs, with the copyright of each."""
    needed = libraries(root, program, place)
    data = ("usr/share/zoneinfo/", "usr/share/common-licenses/", "usr/lib/os-release", "etc/os-release")
    kept = {package.name: package for package in unpacked
            if package.name == "ca-certificates" or any(path in needed or path.startswith(data) for path in package.paths)}
    documents = "usr/share/doc"
    # Packages of one source have their copyright in one of them.
    shared = {(root / documents / name).readlink().name for name in kept if (root / documents / name).is_symlink()}
    kept |= {package.name: package for package in unpacked if package.name in shared}
    for package in unpacked:
        own = [path for path in package.paths if path in needed or path.startswith(data)]
        if package.name in kept:
            own += [path for path in package.paths if path.startswith(documents)]
        for path in set(package.paths) - set(own):
            (root / path).unlink(missing_ok=True)
        package.paths = own
    remove_empty(root)
    return list(kept.values())


def remove_empty(root: Path) -> None:
    for folder, _, _ in os.walk(root, topdown=False):
        path = Path(folder)
        if path.parent not in (root, root / "usr") and path != root and not any(path.iterdir()):
            path.rmdir()


def libraries(root: Path, program: Path, place: str) -> set[str]:
    """The libraries below `root` that the program needs, itself or by another, and the links by which they are found.

    glibc has the resolvers of `files` and `dns` in itself, and nothing else is loaded while the program runs.
    """
    loader = elf.Loader(root)
    found: set[str] = set()
    waiting = [(place, elf.binaries(program.parent, [program.name])[program.name])]
    while waiting:
        path, binary = waiting.pop()
        for name in binary.needed + ([binary.interpreter] if binary.interpreter else []):
            chain = loader.find(name, path, binary)
            if not chain:
                raise SystemExit(f"image: {path} needs {name}, which no package of scripts/image/recipe.py has")
            if chain[-1] not in found:
                waiting += elf.binaries(root, [chain[-1]]).items()
            found |= set(chain)
    return found


def tighten(root: Path) -> None:
    """Takes from every file what no image of ours needs: to run as its owner, and to be written by everybody."""
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        shared = path.is_dir() and mode & stat.S_ISVTX
        wanted = mode & ~(stat.S_ISUID | stat.S_ISGID) & (0o7777 if shared else ~stat.S_IWOTH)
        if wanted != mode:
            path.chmod(wanted)
