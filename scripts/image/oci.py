"""Writes an image as an OCI layout in one archive. The same files give the same bytes."""

import gzip
import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass
class Blob:
    kind: str
    data: bytes

    @cached_property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.data).hexdigest()

    def descriptor(self, **more: object) -> dict:
        return {"mediaType": self.kind, "digest": self.digest, "size": len(self.data)} | more


def encoded(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@dataclass
class Layer:
    blob: Blob
    # Of the layer as it is unpacked.
    digest: str
    # Bytes of its files.
    size: int


class Packer:
    """A file that keeps what is written packed, and the digest of what was written."""

    def __init__(self) -> None:
        self.packed = io.BytesIO()
        self.digest = hashlib.sha256()
        # Neither a name nor a time in the header.
        self.gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self.packed, mtime=0)

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.gzip.write(data)

    def layer(self, size: int) -> Layer:
        self.gzip.close()
        return Layer(Blob(LAYER, self.packed.getvalue()), "sha256:" + self.digest.hexdigest(), size)


def layer(root: Path, seconds: int) -> Layer:
    """The files below `root`, all of them root's. Folders and links have the time `seconds`: making them gave them another each time."""
    packer = Packer()
    size = 0
    with tarfile.open(fileobj=packer, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(below(root)):
            entry = archive.gettarinfo(root / path, path)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = int(entry.mtime) if entry.isreg() else seconds
            size += entry.size
            if entry.isreg():
                with (root / path).open("rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)
    return packer.layer(size)


def below(root: Path) -> list[str]:
    """Every path below a folder, links not followed."""
    return [os.path.relpath(os.path.join(folder, name), root)
            for folder, folders, files in os.walk(root) for name in folders + files]


def manifest(layers: list[Layer], config: dict, annotations: dict, architecture: str) -> tuple[Blob, Blob]:
    """The manifest of an image, and its configuration."""
    created = annotations["org.opencontainers.image.created"]
    configuration = Blob(CONFIG, encoded({
        "architecture": architecture, "os": "linux", "created": created, "config": config | {"Labels": annotations},
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "history": [{"created": created, "created_by": "scripts/image"} for _ in layers],
    }))
    return Blob(MANIFEST, encoded({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": configuration.descriptor(), "annotations": annotations,
        "layers": [layer.blob.descriptor() for layer in layers],
    })), configuration


def index(manifest: Blob, architecture: str, name: str) -> dict:
    """What an archive begins with: containerd takes the image's whole name from it, others its tag."""
    names = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    platform = {"architecture": architecture, "os": "linux"}
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest.descriptor(platform=platform, annotations=names)]}


def write(output: Path, index: dict, blobs: list[Blob], seconds: int) -> None:
    files = {f"blobs/sha256/{blob.digest.removeprefix('sha256:')}": blob.data for blob in blobs}
    files |= {"index.json": encoded(index), "oci-layout": encoded({"imageLayoutVersion": "1.0.0"})}
    with tarfile.open(output, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(files[name]), 0o644, seconds
            archive.addfile(entry, io.BytesIO(files[name]))
