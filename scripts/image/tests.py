"""Images are made the same twice, and the check finds what is wrong with one. curl stands in for the program: it needs a few libraries."""

import gzip
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from typing import Callable

import check
import oci
from recipe import RECIPES

HERE = Path(__file__).parent


class Opened:
    """An image that can be changed and written again, with digests that fit."""

    def __init__(self, archive: Path) -> None:
        # Whether the configuration has the digest of another layer.
        self.foreign = False
        self.parts_list = check.parts_list(archive)
        self.config, layers = check.layout(archive, [])
        self.entries: list[list[tuple[tarfile.TarInfo, bytes]]] = []
        for layer in layers:
            with tarfile.open(fileobj=io.BytesIO(layer), mode="r:gz") as tar:
                self.entries.append([(entry, tar.extractfile(entry).read() if entry.isreg() else b"") for entry in tar])

    def find(self, name: str) -> tarfile.TarInfo:
        return next(entry for entries in self.entries for entry, _ in entries if entry.name == name)

    def remove(self, name: str) -> None:
        self.entries = [[(entry, data) for entry, data in entries if entry.name != name] for entries in self.entries]

    def put(self, name: str, data: bytes) -> None:
        self.remove(name)
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        self.entries[0].append((entry, data))

    def write(self, archive: Path) -> None:
        layers = []
        for entries in self.entries:
            packer = oci.Packer()
            with tarfile.open(fileobj=packer, mode="w|") as tar:
                for entry, data in entries:
                    tar.addfile(entry, io.BytesIO(data))
            layers.append(packer.layer(0))
        if self.foreign:
            layers[1].digest = layers[0].digest
        config = {key: value for key, value in self.config["config"].items() if key != "Labels"}
        manifest, configuration = oci.manifest(layers, config, self.config["config"]["Labels"], self.config["architecture"])
        index = oci.index(manifest, self.config["architecture"], "example:1")
        oci.write(archive, index, [manifest, configuration] + [layer.blob for layer in layers], 0)
        shutil.copy(self.parts_list, check.parts_list(archive))


class ImageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.archive = cls.build("first")

    @classmethod
    def build(cls, name: str, umask: int = -1) -> Path:
        command = [sys.executable, HERE, "build", "operator", "--program", "/usr/bin/curl", "--output", cls.folder / name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, umask=umask)
        return next((cls.folder / name).glob("*.oci.tar"))

    def complaints(self, change: Callable[[Opened], None]) -> str:
        image = Opened(self.archive)
        change(image)
        changed = self.folder / "changed.oci.tar"
        image.write(changed)
        return "\n".join(check.complaints("operator", changed))

    def changed_blobs(self, change: Callable[[dict[str, bytes]], None]) -> str:
        with tarfile.open(self.archive) as tar:
            files = {entry.name: tar.extractfile(entry).read() for entry in tar}
        change(files)
        changed = self.folder / "changed.oci.tar"
        with tarfile.open(changed, "w") as tar:
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        shutil.copy(check.parts_list(self.archive), check.parts_list(changed))
        return "\n".join(check.complaints("operator", changed))

    def test_the_same_program_gives_the_same_image_and_parts_list(self) -> None:
        again = self.build("second", umask=0o077)
        self.assertEqual(again.read_bytes(), self.archive.read_bytes())
        self.assertEqual(check.parts_list(again).read_bytes(), check.parts_list(self.archive).read_bytes())

    def test_nothing_is_wrong_with_an_image_as_it_is_made(self) -> None:
        self.assertEqual(self.complaints(lambda image: None), "")

    def test_files_that_should_not_be_there_or_not_like_this_are_found(self) -> None:
        libraries = next(entry.name.rpartition("/")[0] for entry, _ in Opened(self.archive).entries[0] if entry.name.endswith("/libc.so.6"))

        def change(image: Opened) -> None:
            image.find(f"{libraries}/libssl.so.3").mode |= 0o4000
            image.find("etc/group").mode |= 0o002
            image.find("tmp").mode &= ~0o1000
            image.find("etc/nsswitch.conf").uid = 1000
            image.remove(f"{libraries}/libz.so.1")
            image.remove("etc/ssl/certs/ca-certificates.crt")
            image.put("etc/passwd", b"")
            image.put("large", bytes(check.LIMIT))

        found = self.complaints(change)
        for complaint in [
            "libssl.so.3 runs as its owner or group", "etc/group may be written by everybody", "tmp may be written by everybody",
            "etc/nsswitch.conf does not belong to root", "needs libz.so.1, which is not in the image",
            "etc/ssl/certs/ca-certificates.crt is not in the image", "etc/passwd is not what the parts list says",
            "large is in the parts list or in the image alone", "bytes beside the program",
        ]:
            self.assertIn(complaint, found)

    def test_a_configuration_that_runs_something_else_is_found(self) -> None:
        def change(image: Opened) -> None:
            image.config["config"]["User"] = "0:0"
            image.config["config"]["Labels"]["org.opencontainers.image.version"] = "0.0.0"
            image.remove("usr/local/bin/quartermaster")
            image.foreign = True

        found = self.complaints(change)
        for complaint in [
            "and Dockerfile has", "the user is 0; it must be a number", "/usr/local/bin/quartermaster is no program of the image",
            "says that it is version 0.0.0", "the layers are not those of the configuration",
        ]:
            self.assertIn(complaint, found)

    def test_a_path_that_leads_out_of_the_image_is_found(self) -> None:
        self.assertIn("../outside leads out of the image", self.complaints(lambda image: image.put("../outside", b"")))

    def test_blobs_that_are_not_what_they_are_called_are_found(self) -> None:
        index = json.loads(self.blobs()["index.json"])
        manifest = "blobs/" + index["manifests"][0]["digest"].replace(":", "/")
        layer = "blobs/" + json.loads(self.blobs()[manifest])["layers"][1]["digest"].replace(":", "/")
        self.assertIn("has other bytes than its name says", self.changed_blobs(lambda files: files.update({layer: gzip.compress(b"")})))
        self.assertIn("there is no", self.changed_blobs(lambda files: files.pop(layer)))
        self.assertIn("belongs to nothing", self.changed_blobs(lambda files: files.update({"blobs/sha256/0": b""})))
        self.assertIn("no OCI layout", self.changed_blobs(lambda files: files.update({"oci-layout": b"{}"})))

    def blobs(self) -> dict[str, bytes]:
        with tarfile.open(self.archive) as tar:
            return {entry.name: tar.extractfile(entry).read() for entry in tar}


if __name__ == "__main__":
    unittest.main()
