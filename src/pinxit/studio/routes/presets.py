"""Presets that people saved: settings under a name, with a thumbnail, as files that can be exchanged."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from pinxit.recipe.preset_file import PresetFile
from pinxit.studio.config import API
from pinxit.studio.routes.files import as_download, binary_response
from pinxit.studio.state import AppStateDep

routes = APIRouter(prefix=f"{API}/presets", tags=["presets"])

PresetId = Annotated[str, Path(description="Of the preset, as the list gives it.", pattern=r"^[0-9a-f]{16}$")]


class SavedPreset(PresetFile):
    """A saved preset and its id."""

    id: str


@routes.get("")
def presets(studio: AppStateDep) -> list[SavedPreset]:
    """List the saved presets by name."""
    return [SavedPreset(id=id, **preset.model_dump()) for id, preset in studio.presets.all().items()]


@routes.post("", status_code=201)
def save(preset: PresetFile, studio: AppStateDep) -> SavedPreset:
    """Save a preset, for example from a file, in place of one of the same name."""
    return SavedPreset(id=studio.presets.save(preset), **preset.model_dump())


@routes.delete("/{id}", status_code=204)
def delete(id: PresetId, studio: AppStateDep) -> None:
    """Delete a preset."""
    studio.presets.delete(id)


@routes.get("/{id}/file", response_class=Response, responses={**binary_response("application/json")})
def download(id: PresetId, studio: AppStateDep) -> Response:
    """Return a preset as a file, which a studio imports and `pinxit … --preset FILE.json` reads."""
    preset = studio.presets.get(id)
    text = json.dumps(preset.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=2)
    return Response(text, media_type="application/json", headers=as_download(f"{preset.name}.json"))
