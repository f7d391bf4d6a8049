"""What the two images hold.

Each thing stands once: packages here, user, entrypoint and arguments in the Dockerfiles, the version in the program.
"""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2]

# What the programs link; Package.swift names the libraries.
LIBRARIES = [
    "libcurl4", "libssl3", "libsimdjson14", "libyaml-0-2", "libre2-9", "zlib1g",
    "libevent-core-2.1-7", "libevent-extra-2.1-7", "libevent-openssl-2.1-7", "libevent-pthreads-2.1-7",
]
# Certificates, time zones, and the licences that the packages' copyright files name.
DATA = ["ca-certificates", "tzdata", "base-files"]
# The majors of PostgreSQL that are dumped and drilled. Debian has one; its PostgreSQL repository has all.
POSTGRES = [f"postgresql-{major}" for major in range(12, 19)]


@dataclass(frozen=True)
class Recipe:
    title: str
    program: str
    dockerfile: str
    packages: list[str]
    # Of these an image has what the machine's package sources offer.
    optional_packages: list[str]
    # Programs that are given by file, and the package of an older one, if there is any, for where they are not.
    programs: dict[str, str | None]
    # Whether the image has the packages as they are, or only what the program needs of them.
    whole: bool
    # Where the name of the image is configured, as an expression with the repository and the tag.
    name_file: str
    name_pattern: str

    def configuration(self) -> dict:
        """User, environment, entrypoint and arguments, as the Dockerfile has them."""
        stage = (SOURCES / self.dockerfile).read_text().split("FROM scratch\n")[1]
        config: dict = {"WorkingDir": "/"}
        for keyword, _, value in (line.partition(" ") for line in stage.splitlines()):
            if keyword == "USER":
                config["User"] = value
            elif keyword == "ENV":
                config["Env"] = shlex.split(value)
            elif keyword in ("ENTRYPOINT", "CMD"):
                config[keyword.capitalize()] = json.loads(value)
            elif keyword != "COPY":
                raise SystemExit(f"image: the last stage of {self.dockerfile} has {keyword}, which images without an engine would lack")
        return config

    def name(self) -> str:
        """Repository and tag, as what is installed in a cluster names the image."""
        return ":".join(re.search(self.name_pattern, (SOURCES / self.name_file).read_text()).groups())


RECIPES = {
    "operator": Recipe(
        title="quartermaster", program="quartermaster", dockerfile="Dockerfile", packages=LIBRARIES + DATA,
        optional_packages=[], programs={}, whole=False,
        name_file="config/default/kustomization.yaml", name_pattern=r"newName: (\S+)\s+newTag: (\S+)"),
    "backup": Recipe(
        title="quartermaster-backup", program="quartermaster-agent", dockerfile="Dockerfile.backup",
        # PostgreSQL's programs start each other by a shell, and ask `locale` of libc-bin for the collations; who restores by hand
        # has a shell too.
        packages=LIBRARIES + DATA + [
            "usr-is-merged", "libc-bin", "bash", "dash", "coreutils", "findutils", "grep", "sed", "gzip", "tar", "unzip",
            "netbase", "locales-all", "restic", "borgbackup", "rclone", "openssh-client",
        ],
        optional_packages=POSTGRES, programs={"kubectl": "kubernetes-client", "etcdutl": None}, whole=True,
        name_file="crds/quartermaster.dev_backuppolicies.yaml", name_pattern=r"default: (\S+/quartermaster-backup):(\S+)"),
}


def version() -> str:
    text = (SOURCES / "Sources/KubeAPI/Model/BuildInfo.swift").read_text()
    return re.search(r'version = "([^"]+)"', text).group(1)
