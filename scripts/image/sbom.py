"""The parts list of an image in SPDX 2.3: what Debian's packages tell of themselves, and the digests of all files."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

from oci import below
from packages import Package

# Debian's names of licences that SPDX has by another. What neither has stands as a reference to the copyright file.
SPDX = {
    "expat": "MIT", "mit": "MIT", "x11": "X11", "isc": "ISC", "zlib": "Zlib", "curl": "curl", "bsl-1.0": "BSL-1.0", "0bsd": "0BSD",
    "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause", "bsd-4-clause": "BSD-4-Clause", "artistic": "Artistic-1.0-Perl",
    "artistic-2": "Artistic-2.0", "apache-2.0": "Apache-2.0", "mpl-1.1": "MPL-1.1", "mpl-2.0": "MPL-2.0", "openssl": "OpenSSL",
    "postgresql": "PostgreSQL", "openldap-2.8": "OLDAP-2.8", "unicode": "Unicode-DFS-2016", "cc0-1.0": "CC0-1.0", "fsfap": "FSFAP",
    "fsful": "FSFUL", "fsfullr": "FSFULLR", "psf-2": "PSF-2.0", "cc0": "CC0-1.0", "bsd-3-clauses": "BSD-3-Clause",
}
GNU = re.compile(r"(A?GPL|LGPL|GFDL)-?v?(\d(?:\.\d)?)(\+)?", re.IGNORECASE)


class Licences:
    """The licences of the packages, and those among them that are told by reference."""

    def __init__(self) -> None:
        self.references: dict[str, str] = {}

    def of(self, package: Package, root: Path) -> str:
        """All licences that the copyright file names for the source of the package: some may be of files that are not in the image."""
        file = root / "usr/share/doc" / package.name / "copyright"
        text = file.read_text(errors="replace") if file.is_file() else ""
        if "packaging-manuals/copyright-format" not in text[:1000]:
            return "NOASSERTION"
        names: set[str] = set()
        for line in re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE):
            names |= {name.strip() for name in re.split(r",|\band\b|\bor\b", line)} - {""}
        return " AND ".join(sorted({self.identifier(name, package) for name in names})) or "NOASSERTION"

    def identifier(self, name: str, package: Package) -> str:
        gnu = GNU.fullmatch(name)
        if gnu:
            number = gnu[2] if "." in gnu[2] else f"{gnu[2]}.0"
            return f"{gnu[1].upper()}-{number}-{'or-later' if gnu[3] else 'only'}"
        if name.lower() in SPDX:
            return SPDX[name.lower()]
        reference = "LicenseRef-Debian-" + re.sub("[^A-Za-z0-9.-]+", "-", f"{package.name}-{name}")
        self.references[reference] = f"{name}: see /usr/share/doc/{package.name}/copyright in the image"
        return reference


def document(title: str, version: str, created: str, roots: list[Path], packages: list[Package]) -> dict:
    """The parts list of an image with the files of `roots`, of which the first is that of the packages."""
    licences = Licences()
    files = {path: file_entry(root, path) for root in roots for path in sorted(below(root))
             if (root / path).is_file() and not (root / path).is_symlink()}
    parts = [(debian(package, licences.of(package, roots[0])), [files[path] for path in package.paths if path in files])
             for package in packages]
    owned = {path for package in packages for path in package.paths}
    image = part("Image", title, version, "Apache-2.0", primaryPackagePurpose="CONTAINER")
    parts = [(image, [entry for path, entry in files.items() if path not in owned]), (swift_runtime(), [])] + parts
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", image)]
    relations += [relation(image["SPDXID"], "CONTAINS", entry) for entry, _ in parts[1:]]
    for entry, own in parts:
        if own:
            entry |= {"filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": verification_code(own)}}
            relations += [relation(entry["SPDXID"], "CONTAINS", file) for file in own]
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{title}-{version}",
        "documentNamespace": f"urn:quartermaster:{title}:{version}:{digest}",
        "creationInfo": {"created": created, "creators": ["Organization: Quartermaster", "Tool: quartermaster-scripts-image"]},
        "packages": [entry for entry, _ in parts], "files": list(files.values()), "relationships": relations,
        "hasExtractedLicensingInfos": [
            {"licenseId": reference, "extractedText": text} for reference, text in sorted(licences.references.items())],
    }


def file_entry(root: Path, path: str) -> dict:
    data = (root / path).read_bytes()
    digests = {"SHA1": hashlib.sha1(data).hexdigest(), "SHA256": hashlib.sha256(data).hexdigest()}
    return {
        "SPDXID": "SPDXRef-File-" + hashlib.sha1(path.encode()).hexdigest(), "fileName": f"./{path}",
        "checksums": [{"algorithm": name, "checksumValue": value} for name, value in digests.items()],
    }


def verification_code(files: list[dict]) -> str:
    """As SPDX 2.3 computes it, in 7.9."""
    return hashlib.sha1("".join(sorted(file["checksums"][0]["checksumValue"] for file in files)).encode()).hexdigest()


def swift_runtime() -> dict:
    """What the compiler links into the program."""
    said = subprocess.check_output(["swift", "--version"], text=True, stderr=subprocess.DEVNULL)
    return part("SwiftRuntime", "swift-runtime", re.search(r"Swift version (\S+)", said).group(1), "Apache-2.0 WITH Swift-exception")


def debian(package: Package, licence: str) -> dict:
    control = package.control
    address = f"pkg:deb/debian/{quote(package.name)}@{quote(control['Version'], safe='')}?arch={control['Architecture']}"
    homepage = {"homepage": control["Homepage"]} if control["Homepage"] else {}
    return part(
        f"Package-{package.name}", package.name, control["Version"], licence, supplier=f"Organization: {control['Maintainer']}",
        checksums=[{"algorithm": "SHA256", "checksumValue": hashlib.sha256(package.file.read_bytes()).hexdigest()}],
        externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": address}], **homepage)


def part(identifier: str, name: str, version: str, licence: str, **more: object) -> dict:
    return {
        "SPDXID": "SPDXRef-" + re.sub("[^A-Za-z0-9.-]", "-", identifier), "name": name, "versionInfo": version,
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
    } | more


def relation(one: str, kind: str, other: dict) -> dict:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other["SPDXID"]}


def write(output: Path, document: dict) -> None:
    output.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
