"""Writes archives of four files in every way that Python knows, for a test.

usage: make_archives.py DIRECTORY
"""
import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile

LONG = "/".join(["directory"] * 20) + "/long.txt"
CONTENTS = {
    "a.txt": b"a text, " * 2000,
    "data/zeros": bytes(100_000),
    "data/ünïcode": bytes(range(256)),
    LONG: b"",
}


def tar(format):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, content in CONTENTS.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def zipped(method, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, **options) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(name, content)
    return file.getvalue()


class Pipe(io.RawIOBase):
    """A file that cannot go back: zipfile then writes descriptors behind the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)


def streamed():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENTS.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    return bytes(pipe.bytes)


def main(directory):
    files = {
        "ustar.tar": tar(tarfile.USTAR_FORMAT),
        "gnu.tar": tar(tarfile.GNU_FORMAT),
        "pax.tar": tar(tarfile.PAX_FORMAT),
        "stored.zip": zipped(zipfile.ZIP_STORED),
        "deflated.zip": zipped(zipfile.ZIP_DEFLATED, compresslevel=9),
        "bzip2.zip": zipped(zipfile.ZIP_BZIP2),
        "streamed.zip": streamed(),
    }
    for name, pack in (("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress)):
        files["pax.tar." + name] = pack(files["pax.tar"])
    for name, content in files.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main(sys.argv[1])
