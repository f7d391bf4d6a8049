"""What programs and libraries ask the loader for, as readelf tells it."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Binary:
    interpreter: str | None = None
    needed: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)


def binaries(root: Path, paths: list[str]) -> dict[str, Binary]:
    """Those of the paths below `root` that are ELF files with a dynamic section."""
    elf = [path for path in paths if is_elf(root / path)]
    found: dict[str, Binary] = {}
    for start in range(0, len(elf), 200):
        # Two files at least, or readelf doesn't name them.
        some = [str(root / path) for path in elf[start:start + 200]] + ["/dev/null"]
        text = subprocess.run(["readelf", "-dlW", *some], capture_output=True, text=True).stdout
        for part in text.split("\nFile: ")[1:]:
            path = str(Path(part.split("\n")[0]).relative_to(root)) if part.startswith(str(root)) else None
            interpreter = re.search(r"program interpreter: (.*)\]", part)
            run_paths = re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", part)
            if path:
                found[path] = Binary(
                    interpreter.group(1) if interpreter else None, re.findall(r"\(NEEDED\).*\[(.*)\]", part),
                    [folder for run_path in run_paths for folder in run_path.split(":")])
    return found


def is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


class Loader:
    """Finds libraries in an image as its loader would: where a file says, then in the folders of the system."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders = [path for path in sorted((root / "usr/lib").glob("*-linux-gnu"))] + [root / "usr/lib", root / "usr/lib64"]

    def find(self, name: str, path: str, binary: Binary) -> list[str]:
        """The links that lead to a library, and the library itself last; nothing where it is missing."""
        if name.startswith("/"):
            return self.follow(self.root / name.lstrip("/"))
        origin = "/" + str(Path(path).parent)
        own = [self.root / folder.replace("$ORIGIN", origin).lstrip("/") for folder in binary.search]
        chains = (self.follow(folder / name) for folder in own + self.folders)
        return next((chain for chain in chains if chain), [])

    def follow(self, path: Path) -> list[str]:
        """Follows links inside of the image; none may lead out of it."""
        chain: list[str] = []
        while len(chain) < 20:
            place = path.parent.resolve() / path.name
            if not place.is_relative_to(self.root):
                return []
            chain.append(str(place.relative_to(self.root)))
            if not place.is_symlink():
                return chain if place.is_file() else []
            target = place.readlink()
            path = self.root / str(target).lstrip("/") if target.is_absolute() else place.parent / target
        return []
