"""A glTF model: its pictures, and the triangles that each base colour is seen on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.scene.gltf_file import GltfFile, data_uri, parse_gltf
from pinxit.scene.gltf_schema import Accessor, Gltf, Primitive, Sampler, TextureInfo, entry, validated_gltf
from pinxit.scene.sources import ENDINGS, SourceFiles, files_beside, files_in

EMBEDDED = "#"
"""Between a model's name and the number of a picture within it."""
REPEAT, CLAMP, MIRROR = 10497, 33071, 33648  # glTF 2.0, section 5.26
_MOST_TRIANGLES = 2_000_000  # of all models together
_TYPES: Final = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_COMPONENTS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_LARGEST_COORDINATE = 1e6  # of a texture coordinate: beyond it single precision has no fractions
# Positions nearer than this are one vertex, as a share of the mesh's longest side: exporters round to single precision.
_WELD = 1e-6
_COMPRESSED: Final = ("KHR_draco_mesh_compression", "EXT_meshopt_compression")
_OTHER_PICTURES: Final = ("EXT_texture_webp", "EXT_texture_avif")
_KTX = "KHR_texture_basisu"


@dataclass(frozen=True)
class Faces:
    """The triangles of one mesh that show one picture.

    Attributes:
        pictures: the keys of the picture; several where a file offers it in several formats.
        vertices: number of each corner's position, `(T, 3)`; equal positions of a mesh have equal numbers.
        uv: texture coordinates of the corners, `(T, 3, 2)`: x to the right and y down, 0 to 1 within the picture.
        sampler: how the picture continues beyond its borders.
        opaque: whether its transparency is ignored.
    """

    pictures: tuple[str, ...]
    vertices: NDArray[np.int64]
    uv: NDArray[np.float64]
    sampler: Sampler
    opaque: bool


@dataclass(frozen=True)
class Model:
    """A model.

    Attributes:
        name: name of its file among the sources.
        file: the parts of its file.
        gltf: what of it was validated.
        sources: the files that it may refer to.
        buffers: bytes of buffers that were read, by their number.
    """

    name: str
    file: GltfFile
    gltf: Gltf
    sources: SourceFiles
    buffers: dict[int, bytes] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        """The relative URIs of its buffers and pictures."""
        found = [buffer.uri for buffer in self.gltf.buffers] + [image.uri for image in self.gltf.images]
        return [address for address in found if address is not None and not address.startswith("data:")]

    @property
    def base_files(self) -> list[str]:
        """The names of the files that decide its base colours, besides its own: buffers and pictures."""
        names = [self._buffer_file(number) for number in self.buffers]
        pictures = [key for key in self.base_pictures() if EMBEDDED not in key]
        return [name for name in (*names, *pictures) if name is not None]

    @property
    def untextured(self) -> int:
        """The number of materials without a texture of their base colour."""
        return sum(material.base_color is None for material in self.gltf.materials)

    @property
    def unmapped(self) -> list[int]:
        """The numbers of the meshes that have a texture of their base colour and no UV map."""
        found = []
        for number, mesh in enumerate(self.gltf.meshes):
            for part in mesh.primitives:
                if part.material is not None:
                    info = entry(self.gltf.materials, part.material, "material", self.name).base_color
                    if info is not None and self._coordinates(part, info) is None:
                        found.append(number)
                        break
        return found

    def base_pictures(self) -> list[str]:
        """Return the keys of the pictures that are base colours, and hold no other numbers, in order.

        Raises:
            PinxitError: when one is missing.
        """
        bases: dict[str, None] = {}
        others: set[str] = set()
        for material in self.gltf.materials:
            if material.base_color is not None:
                bases.update(dict.fromkeys(self._pictures_of(material.base_color)))
            for info in material.data_textures:
                others.update(self._pictures_of(info, needed=False))
        return [key for key in bases if key not in others]

    @property
    def missing(self) -> list[str]:
        """The relative URIs of its normal maps and other pictures of numbers that lead to no file, in order."""
        uris = [
            entry(self.gltf.images, number, "picture", self.name).uri
            for material in self.gltf.materials
            for info in material.data_textures
            for number in self._image_numbers(info)
        ]
        files = (uri for uri in uris if uri is not None and not uri.startswith("data:"))
        return list(dict.fromkeys(uri for uri in files if self.sources.lookup(self.name, uri) is None))

    def picture_bytes(self, key: str) -> bytes:
        """Return the bytes of a picture's file.

        Raises:
            PinxitError: when they cannot be read.
        """
        name, _, number = key.rpartition(EMBEDDED)
        if name != self.name:
            return self.sources.read(key)
        image = entry(self.gltf.images, int(number), "picture", self.name)
        if image.bufferView is not None:
            return self._view(image.bufferView)[0].tobytes()
        return data_uri(image.uri or "", self.name) or b""

    def faces(self) -> Iterator[Faces]:
        """Yield the triangles on which base colours are seen.

        Raises:
            PinxitError: when a mesh is damaged or compressed.
        """
        self._check_compression()
        painted = set(self.base_pictures())
        first = 0
        for number, mesh in enumerate(self.gltf.meshes):
            found: list[tuple[tuple[str, ...], TextureInfo, bool, NDArray[np.float64], NDArray[np.float64]]] = []
            for part in mesh.primitives:
                if part.mode not in (4, 5, 6) or part.material is None:
                    continue
                material = entry(self.gltf.materials, part.material, "material", self.name)
                info = material.base_color
                keys = () if info is None else tuple(key for key in self._pictures_of(info) if key in painted)
                if info is not None and keys and self._coordinates(part, info) is not None:
                    points, uv = self._corners(part, info, number)
                    found.append((keys, info, material.alphaMode == "OPAQUE", points, uv))
            if not found:
                continue
            numbers = _welded(np.concatenate([points for *_, points, _ in found]))
            start = 0
            for keys, info, opaque, points, uv in found:
                vertices = first + numbers[start : start + len(points)]
                start += len(points)
                yield Faces(keys, vertices.reshape(-1, 3), uv.reshape(-1, 3, 2), self._sampler(info), opaque)
            first += int(numbers.max(initial=-1)) + 1

    def _pictures_of(self, info: TextureInfo, *, needed: bool = True) -> list[str]:
        if needed and _KTX in entry(self.gltf.textures, info.index, "texture", self.name).extensions:
            raise PinxitError(
                f"{self.name} has textures in the format KTX2, which pinxit does not read: export them as PNG or JPEG."
            )
        keys = []
        for number in self._image_numbers(info):
            image = entry(self.gltf.images, number, "picture", self.name)
            if image.uri is None or image.uri.startswith("data:"):
                keys.append(f"{self.name}{EMBEDDED}{number}")
            elif needed:
                keys.append(self.sources.find(self.name, image.uri))
            else:
                keys += [name for name in [self.sources.lookup(self.name, image.uri)] if name is not None]
        return keys

    def _image_numbers(self, info: TextureInfo) -> list[int]:
        """Return the numbers of a texture's picture and of those that extensions offer in its place."""
        texture = entry(self.gltf.textures, info.index, "texture", self.name)
        numbers = [] if texture.source is None else [texture.source]
        for extension in _OTHER_PICTURES:
            named = texture.extensions.get(extension)
            if isinstance(named, dict) and isinstance(named.get("source"), int) and named["source"] >= 0:
                numbers.append(named["source"])
        return numbers

    def _sampler(self, info: TextureInfo) -> Sampler:
        number = self.gltf.textures[info.index].sampler
        return Sampler() if number is None else entry(self.gltf.samplers, number, "sampler", self.name)

    def _corners(
        self, part: Primitive, info: TextureInfo, mesh: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return positions and texture coordinates of the corners of all triangles, `(3T, 3)` and `(3T, 2)`."""
        transform = info.extensions.KHR_texture_transform
        positions, coordinates = part.attributes.get("POSITION"), self._coordinates(part, info)
        if positions is None or coordinates is None:
            raise self._damaged(f"mesh {mesh} has no positions")
        points = self._array(positions, "VEC3").astype(np.float64)
        uv = self._array(coordinates, "VEC2").astype(np.float64)
        if len(uv) != len(points):
            raise self._damaged(f"mesh {mesh} has {len(points)} positions and {len(uv)} texture coordinates")
        if not (np.isfinite(points).all() and np.isfinite(uv).all() and np.abs(uv).max() < _LARGEST_COORDINATE):
            raise self._damaged(f"mesh {mesh} has coordinates that are no numbers")
        if transform is not None:
            c, s = np.cos(transform.rotation), np.sin(transform.rotation)
            uv = uv * transform.scale @ np.array([[c, -s], [s, c]]) + transform.offset
        if part.indices is None:
            order = np.arange(len(points), dtype=np.int64)
        else:
            order = self._array(part.indices, "SCALAR")[:, 0].astype(np.int64)
            if order.max() >= len(points):
                raise self._damaged(f"mesh {mesh} names vertex {order.max()} of {len(points)}")
        order = _triangles(order, part.mode)
        return points[order], uv[order]

    @staticmethod
    def _coordinates(part: Primitive, info: TextureInfo) -> int | None:
        """Return the number of the accessor of a texture's coordinates."""
        transform = info.extensions.KHR_texture_transform
        channel = info.texCoord if transform is None or transform.texCoord is None else transform.texCoord
        return part.attributes.get(f"TEXCOORD_{channel}")

    def triangle_count(self) -> int:
        """Return the number of triangles that the model declares; nothing is read yet."""
        total = 0
        for mesh in self.gltf.meshes:
            for part in mesh.primitives:
                number = part.attributes.get("POSITION") if part.indices is None else part.indices
                if number is not None:
                    count = entry(self.gltf.accessors, number, "accessor", self.name).count
                    total += count // 3 if part.mode == 4 else count
        return total

    def _array(self, number: int, kind: str) -> NDArray[Any]:
        """Return the numbers of an accessor, `(count, components)`; normalised integers as fractions."""
        accessor = entry(self.gltf.accessors, number, "accessor", self.name)
        if accessor.type != kind:
            raise self._damaged(f"accessor {number} is a {accessor.type[:10]}, not a {kind}")
        if accessor.sparse is not None or accessor.bufferView is None:
            raise PinxitError(f"{self.name} has sparse accessors, which pinxit does not read: export it without them.")
        view, stride = self._view(accessor.bufferView)
        dtype = np.dtype(_TYPES[accessor.componentType]).newbyteorder("<")
        width = _COMPONENTS[kind] * dtype.itemsize
        stride = stride or width
        if accessor.byteOffset + (accessor.count - 1) * stride + width > len(view):
            raise self._damaged(f"accessor {number} reaches beyond its buffer")
        shape, strides = (accessor.count, _COMPONENTS[kind]), (stride, dtype.itemsize)
        found: NDArray[Any] = np.ndarray(shape, dtype, view.tobytes(), accessor.byteOffset, strides)
        return _fractions(found, accessor)

    def _view(self, number: int) -> tuple[NDArray[np.uint8], int | None]:
        """Return the bytes of a buffer's view, and the bytes from one element to the next."""
        view = entry(self.gltf.bufferViews, number, "buffer view", self.name)
        content = self._buffer(view.buffer)
        if view.byteOffset + view.byteLength > len(content):
            raise self._damaged(f"buffer view {number} reaches beyond its buffer")
        found = np.frombuffer(content, np.uint8)[view.byteOffset : view.byteOffset + view.byteLength]
        return found, view.byteStride

    def _buffer(self, number: int) -> bytes:
        if number not in self.buffers:
            uri = entry(self.gltf.buffers, number, "buffer", self.name).uri
            if uri is None:
                found = self.file.chunk if number == 0 else None
                if found is None:
                    raise self._damaged(f"buffer {number} has no bytes")
            else:
                found = data_uri(uri, self.name)
                if found is None:
                    found = self.sources.read(self.sources.find(self.name, uri))
            self.buffers[number] = found
        return self.buffers[number]

    def _buffer_file(self, number: int) -> str | None:
        uri = self.gltf.buffers[number].uri
        return None if uri is None or uri.startswith("data:") else self.sources.find(self.name, uri)

    def _check_compression(self) -> None:
        required = self.file.data.get("extensionsRequired")
        for extension in _COMPRESSED:
            if isinstance(required, list) and extension in required:
                raise PinxitError(f"{self.name} is compressed by {extension}: export it without compression.")

    def _damaged(self, what: str) -> PinxitError:
        return PinxitError(f"{self.name} is damaged: {what}: export it again.")


def sources_of(path: Path) -> SourceFiles:
    """Return the files of a set of models.

    Args:
        path: a folder with models, or one .gltf or .glb, of which the files that it refers to are taken.

    Raises:
        PinxitError: when there is no model.
    """
    if path.is_dir():
        return files_in(path)
    if not path.exists():
        raise PinxitError(f"there is no file or folder {path}: check the name and the folder.")
    if path.suffix.lower() not in ENDINGS:
        raise PinxitError(f"{path} is not a glTF model: give a .gltf, a .glb or a folder with some.")
    alone = SourceFiles(path.parent, {path.name: path})
    return files_beside(path, read_model(alone, path.name).addresses)


def read_models(sources: SourceFiles) -> list[Model]:
    """Read all models among files.

    Raises:
        PinxitError: when one is damaged, or they have too many triangles together.
    """
    models = [read_model(sources, name) for name in sources.models]
    triangles = sum(model.triangle_count() for model in models)
    if triangles > _MOST_TRIANGLES:
        raise PinxitError(
            f"the models declare {triangles / 1e6:.1f} million triangles, more than {_MOST_TRIANGLES // 10**6} million: "
            "give fewer of them at once."
        )
    return models


def read_model(sources: SourceFiles, name: str) -> Model:
    """Read a model.

    Args:
        sources: the files that it may refer to.
        name: its own name among them.

    Raises:
        PinxitError: when it is damaged.
    """
    file = parse_gltf(sources.read(name), name)
    return Model(name, file, validated_gltf(file.data, name), sources)


def _fractions(numbers: NDArray[Any], accessor: Accessor) -> NDArray[Any]:
    if not accessor.normalized or accessor.componentType == 5126:
        return numbers
    most = np.iinfo(numbers.dtype).max
    return np.maximum(numbers.astype(np.float64) / most, -1)


def _triangles(order: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """Return the corners of all triangles one after another, from a list, a strip or a fan."""
    if mode == 4:
        return order[: len(order) // 3 * 3]
    middle, last = order[1:-1], order[2:]
    first = order[:-2] if mode == 5 else np.broadcast_to(order[:1], last.shape)
    return np.stack([first, middle, last], axis=1).reshape(-1)


def _welded(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a number for each position `(N, 3)`; equal positions have equal numbers."""
    if not len(points):
        return np.zeros(0, np.int64)
    size = float(np.ptp(points, axis=0).max()) or 1.0
    _, numbers = np.unique(np.round(points / (size * _WELD)), axis=0, return_inverse=True)
    return numbers.reshape(-1).astype(np.int64)
