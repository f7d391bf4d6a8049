"""Debian's packages, fetched by apt with a state of its own: the machine's packages are neither asked nor changed."""

import email.message
import email.parser
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# As Debian's own slim images leave out, with the texts of programs that speak English here.
LEFT_OUT = [f"./usr/share/{name}" for name in ("man", "info", "lintian", "locale", "bug", "doc-base", "bash-completion")]
# Every zone once more, with and without leap seconds.
LEFT_OUT += ["./usr/share/zoneinfo/right", "./usr/share/zoneinfo/posix"]
# Folders that are links to those of /usr. Packages still have files in both.
MERGED = ["bin", "sbin", "lib", "lib64"]


@dataclass
class Package:
    file: Path
    control: email.message.Message
    # Paths of its files in the image, without a slash in front.
    paths: list[str]

    @property
    def name(self) -> str:
        return self.control["Package"]


class Apt:
    def __init__(self, folder: Path) -> None:
        for name in ("state/lists/partial", "cache/archives/partial", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text("")
        self.archives = folder / "cache/archives"
        self.options = [f"-o{option}" for option in (
            f"Dir::State={folder}/state", f"Dir::State::status={folder}/status", f"Dir::Cache={folder}/cache",
            f"Dir::Log={folder}/log", "APT::Sandbox::User=root", "APT::Install-Recommends=false",
            "APT::Install-Suggests=false",
        )]
        self.run("update")

    def run(self, *arguments: str) -> str:
        command = ["apt-get", "-qq", *self.options, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
        if result.returncode != 0:
            raise SystemExit(f"image: apt-get {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def has(self, package: str) -> bool:
        command = ["apt-cache", *self.options, "policy", package]
        answer = subprocess.check_output(command, text=True, env=os.environ | {"LC_ALL": "C"})
        return re.search(r"Candidate: (?!\(none\))", answer) is not None

    def fetch(self, names: list[str]) -> list[Path]:
        """The archives of these packages and of all that they depend on, by name."""
        self.run("--yes", "--download-only", "install", *names)
        plan = re.findall(r"^Inst (\S+) \((\S+) .*?\[(\S+)\]\)", self.run("--simulate", "install", *names), re.MULTILINE)
        return [self.archives / f"{name}_{version.replace(':', '%3a')}_{arch}.deb" for name, version, arch in sorted(plan)]


def make_merged_folders(root: Path) -> None:
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")


def unpack(archive: Path, root: Path) -> Package:
    """Lays the files of a package into `root`. None of its scripts is run."""
    tar = ["tar", "--extract", "--verbose", "--directory", root, "--keep-directory-symlink", "--no-same-owner", "--preserve-permissions"]
    tar += [f"--exclude={pattern}" for pattern in LEFT_OUT]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as packed:
        names = subprocess.run(tar, stdin=packed.stdout, check=True, capture_output=True, text=True).stdout.splitlines()
    if packed.returncode != 0:
        raise SystemExit(f"image: {archive} can't be read")
    control = email.parser.Parser().parsestr(subprocess.check_output(["dpkg-deb", "--field", archive], text=True))
    paths = []
    for name in names:
        path = name.removeprefix("./")
        if path.split("/")[0] in MERGED:
            path = f"usr/{path}"
        if not path or path.endswith("/"):
            continue
        if re.match("usr/share/doc/.*/(?!copyright$)[^/]*$", path):
            (root / path).unlink()
        else:
            paths.append(path)
    return Package(archive, control, paths)
