"""Regions of films: masks that follow what they show, each painted in its own style."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pinxit.errors import PinxitError
from pinxit.image.picture import Picture
from pinxit.video.job import VideoJob
from pinxit.video.optical_flow import Bytes, Field
from pinxit.video.plan import Piece
from pinxit.video.prepare import prepare_video, video_from_recipe
from pinxit.video.recipe import VideoRecipe, read_recipe
from pinxit.video.region_tracks import RegionTracks
from tests.video.clips import OTHER, PHOTO
from tests.video.test_keyframes import frames_in, frames_of, planned, written

HEIGHT, WIDTH, SIDE = 96, 128, 40
BACK = np.asarray(cv2.resize(PHOTO, (WIDTH, HEIGHT)), np.uint8)
FRONT = np.asarray(cv2.resize(OTHER, (SIDE, SIDE)), np.uint8)
COUNT = 9
SHORT: dict[str, Any] = {"end": 0.15}  # s: four frames
LAST = 3


def place(number: int) -> tuple[slice, slice]:
    """Return where the square is in a frame: it moves 3 px to the right and 1 px down with each."""
    return slice(20 + number, 20 + number + SIDE), slice(20 + 3 * number, 20 + 3 * number + SIDE)


def mask(number: int) -> Field:
    """Return the square's mask."""
    found = np.zeros((HEIGHT, WIDTH), np.float32)
    found[place(number)] = 1
    return found


def moving() -> list[Bytes]:
    """Return frames of a square that moves in front of a photograph."""
    frames = [BACK.copy() for _ in range(COUNT)]
    for number, frame in enumerate(frames):
        frame[place(number)] = FRONT
    return frames


def drawn(path: Path, number: int) -> Path:
    """Write the mask of a frame as a picture."""
    return written(path, np.repeat((255 * mask(number))[..., None], 3, axis=2).astype(np.uint8))


def overlap(one: Field, other: Field) -> float:
    """Return the intersection of two masks, divided by their union."""
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The moving square."""
    return frames_in(tmp_path_factory.mktemp("regions") / "clip", moving())


def tracks_of(film: VideoJob, target: Path) -> RegionTracks:
    """Return a film's regions, followed."""
    tracks = RegionTracks(film.recipe, film.styles)
    target.mkdir()
    for _ in tracks.follow(planned(film, target), target):
        pass
    return tracks


class TestFollowing:
    @pytest.mark.parametrize("frame", [1, 5, COUNT])
    def test_a_mask_follows_what_it_shows_from_any_frame(self, clip: Path, tmp_path: Path, frame: int) -> None:
        regions = [(drawn(tmp_path / "mask.png", frame - 1), "house:woodcut", frame)]
        film = prepare_video(clip, [("house:impasto", None)], regions=regions)
        tracks = tracks_of(film, tmp_path / "tracks")
        for number, content in enumerate(moving()):
            (found,) = tracks.masks(number, content)
            assert overlap(found, mask(number)) > 0.7

    def test_it_ends_at_a_cut(self, tmp_path: Path) -> None:
        after = [np.ascontiguousarray(255 - frame[::-1]) for frame in moving()]
        clip = frames_in(tmp_path / "clip", [*moving(), *after])
        regions = [(drawn(tmp_path / "mask.png", 0), "house:woodcut", 1)]
        film = prepare_video(clip, [("house:impasto", None)], regions=regions)
        plan = planned(film, tmp_path)
        assert [shot.begin for shot in plan.shots] == [0, COUNT]
        (note,) = (
            one for one in film.notes(plan, tmp_path / "out", film.side_streams(tmp_path / "out")) if "cuts" in one
        )
        assert f"MASK@{COUNT + 1}=STYLE" in note
        tracks = tracks_of(film, tmp_path / "tracks")
        assert not tracks.masks(COUNT, after[0])[0].any()

    def test_a_mask_that_is_drawn_again_takes_over_by_and_by(self, clip: Path, tmp_path: Path) -> None:
        white = written(tmp_path / "white.png", np.full((HEIGHT, WIDTH, 3), 255, np.uint8))
        regions = [(drawn(tmp_path / "mask.png", 0), "house:woodcut", 1), (white, "house:woodcut", COUNT)]
        film = prepare_video(clip, [("house:impasto", None)], regions=regions)
        tracks = tracks_of(film, tmp_path / "tracks")
        for number, content in enumerate(moving()):
            both = np.sum(tracks.masks(number, content), axis=0)
            part = number / (COUNT - 1)
            assert np.abs(both - (mask(number) + part * (1 - mask(number)))).mean() < 0.05

    def test_a_piece_of_a_shot_has_the_masks_of_the_whole(self, clip: Path, tmp_path: Path) -> None:
        regions = [(drawn(tmp_path / "mask.png", 4), "house:woodcut", 5)]
        film = prepare_video(clip, [("house:impasto", None)], regions=regions)
        whole, plan = tracks_of(film, tmp_path / "tracks"), planned(film, tmp_path)
        for piece in (Piece(0, 3, 0), Piece(3, 7, 1), Piece(7, COUNT, 6)):
            tracks, folder = RegionTracks(film.recipe, film.styles), tmp_path / f"piece{piece.begin}"
            folder.mkdir()
            for _ in tracks.follow(replace(plan, pieces=(piece,)), folder):
                pass
            for number, content in list(enumerate(moving()))[piece.run_up_begin : piece.end]:
                assert np.array_equal(tracks.masks(number, content), whole.masks(number, content))


def test_styles_follow_one_another_within_a_region_and_without(clip: Path, tmp_path: Path) -> None:
    here, there = drawn(tmp_path / "here.png", 0), drawn(tmp_path / "there.png", 1)
    film = prepare_video(
        clip,
        [("house:impasto", 0.0), ("house:swirl", 4.0)],
        regions=[(here, "house:woodcut", 1, 1.0), (there, "house:mosaic", 1), (here, "house:ink", 1, 2.0)],
    )
    assert film.recipe.shares(0) == [1, 0, 1, 1, 0]
    assert film.recipe.shares(1.5) == [0.625, 0.375, 0.5, 1, 0.5]
    assert film.recipe.shares(4) == [0, 1, 0, 1, 1]
    assert film.recipe.mixture_times() == [0, 1, 2, 4]
    assert RegionTracks(film.recipe, film.styles).of_style == [None, None, 0, 1, 0]


class TestPainting:
    def test_each_region_has_its_style_and_redo_paints_the_same(self, clip: Path, tmp_path: Path) -> None:
        regions: list[Any] = [(drawn(tmp_path / "mask.png", 0), "house:woodcut", 1)]
        films: dict[str, Any] = {"both": {"regions": regions}, "rest": {}}
        for name, options in films.items():
            for _ in prepare_video(clip, [("house:impasto", None)], **options, **SHORT).paint(tmp_path / name):
                pass
        both, rest = frames_of(tmp_path / "both"), frames_of(tmp_path / "rest")
        core = cv2.erode(mask(LAST), np.ones((13, 13)))
        far = 1 - cv2.dilate(mask(LAST), np.ones((41, 61)))
        apart = np.abs(both[-1].astype(int) - rest[-1]).mean(axis=2)
        assert apart[core > 0].mean() > 5 * apart[far > 0].mean()
        recipe = VideoRecipe.from_json(read_recipe(tmp_path / "both") or "")
        for _ in video_from_recipe(recipe, look_in=[tmp_path]).paint(tmp_path / "again"):
            pass
        assert all(map(np.array_equal, frames_of(tmp_path / "again"), both))

    def test_outside_all_regions_the_clip_stays(self, clip: Path, tmp_path: Path) -> None:
        regions = [(drawn(tmp_path / "mask.png", 0), "house:woodcut", 1)]
        for _ in prepare_video(clip, regions=regions, **SHORT).paint(tmp_path / "out"):
            pass
        far = cv2.dilate(mask(LAST), np.ones((41, 61))) == 0
        assert np.abs(frames_of(tmp_path / "out")[-1].astype(int) - moving()[LAST])[far].mean() < 2

    @pytest.mark.slow(reason="paints two frames by the optimiser")
    def test_the_optimiser_paints_regions(self, clip: Path, tmp_path: Path) -> None:
        few: dict[str, Any] = {
            "engine": "optimizer",
            "coarsest": 64,
            "iterations": "3",
            "size": 64,
            "device": "cpu",
            "end": 0.05,
        }
        painted = []
        for name, style in (("one", "house:woodcut"), ("other", "house:impasto")):
            regions: list[Any] = [(drawn(tmp_path / f"{name}.png", 0), style, 1)]
            film = prepare_video(clip, [("house:impasto", None)], regions=regions, **few)
            for _ in film.paint(tmp_path / name):
                pass
            painted.append(frames_of(tmp_path / name)[0].astype(int))
        inside = cv2.resize(mask(0), (64, 48), interpolation=cv2.INTER_AREA)
        apart = np.abs(painted[0] - painted[1]).mean(axis=2)
        assert apart[inside > 0.9].mean() > 1.5 * apart[inside < 0.1].mean()


class TestMistakes:
    def test_each_has_a_sentence(self, clip: Path, tmp_path: Path) -> None:
        good = drawn(tmp_path / "mask.png", 0)
        black = written(tmp_path / "black.png", np.zeros((HEIGHT, WIDTH, 3), np.uint8))
        tall = written(tmp_path / "tall.png", np.full((WIDTH, HEIGHT, 3), 255, np.uint8))
        for region, problem in (
            ((good, "house:woodcut", 0), "there is no frame 0"),
            ((black, "house:woodcut", 1), "black everywhere"),
            ((tall, "house:woodcut", 1), "a mask must have the shape"),
        ):
            with pytest.raises(PinxitError, match=problem):
                prepare_video(clip, [("house:impasto", None)], regions=[region])
        with pytest.raises(PinxitError, match="some styles have a time and some have none"):
            prepare_video(clip, regions=[(good, "house:woodcut", 1), (good, "house:ink", 1, 0.1)])
        late = prepare_video(clip, [("house:impasto", None)], regions=[(good, "house:woodcut", COUNT + 1)])
        with pytest.raises(PinxitError, match=f"drawn on frame {COUNT + 1}, but the film has {COUNT} frames"):
            for _ in late.paint(tmp_path / "out"):
                pass


def test_the_mask_is_taken_from_a_picture_in_memory(clip: Path) -> None:
    white = Picture(np.ones((3, HEIGHT, WIDTH), np.float32))
    film = prepare_video(clip, [("house:impasto", None)], regions=[(white, "house:woodcut", 1)])
    assert film.styles[1].region is not None
    assert film.styles[1].region.min() == 1
