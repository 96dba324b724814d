"""The part of glTF 2.0 that decides where a texture is seen, validated from files of any origin."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinxit.errors import PinxitError

Index = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
_Length = Annotated[int, Field(ge=0, lt=2**40, strict=True)]
_Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
_T = TypeVar("_T")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Buffer(_Part):
    """Bytes of a file, of the container or of a data URI."""

    uri: str | None = None
    byteLength: _Length  # noqa: N815 - names of the standard, here and below


class BufferView(_Part):
    """A stretch of a buffer."""

    buffer: Index
    byteOffset: _Length = 0  # noqa: N815
    byteLength: _Length  # noqa: N815
    byteStride: Annotated[int, Field(ge=4, le=252, strict=True)] | None = None  # noqa: N815


class Accessor(_Part):
    """An array in a view of a buffer."""

    bufferView: Index | None = None  # noqa: N815
    byteOffset: _Length = 0  # noqa: N815
    componentType: Literal[5120, 5121, 5122, 5123, 5125, 5126]  # noqa: N815
    count: Annotated[int, Field(ge=1, lt=2**31, strict=True)]
    type: str
    normalized: bool = False
    sparse: Any = None


class Image(_Part):
    """A picture, in a file or in a view of a buffer."""

    uri: str | None = None
    bufferView: Index | None = None  # noqa: N815


class Sampler(_Part):
    """How a texture is continued beyond its borders: 10497 repeats it, 33071 clamps it, 33648 mirrors it."""

    wrapS: int = 10497  # noqa: N815
    wrapT: int = 10497  # noqa: N815


class Texture(_Part):
    """A picture with a sampler; extensions may name another picture."""

    source: Index | None = None
    sampler: Index | None = None
    extensions: dict[str, Any] = {}


class TextureTransform(_Part):
    """The extension KHR_texture_transform."""

    offset: tuple[_Finite, _Finite] = (0.0, 0.0)
    rotation: _Finite = 0.0
    scale: tuple[_Finite, _Finite] = (1.0, 1.0)
    texCoord: Annotated[int, Field(ge=0, le=31)] | None = None  # noqa: N815


class TextureExtensions(_Part):
    """Extensions of a use of a texture."""

    KHR_texture_transform: TextureTransform | None = None


class TextureInfo(_Part):
    """A use of a texture."""

    index: Index
    texCoord: Annotated[int, Field(ge=0, le=31)] = 0  # noqa: N815
    extensions: TextureExtensions = TextureExtensions()


class PbrMetallicRoughness(_Part):
    """The base colour of a material, and its metal and roughness."""

    baseColorTexture: TextureInfo | None = None  # noqa: N815
    metallicRoughnessTexture: TextureInfo | None = None  # noqa: N815


class SpecularGlossiness(_Part):
    """The extension KHR_materials_pbrSpecularGlossiness, in older models."""

    diffuseTexture: TextureInfo | None = None  # noqa: N815


class MaterialExtensions(_Part):
    """Extensions of a material."""

    KHR_materials_pbrSpecularGlossiness: SpecularGlossiness | None = None


class Material(_Part):
    """A material."""

    name: str = ""
    pbrMetallicRoughness: PbrMetallicRoughness = PbrMetallicRoughness()  # noqa: N815
    normalTexture: TextureInfo | None = None  # noqa: N815
    occlusionTexture: TextureInfo | None = None  # noqa: N815
    alphaMode: Literal["OPAQUE", "MASK", "BLEND"] = "OPAQUE"  # noqa: N815
    extensions: MaterialExtensions = MaterialExtensions()

    @property
    def base_color(self) -> TextureInfo | None:
        """The texture of its base colour."""
        older = self.extensions.KHR_materials_pbrSpecularGlossiness
        return self.pbrMetallicRoughness.baseColorTexture or (None if older is None else older.diffuseTexture)

    @property
    def data_textures(self) -> list[TextureInfo]:
        """The textures that hold other numbers than colours."""
        found = [self.pbrMetallicRoughness.metallicRoughnessTexture, self.normalTexture, self.occlusionTexture]
        return [info for info in found if info is not None]


class Primitive(_Part):
    """A part of a mesh with one material. Modes 4 to 6 are triangles: single, in a strip, in a fan."""

    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: Annotated[int, Field(ge=0, le=6)] = 4
    extensions: dict[str, Any] = {}


class Mesh(_Part):
    """A mesh."""

    primitives: list[Primitive]


class Gltf(_Part):
    """A scene."""

    buffers: list[Buffer] = []
    bufferViews: list[BufferView] = []  # noqa: N815
    accessors: list[Accessor] = []
    images: list[Image] = []
    samplers: list[Sampler] = []
    textures: list[Texture] = []
    materials: list[Material] = []
    meshes: list[Mesh] = []


def validated_gltf(data: dict[str, Any], name: str) -> Gltf:
    """Validate a scene's JSON.

    Args:
        data: the JSON.
        name: the file's name.

    Raises:
        PinxitError: one sentence for the first error.
    """
    try:
        return Gltf.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PinxitError(f"{name} is damaged: its {where[:100]} is wrong: export it again.") from error


def entry(entries: list[_T], index: int, what: str, name: str) -> _T:
    """Return an entry of a list.

    Args:
        entries: the list.
        index: the index.
        what: what the list holds.
        name: the file's name.

    Raises:
        PinxitError: when there is no such entry.
    """
    if index >= len(entries):
        raise PinxitError(f"{name} is damaged: it names {what} {index} of {len(entries)}: export it again.")
    return entries[index]
