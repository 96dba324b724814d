"""Convert the face networks of face-api to the one file that pinxit ships, `src/pinxit/faces/shipped/faces.safetensors`.

    npm pack @vladmandic/face-api@1.7.15
    python training/face_weights.py vladmandic-face-api-1.7.15.tgz

The numbers stay as they were published, 8 bits each with a scale and an offset per tensor; only the order of the axes changes,
from TensorFlow's to PyTorch's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

SHA256 = "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031"
SOURCE = "npm @vladmandic/face-api 1.7.15, MIT"
MODELS = {"detector": "tiny_face_detector_model", "landmarks": "face_landmark_68_tiny_model"}
OUT = Path(__file__).parent.parent / "src/pinxit/faces/shipped/faces.safetensors"


def main() -> None:
    """Convert."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    found = hashlib.sha256(options.package.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{options.package} has the SHA-256 {found}, not {SHA256}: get version 1.7.15.")
    tensors: dict[str, NDArray[np.uint8]] = {}
    scales: dict[str, tuple[float, float]] = {}
    with tarfile.open(options.package) as package:
        for part, model in MODELS.items():
            manifest = json.loads(_member(package, f"{model}-weights_manifest.json"))[0]["weights"]
            content, offset = _member(package, f"{model}.bin"), 0
            for entry in manifest:
                size = int(np.prod(entry["shape"]))
                values = np.frombuffer(content, np.uint8, size, offset).reshape(entry["shape"])
                offset += size
                name = f"{part}/{entry['name']}"
                tensors[name] = np.ascontiguousarray(_reordered(values, entry["name"]))
                scales[name] = (entry["quantization"]["scale"], entry["quantization"]["min"])
            if offset != len(content):
                raise SystemExit(f"{model}.bin has {len(content)} bytes, its manifest {offset}.")
    save_file(tensors, options.out, {"source": SOURCE, "scales": json.dumps(scales)})
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(f"package/model/{name}")
    if file is None:
        raise SystemExit(f"the package holds no {name}.")
    return file.read()


def _reordered(values: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """TensorFlow's `(H, W, in, out)` as PyTorch's `(out, in, H, W)`; depthwise `(H, W, C, 1)` as `(C, 1, H, W)`."""
    if values.ndim == 4:
        return values.transpose(2, 3, 0, 1) if name.endswith("depthwise_filter") else values.transpose(3, 2, 0, 1)
    return values.T  # a matrix (in, out) as (out, in), a vector as it is


if __name__ == "__main__":
    main()
