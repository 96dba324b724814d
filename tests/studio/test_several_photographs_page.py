"""Several photographs on the page Paint: a strip of them, one set of choices, one button that paints all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pinxit import image as pictures
from tests.studio.chromium import REQUIRES_CHROMIUM, visit, wait_until
from tests.studio.paint_page import stored_form

pytestmark = REQUIRES_CHROMIUM


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write three small photographs."""
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / f"{name}.png" for name in ("cat", "coffee", "rocket")]
    for path in paths:
        write_sample(path.stem, path)
    return paths


def write_sample(name: str, path: Path) -> None:
    pictures.write(pictures.fit(pictures.sample(name), 96), path)


def strip(page: Page, name: str) -> str:
    return page.get_by_role("button", name=re.compile(f"^Show {name}")).locator("img").get_attribute("src") or ""


@pytest.mark.slow(reason="paints three pictures, and previews of each")
def test_several_photographs_are_painted_alike(chromium: Browser, address: str, photos: list[Path]) -> None:
    # A job that has just ended has no preview any more, and the page may just be asking for it.
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/paint")
        page.get_by_label("Drop a photograph here").set_input_files(photos)
        for path in photos:
            expect(page.get_by_role("button", name=f"Show {path.stem}")).to_be_visible()
        expect(page.get_by_role("button", name="Show cat")).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="Use Swirl").click()
        for path in photos:
            wait_until(page, lambda path=path: strip(page, path.stem).startswith("blob:"))  # type: ignore[misc]
        # A change of the choices paints all of them again.
        before = {path.stem: strip(page, path.stem) for path in photos}
        page.get_by_role("radio", name="Instant").check(force=True)
        page.get_by_role("slider", name="Strength", exact=True).fill("0.5")
        wait_until(page, lambda: all(strip(page, name) not in ("", url) for name, url in before.items()))

        page.get_by_role("button", name="Show rocket").click()
        expect(page.get_by_role("button", name="Show rocket")).to_have_attribute("aria-current", "true")
        assert stored_form(page)["content"]["name"] == "rocket.png"
        page.get_by_role("button", name="Paint all 3").click()
        expect(page.get_by_text("3 paintings are queued")).to_be_visible()
        for path in photos:
            expect(page.get_by_role("button", name=f"Show {path.stem}, Finished")).to_be_visible()
        orders = [job["order"] for job in page.request.get("/api/v1/jobs").json()]
        assert sorted(order["content"]["name"] for order in orders) == ["cat.png", "coffee.png", "rocket.png"]
        assert {(order["styles"][0]["name"], order["strength"]) for order in orders} == {("house:swirl", 0.5)}

        # Each has its painting, also after a reload.
        page.reload()
        page.get_by_role("button", name=re.compile("^Show coffee")).click()
        expect(page.get_by_alt_text("coffee · Swirl")).to_be_visible()
        page.get_by_role("button", name="Remove the photograph coffee").click()
        expect(page.get_by_role("button", name=re.compile("^Show "))).to_have_count(2)
        expect(page.get_by_role("button", name="Paint all 2")).to_be_visible()


def test_a_folder_and_bad_files_are_dropped(chromium: Browser, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    (folder / "day two").mkdir(parents=True)
    write_sample("camera", folder / "a.png")
    write_sample("astronaut", folder / "day two" / "b.png")
    (folder / "notes.txt").write_text("not a picture")
    broken = folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    with visit(chromium, address, expected="422") as page:
        page.clock.install()
        page.goto("/paint")
        expect(page.get_by_label("Drop a photograph here")).to_be_attached()
        drop_files(page, folder)
        expect(page.get_by_role("button", name="Show b")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Show "))).to_have_count(2)
        message = page.get_by_role("status").filter(has_text="broken.png: ")
        expect(message).to_contain_text("1 of 3 files were refused:")
        # It says what is said nowhere else, so it stays until it is closed; other messages would be gone by then.
        page.clock.fast_forward(60_000)
        expect(message).to_be_visible()
        message.get_by_role("button", name="Close").click()
        expect(message).to_have_count(0)


def test_a_folder_is_chosen_by_a_button(chromium: Browser, address: str, tmp_path: Path) -> None:
    empty, folder = tmp_path / "empty", tmp_path / "trip"
    empty.mkdir()
    (folder / ".thumbnails").mkdir(parents=True)
    for name in ("2.png", "10.png", ".thumbnails/2.png"):
        write_sample("coffee" if name == "10.png" else "camera", folder / name)
    for place in (empty, folder):
        (place / "notes.txt").write_text("not a picture")
    with visit(chromium, address) as page:
        page.goto("/paint")
        page.get_by_label("Choose a folder").set_input_files(empty)
        expect(page.get_by_text("There is no picture in this folder.")).to_be_visible()
        page.get_by_label("Choose a folder").set_input_files(folder)
        shown = page.get_by_role("button", name=re.compile("^Show "))
        expect(shown).to_have_count(2)
        expect(shown.first).to_have_accessible_name("Show 2")


def drop_files(page: Page, *paths: Path) -> None:
    """Drop files or folders on the middle of the page as a person does, by Chromium's own input events."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 300, "data": data})


def test_where_one_file_fits_the_others_are_named(chromium: Browser, address: str, photos: list[Path]) -> None:
    # The page draws by WebGL, and Chromium without a graphics card warns about it.
    with visit(chromium, address, expected="GPU stall") as page:
        page.goto("/panoramas")
        expect(page.get_by_label(re.compile("Drop|panorama")).first).to_be_attached()
        drop_files(page, *photos)
        expect(page.get_by_text("Only cat.png was taken, not all 3 files")).to_be_visible()


def test_a_result_is_dragged_onto_the_styles(chromium: Browser, address: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    write_sample("coins", mine)
    with visit(chromium, address) as page:
        page.goto("/paint")
        file = page.request.post("/api/v1/files?name=mine.png", data=mine.read_bytes()).json()
        expect(page.get_by_role("button", name="Use Swirl")).to_be_visible()
        box = page.get_by_text("Add a picture, or a network").bounding_box()
        assert box is not None
        session = page.context.new_cdp_session(page)
        item = {"mimeType": "text/uri-list", "data": f"{address}/api/v1/files/{file['id']}"}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": box["x"] + 9,
                    "y": box["y"] + 9,
                    "data": {"items": [item], "dragOperationsMask": 1},
                },
            )
        expect(page.get_by_role("button", name="Use mine")).to_have_attribute("aria-pressed", "true")
        assert [style["sha256"] for style in stored_form(page)["styles"]] == [file["id"]], json.dumps(file)
