import json, struct, zlib
import numpy as np


def dtype(name):  # "U8" -> "<u1", "F32" -> "<f4"
    return np.dtype("?" if name == "BOOL" else f"<{name[0].lower()}{int(name[1:]) // 8}")


def read_cache(path):
    """All arrays of a Kiln cache by name: train.images, train.labels, ..."""
    data = np.memmap(path, "u1", "r")
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(bytes(data[8:start]))
    meta, arrays = header.pop("__metadata__"), {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        values = data[start + begin : start + end].view(dtype(info["dtype"]))
        arrays[name] = values.reshape(info["shape"])
    for split in json.loads(meta["splits"]) if meta["codec"] == "zstd" else []:
        import zstandard
        parts = [arrays.pop(f"{split}.images.{part}") for part in ("zstd", "offsets", "crc32")]
        frames, offsets, blocks = parts[0].tobytes(), parts[1].tolist(), bytearray()
        for begin, end, crc in zip(offsets, offsets[1:], parts[2].tolist()):
            if zlib.crc32(frames[begin:end]) != crc:
                raise ValueError(f"{path}: damaged block of {split}")
            blocks += zstandard.decompress(frames[begin:end])
        pixels = np.frombuffer(blocks, dtype(meta[split + ".dtype"]))
        arrays[split + ".images"] = pixels.reshape(json.loads(meta[split + ".shape"]))
    return arrays
