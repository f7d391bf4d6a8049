"""Whether an archive is what it has to be: a valid OCI layout, with files that run as the user that it names and nothing more."""

import gzip
import hashlib
import io
import json
import stat
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

import elf
import oci
from recipe import RECIPES, version

# Beside the program itself.
LIMIT = 40_000_000
DATA = ["etc/ssl/certs/ca-certificates.crt", "usr/share/zoneinfo/Europe/Berlin", "etc/nsswitch.conf", "etc/passwd"]


class Broken(Exception):
    """What makes it pointless to look further."""


class Unpacked:
    """A layer as a stream of its files, which measures what it reads. A layer can be too large to be held in memory twice."""

    def __init__(self, packed: bytes) -> None:
        self.stream = gzip.GzipFile(fileobj=io.BytesIO(packed))
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.digest.update(data)
        return data

    def rest(self) -> str:
        """Reads what comes after the files. Returns the digest of the whole."""
        while self.read(1 << 20):
            pass
        return f"sha256:{self.digest.hexdigest()}"


def complaints(recipe: str, archive: Path) -> list[str]:
    found: list[str] = []
    try:
        config, layers = layout(archive, found)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            unpacked = [unpack(layer, root, found) for layer in layers]
            entries = [entry for _, entries in unpacked for entry in entries]
            paths = [entry.name for entry in entries]
            if [digest for digest, _ in unpacked] != config["rootfs"]["diff_ids"]:
                found.append("the layers are not those of the configuration")
            check_config(recipe, config, root, found)
            check_needed(root, paths, found)
            check_parts(archive, root, paths, found)
            found += [f"{path} is not in the image" for path in DATA if not (root / path).is_file()]
        base = sum(entry.size for entry in unpacked[0][1])
        if not RECIPES[recipe].whole and base > LIMIT:
            found.append(f"the image has {base} bytes beside the program, which are more than {LIMIT}")
    except Broken as error:
        found.append(str(error))
    return found


def parts_list(archive: Path) -> Path:
    return archive.with_name(archive.name.removesuffix(".oci.tar") + ".spdx.json")


def layout(archive: Path, found: list[str]) -> tuple[dict, list[bytes]]:
    """Follows an archive from its index to the layers. Returns the configuration and the layers."""
    with tarfile.open(archive) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isreg()}
    unread = set(files) - {"index.json", "oci-layout"}

    def blob(descriptor: dict, kind: str) -> bytes:
        name = "blobs/" + descriptor["digest"].replace(":", "/")
        unread.discard(name)
        data = files.get(name)
        if data is None or descriptor["mediaType"] != kind:
            raise Broken(f"there is no {kind} {descriptor['digest']}")
        if len(data) != descriptor["size"] or hashlib.sha256(data).hexdigest() != descriptor["digest"].removeprefix("sha256:"):
            raise Broken(f"the {kind} {descriptor['digest']} has other bytes than its name says")
        return data

    if json.loads(files.get("oci-layout", b"{}")).get("imageLayoutVersion") != "1.0.0":
        raise Broken("it is no OCI layout of version 1.0.0")
    index = json.loads(files["index.json"])
    if index["schemaVersion"] != 2 or index["mediaType"] != oci.INDEX or len(index["manifests"]) != 1:
        raise Broken("its index is not one of one image")
    manifest = json.loads(blob(index["manifests"][0], oci.MANIFEST))
    config = json.loads(blob(manifest["config"], oci.CONFIG))
    layers = [blob(descriptor, oci.LAYER) for descriptor in manifest["layers"]]
    if index["manifests"][0]["platform"] != {"os": config["os"], "architecture": config["architecture"]}:
        found.append("index and configuration name different platforms")
    if config["config"]["Labels"] != manifest["annotations"]:
        found.append("labels and annotations differ")
    found += [f"{name} belongs to nothing" for name in sorted(unread)]
    return config, layers


def unpack(layer: bytes, root: Path, found: list[str]) -> tuple[str, list[tarfile.TarInfo]]:
    """Lays a layer into `root`, with a complaint for each entry that no image should have. Returns its digest and its entries."""
    entries = []
    stream = Unpacked(layer)
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            found += [f"{entry.name} {complaint}" for complaint in complaints_about(entry)]
            if not (root / entry.name).parent.resolve().is_relative_to(root) or ".." in PurePosixPath(entry.name).parts:
                raise Broken(f"{entry.name} leads out of the image")
            if not (entry.isdir() and (root / entry.name).is_dir()):
                tar.extract(entry, root, set_attrs=False)
            entries.append(entry)
    return stream.rest(), entries


def complaints_about(entry: tarfile.TarInfo) -> list[str]:
    complaints = []
    if entry.mode & (stat.S_ISUID | stat.S_ISGID):
        complaints.append("runs as its owner or group")
    if entry.mode & stat.S_IWOTH and not entry.issym() and not (entry.isdir() and entry.mode & stat.S_ISVTX):
        complaints.append("may be written by everybody")
    if entry.uid or entry.gid:
        complaints.append("does not belong to root")
    if not (entry.isreg() or entry.isdir() or entry.issym() or entry.islnk()):
        complaints.append("is neither file, folder nor link")
    return complaints


def check_config(recipe: str, config: dict, root: Path, found: list[str]) -> None:
    got = {key: value for key, value in config["config"].items() if key != "Labels"}
    wanted = RECIPES[recipe].configuration()
    if got != wanted:
        found.append(f"the configuration is {got}, and {RECIPES[recipe].dockerfile} has {wanted}")
    user = got.get("User", "").split(":")[0]
    if not user.isdigit() or int(user) == 0:
        found.append(f"the user is {user or 'not named'}; it must be a number other than 0")
    program = root / got["Entrypoint"][0].lstrip("/")
    if not elf.is_elf(program):
        found.append(f"the entrypoint {got['Entrypoint'][0]} is no program of the image")
    labels = config["config"]["Labels"]
    if labels.get("org.opencontainers.image.version") != version():
        found.append(f"the image says that it is version {labels.get('org.opencontainers.image.version')}, and the sources are {version()}")


def check_needed(root: Path, paths: list[str], found: list[str]) -> None:
    loader = elf.Loader(root)
    for path, binary in elf.binaries(root, paths).items():
        for name in binary.needed + ([binary.interpreter] if binary.interpreter else []):
            if not loader.find(name, path, binary):
                found.append(f"{path} needs {name}, which is not in the image")


def check_parts(archive: Path, root: Path, paths: list[str], found: list[str]) -> None:
    """The parts list has exactly the files of the image."""
    document = json.loads(parts_list(archive).read_text())
    listed = {entry["fileName"].removeprefix("./"): entry["checksums"][1]["checksumValue"] for entry in document["files"]}
    files = {path for path in paths if (root / path).is_file() and not (root / path).is_symlink()}
    found += [f"{path} is in the parts list or in the image alone" for path in sorted(files ^ set(listed))]
    found += [f"{path} is not what the parts list says" for path in sorted(files & set(listed))
              if hashlib.sha256((root / path).read_bytes()).hexdigest() != listed[path]]
