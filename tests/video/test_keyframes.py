"""Keyframes: followed both ways and sharply, chosen and not averaged where two differ, completed where they show nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.metrics.steadiness import sharpness
from pinxit.video.auto_keys import KeyChooser
from pinxit.video.clip import open_source
from pinxit.video.job import VideoJob
from pinxit.video.key_blend import KeyBlender, blend_bands
from pinxit.video.key_tracks import TrackedFrame, tracked_frames
from pinxit.video.optical_flow import Bytes, pixel_grid, pixels_of, remap
from pinxit.video.plan import KeyPainting, VideoPlan
from pinxit.video.prepare import prepare_video, video_from_recipe
from pinxit.video.recipe import VideoRecipe, read_recipe
from pinxit.video.resume import VideoStore
from pinxit.video.shot_detection import detect_shots
from pinxit.video.tracks import Track
from tests.video.clips import PHOTO, pan

STYLE: list[tuple[str, float | None]] = [("house:impasto", None)]
LARGE = np.asarray(cv2.resize(PHOTO, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), np.uint8)
PLAIN = KeyPainting(np.full((96, 128, 3), 128, np.uint8))
INNER = (slice(8, -8), slice(8, -8))


def frames_in(path: Path, frames: list[Bytes]) -> Path:
    path.mkdir()
    for number, frame in enumerate(frames, start=1):
        pictures.write(Picture(pixels_of(frame)), path / f"frame_{number}.png")
    return path


def written(path: Path, frame: Bytes, mask: Bytes | None = None) -> Path:
    alpha = None if mask is None else np.asarray(mask, np.float32) / np.float32(255)
    pictures.write(replace(Picture(pixels_of(frame)), alpha=alpha), path)
    return path


def frames_of(path: Path) -> list[Bytes]:
    source = open_source(path)
    return [frame.picture(source.height, source.width) for frame in source.frames()]


def painted(clip: Path, target: Path, **options: Any) -> list[Bytes]:
    *_, _ = prepare_video(clip, STYLE, **options).paint(target)
    return frames_of(target)


def apart(first: Bytes, second: Bytes) -> float:
    return float(np.abs(first[INNER].astype(int) - second[INNER]).mean())


def panned(frame: Bytes, frames: int) -> Bytes:
    """Return a frame of `pan` as it is so many frames later."""
    places = pixel_grid(*frame.shape[:2]) + np.asarray((1.5, 0.5), np.float32) * np.float32(frames)
    return np.asarray(remap(frame, places, cv2.INTER_CUBIC), np.uint8)


def stretched(zoom: float, shear: float) -> Track:
    """Return the track of a frame in a key that was 1/zoom times as large, and sheared."""
    middle = pixel_grid(96, 128) - np.asarray((64, 48), np.float32)
    shift = middle * np.float32(1 / zoom - 1) + middle[..., ::-1] * np.asarray((shear, 0), np.float32)
    return Track(np.asarray(shift, np.float32), np.ones((96, 128), np.float32))


def planned(film: VideoJob, target: Path) -> VideoPlan:
    plan = film.plan(target)
    shots = tuple(detect_shots((frame for _, frame in plan.frames()), plan.height, plan.width, plan.chooser))
    return plan.with_shots(shots)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera's pan of nine frames."""
    return frames_in(tmp_path_factory.mktemp("clip") / "clip", pan(9, 96, 128, LARGE))


@pytest.fixture(scope="module")
def negative() -> list[Bytes]:
    """What a keyframe painted as a negative asks of each frame."""
    return [255 - frame for frame in pan(9, 96, 128, LARGE)]


@pytest.fixture(scope="module")
def plain(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Bytes]:
    """The film without keyframes."""
    return painted(clip, tmp_path_factory.mktemp("plain") / "out")


@pytest.fixture(scope="module")
def last(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Bytes]:
    """The film with its last frame as the only key."""
    return painted(clip, tmp_path_factory.mktemp("last") / "out", keys=[9])


class TestBothWays:
    def test_frames_before_and_after_a_key_follow_it(self, clip: Path, negative: list[Bytes], tmp_path: Path) -> None:
        key = written(tmp_path / "key.png", negative[4])
        film = painted(clip, tmp_path / "out", key={5: key})
        assert np.array_equal(film[4], negative[4])
        contents = pan(9, 96, 128, LARGE)
        for number in (0, 2, 6, 8):
            assert apart(film[number], negative[number]) < apart(film[number], contents[number]) / 8

    def test_strokes_stay_as_sharp_as_they_were_painted(
        self, clip: Path, negative: list[Bytes], tmp_path: Path
    ) -> None:
        film = painted(clip, tmp_path / "out", key={1: written(tmp_path / "key.png", negative[0])})
        assert sharpness(film[8][INNER]) > 0.93 * sharpness(negative[8][INNER])

    def test_a_place_that_no_key_shows_is_painted(self, tmp_path: Path) -> None:
        """Half of the last frame has come into view since the only key, which is black."""
        frames = pan(9, 96, 128, LARGE)
        moved = [LARGE[40:136, 6 * number : 6 * number + 128] for number in range(9)]
        clip = frames_in(tmp_path / "clip", moved)
        film = painted(clip, tmp_path / "out", key={1: written(tmp_path / "key.png", np.zeros_like(frames[0]))})
        assert film[8][:, :70].mean() < 20
        assert film[8][:, -20:].mean() > 50

    def test_only_the_keys_shot_follows(self, tmp_path: Path) -> None:
        other = [np.ascontiguousarray(255 - frame[::-1]) for frame in pan(6, 96, 128, LARGE)]
        clip = frames_in(tmp_path / "clip", [*pan(6, 96, 128, LARGE), *other])
        black = written(tmp_path / "key.png", np.zeros((96, 128, 3), np.uint8))
        film = painted(clip, tmp_path / "out", key={3: black})
        plain = painted(clip, tmp_path / "plain")
        assert max(frame.mean() for frame in film[:6]) < 30
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(film[6:], plain[6:], strict=True))


class TestTwoKeys:
    def test_they_are_chosen_from_and_not_averaged(self) -> None:
        """Stripes that lie in each other's gaps would average to an even grey."""
        stripes = np.zeros((96, 128, 3), np.uint8)
        stripes[:, (np.arange(128) // 4) % 2 == 0] = 255
        preference = np.tile(np.linspace(-0.5, 0.5, 128, dtype=np.float32), (96, 1))
        chosen = blend_bands(stripes, 255 - stripes, preference, 0.02)
        average = np.asarray((stripes.astype(int) + 255 - stripes) // 2, np.uint8)
        assert average.std() < 1
        columns = chosen[48, :, 0].astype(int)
        assert (np.abs(columns - 127) < 60).mean() < 0.12
        assert np.abs(columns[:40] - stripes[48, :40, 0]).max() < 40
        assert np.abs(columns[-40:] - (255 - stripes)[48, -40:, 0]).max() < 40

    def test_the_film_goes_from_one_to_the_other(self, clip: Path, negative: list[Bytes], tmp_path: Path) -> None:
        contents = pan(9, 96, 128, LARGE)
        keys = {1: written(tmp_path / "a.png", negative[0]), 9: written(tmp_path / "b.png", contents[8])}
        film = painted(clip, tmp_path / "out", key=keys)
        assert np.array_equal(film[0], negative[0])
        assert np.array_equal(film[8], contents[8])
        nearness = [apart(frame, content) for frame, content in zip(film, contents, strict=True)]
        assert all(later < earlier + 2 for earlier, later in itertools.pairwise(nearness))
        assert apart(film[1], negative[1]) < 12
        assert nearness[7] < 12

    def test_tracks_lead_to_the_key_within_half_a_pixel(self, clip: Path, tmp_path: Path) -> None:
        film = prepare_video(clip, STYLE, keys=[1, 9])
        plan = planned(film, tmp_path / "out")
        found = {frame.number: frame for frame in tracked_frames(plan, 0, 9, tmp_path)}
        for number, (key, forward) in itertools.product((3, 6), ((0, True), (8, False))):
            tracks = found[number].tracks
            assert tracks is not None
            track = tracks.track_before if forward else tracks.track_after
            assert track is not None
            expected = np.array([1.5, 0.5], np.float32) * (number - key)
            trusted = track.trust > 0.5
            assert trusted.mean() > 0.7
            assert np.median(np.abs(track.shift[trusted] - expected), axis=0).max() < 0.5
            assert np.isfinite(pixel_grid(*track.trust.shape) + track.shift).all()

    def test_large_frames_are_tracked_too(self, tmp_path: Path) -> None:
        """Their flow has a lower resolution twice over: once for the frames, and once for the frames at the flow's size."""
        wide = np.asarray(cv2.resize(LARGE, (1100, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
        clip = frames_in(tmp_path / "clip", [np.ascontiguousarray(wide[:96, 4 * n : 4 * n + 1024]) for n in range(3)])
        plan = planned(prepare_video(clip, STYLE, keys=[1]), tmp_path / "out")
        *_, last = tracked_frames(plan, 0, 3, tmp_path)
        assert last.tracks is not None
        assert last.tracks.track_before is not None
        track = last.tracks.track_before
        scale = 1024 / track.shift.shape[1]
        assert scale > 1
        assert np.median(track.shift[..., 0]) * scale == pytest.approx(8, abs=0.5)

    def test_a_track_begins_at_the_key_before_the_frame_that_is_asked_for(self, clip: Path, tmp_path: Path) -> None:
        plan = planned(prepare_video(clip, STYLE, keys=[2, 9]), tmp_path / "out")
        whole: dict[int, TrackedFrame] = {frame.number: frame for frame in tracked_frames(plan, 0, 9, tmp_path)}
        rest = list(tracked_frames(plan, 5, 9, tmp_path))
        assert [frame.number for frame in rest] == list(range(1, 9))
        ours, theirs = rest[-2].tracks, whole[7].tracks
        assert ours is not None
        assert theirs is not None
        for first, second in ((ours.track_before, theirs.track_before), (ours.track_after, theirs.track_after)):
            assert first is not None
            assert second is not None
            assert np.array_equal(first.shift, second.shift)
            assert np.array_equal(first.trust, second.trust)
        assert not list(tmp_path.iterdir())


class TestPaintedByPinxit:
    def test_keys_are_followed(self, clip: Path, plain: list[Bytes], tmp_path: Path) -> None:
        """The film is steadier, although strokes that flicker would count for more than plain colour."""
        film = painted(clip, tmp_path / "out", keys=[5])
        errors = [
            np.mean([apart(panned(before, 1), after) for before, after in itertools.pairwise(frames)])
            for frames in (film, plain)
        ]
        sharp = [np.mean([sharpness(frame) for frame in frames]) for frames in (film, plain)]
        assert errors[0] < 0.8 * errors[1]
        assert sharp[0] > 1.05 * sharp[1]

    def test_each_key_takes_over_what_it_shows_of_the_one_before(
        self, clip: Path, last: list[Bytes], tmp_path: Path
    ) -> None:
        film = painted(clip, tmp_path / "out", keys=[1, 9])
        seen = (slice(8, 80), slice(8, 100))
        taken, fresh = (
            float(np.abs(panned(film[0], 8)[seen].astype(int) - found[8][seen]).mean()) for found in (film, last)
        )
        assert taken < 0.4 * fresh

    def test_a_persons_key_is_not_taken_over(
        self, clip: Path, negative: list[Bytes], last: list[Bytes], tmp_path: Path
    ) -> None:
        film = painted(clip, tmp_path / "out", key={1: written(tmp_path / "k.png", negative[0])}, keys=[9])
        assert np.array_equal(film[8], last[8])

    def test_a_key_of_another_style_is_not_taken_over(self, clip: Path, tmp_path: Path) -> None:
        styles = [("house:impasto", 0.0), ("house:ink", 0.2)]
        *_, _ = prepare_video(clip, styles, keys=[1, 9]).paint(tmp_path / "out")
        *_, _ = prepare_video(clip, styles, keys=[9]).paint(tmp_path / "alone")
        assert np.array_equal(frames_of(tmp_path / "out")[8], frames_of(tmp_path / "alone")[8])

    def test_redo_paints_the_same_film(self, clip: Path, negative: list[Bytes], tmp_path: Path) -> None:
        mask = written(tmp_path / "mask.png", np.full((96, 128, 3), 255, np.uint8))
        key = written(tmp_path / "key.png", negative[8])
        film = painted(clip, tmp_path / "out", key={9: key}, keys=[1], key_masks={9: mask})
        recipe = VideoRecipe.from_json(read_recipe(tmp_path / "out") or "")
        assert (recipe.keys, recipe.keyframes[0].number, recipe.key_masks[0].number) == ((1,), 9, 9)
        *_, _ = video_from_recipe(recipe, look_in=[tmp_path]).paint(tmp_path / "again")
        again = frames_of(tmp_path / "again")
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(film, again, strict=True))

    def test_an_interrupted_film_continues_to_the_same_frames(self, clip: Path, tmp_path: Path) -> None:
        whole = painted(clip, tmp_path / "whole", keys=[2, 9])
        film = prepare_video(clip, STYLE, keys=[2, 9])
        for progress in film.paint(tmp_path / "out"):
            if progress.frame == 6:
                break
        assert VideoStore(tmp_path / "out", film.recipe.to_json()).folder.is_dir()
        assert all(map(np.array_equal, painted(clip, tmp_path / "out", keys=[2, 9]), whole))

    @pytest.mark.slow(reason="paints three frames by the optimiser")
    def test_the_optimiser_paints_keys_and_what_they_do_not_show(self, clip: Path, tmp_path: Path) -> None:
        few = {"engine": "optimizer", "coarsest": 64, "iterations": "4", "size": 64, "device": "cpu"}
        film = painted(clip, tmp_path / "out", keys=[1, 9], **few)
        again = painted(clip, tmp_path / "again", keys=[1, 9], **few)
        assert len(film) == 9
        assert all(map(np.array_equal, film, again))


class TestWear:
    """Strokes that were stretched or squeezed too far, at once or little by little, are not taken over."""

    @pytest.mark.parametrize(
        ("zoom", "shear", "kept"), [(1.0, 0.0, 1), (1.2, 0.0, 1), (1.6, 0.0, 0), (0.6, 0.0, 0), (1.0, 0.9, 0)]
    )
    def test_at_once(self, zoom: float, shear: float, kept: float) -> None:
        _, usable = KeyBlender(96, 128).carry(PLAIN, stretched(zoom, shear))
        assert usable[24:72, 32:96].mean() == pytest.approx(kept, abs=0.02)

    def test_little_by_little(self) -> None:
        blender, key, kept = KeyBlender(96, 128), PLAIN, list[float]()
        for _ in range(4):
            key, usable = blender.carry(key, stretched(1.15, 0.0))
            kept.append(float(usable[40:56, 56:72].mean()))
        assert kept[:2] == pytest.approx([1, 1])
        assert kept[-1] == pytest.approx(0)


class TestChosenKeys:
    def test_a_key_follows_where_a_sixth_of_the_frame_is_new(self) -> None:
        chooser = KeyChooser(96, 128)
        for number in range(9):
            chooser.add(np.ascontiguousarray(LARGE[40:136, 6 * number : 6 * number + 128]))
        assert chooser.chosen() in ((0, 3, 6, 8), (0, 4, 8))

    def test_a_still_camera_needs_the_first_frame_and_the_last(self) -> None:
        chooser = KeyChooser(96, 128)
        for _ in range(5):
            chooser.add(np.ascontiguousarray(LARGE[:96, :128]))
        assert chooser.chosen() == (0, 4)

    def test_each_shot_has_its_own_and_a_recipe_keeps_that(self, tmp_path: Path) -> None:
        other = [np.ascontiguousarray(255 - frame[::-1]) for frame in pan(5, 96, 128, LARGE)]
        clip = frames_in(tmp_path / "clip", [*pan(5, 96, 128, LARGE), *other])
        film = prepare_video(clip, STYLE, keys="auto")
        assert planned(film, tmp_path / "out").keys == {0, 4, 5, 9}
        again = video_from_recipe(VideoRecipe.from_json(film.recipe.to_json()), look_in=[tmp_path])
        assert again.recipe.keys == "auto"
        assert planned(again, tmp_path / "out").keys == {0, 4, 5, 9}


class TestMasks:
    def test_outside_its_mask_a_key_is_not_followed(self, clip: Path, plain: list[Bytes], tmp_path: Path) -> None:
        left = np.zeros((96, 128), np.uint8)
        left[:, :56] = 255
        black = np.zeros((96, 128, 3), np.uint8)
        mask = written(tmp_path / "mask.png", np.repeat(left[..., None], 3, axis=2))
        films = {
            "mask": painted(clip, tmp_path / "a", key={1: written(tmp_path / "k.png", black)}, key_masks={1: mask}),
            "transparent": painted(clip, tmp_path / "b", key={1: written(tmp_path / "t.png", black, left)}),
        }
        for film in films.values():
            for number in (0, 4):
                # The picture moves to the left by 1.5 px with each frame, and the mask with it.
                edge = 56 - round(1.5 * number)
                assert film[number][:, : edge - 14].mean() < 15
                assert np.abs(film[number][:, edge + 40 :].astype(int) - plain[number][:, edge + 40 :]).mean() < 8


class TestMistakes:
    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"keys": [0]}, "there is no frame 0: frames are counted from 1"),
            ({"keys": [2, 2]}, "key 2 is named twice: name it once"),
            ({"keys": [12]}, "there is a key 12, but the film has 9 frames: give another number"),
            ({"keys": [1], "key": {1: "sample:cat"}}, "key 1 is to be painted, and is given as a picture too"),
            ({"key_masks": {3: "sample:cat"}}, "there is a mask for key 3, but no such key: give it by --key or --keys"),
            ({"keys": [1], "consistency": "off"}, "with consistency off, no frame follows keys: leave one of them out"),
            ({"key": {1: "sample:cat"}}, r"keyframe 1 has \d+×\d+ px, another shape than the film's 128×96"),
            ({"keys": [1], "key_masks": {1: "sample:cat"}}, r"the mask of key 1 has \d+×\d+ px and the film 128×96"),
        ],
    )  # fmt: skip
    def test_each_has_a_sentence(self, clip: Path, tmp_path: Path, options: dict[str, Any], problem: str) -> None:
        with pytest.raises(PinxitError, match=problem):
            painted(clip, tmp_path / "out", **options)
        assert not list(tmp_path.iterdir())

    def test_a_key_in_the_folder_and_by_name(self, clip: Path, negative: list[Bytes], tmp_path: Path) -> None:
        keys = frames_in(tmp_path / "keys", [negative[0]])
        with pytest.raises(PinxitError, match="key 1 is in the folder of keyframes already: leave one of them out"):
            painted(clip, tmp_path / "out", keyframes=keys, key={1: keys / "frame_1.png"})


class TestRanges:
    def test_a_style_lasts_until_the_next_begins(self, clip: Path) -> None:
        recipe = recipe_with(clip, (0, 2), (2, 4))
        assert [recipe.shares(time) for time in (0, 1, 1.99, 2, 3)] == [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]

    def test_between_two_ranges_one_becomes_the_other(self, clip: Path) -> None:
        recipe = recipe_with(clip, (0, 1), (3, 4))
        assert [recipe.shares(time) for time in (0.5, 2, 3.5, 9)] == [[1, 0], [0.5, 0.5], [0, 1], [0, 1]]
        assert recipe.mixture_times() == [0, 1, 3, 4]

    def test_ranges_that_overlap_or_end_early_are_refused(self, clip: Path) -> None:
        with pytest.raises(PinxitError, match="lasts until 3 s, but the next style begins at 2 s: end it there"):
            recipe_with(clip, (0, 3), (2, 4))
        with pytest.raises(PinxitError, match="ends before it begins"):
            recipe_with(clip, (3, 1), (4, 5))


def recipe_with(clip: Path, *times: tuple[float, float]) -> VideoRecipe:
    names = ("house:impasto", "house:ink")
    return prepare_video(clip, list(zip(names, times, strict=True))).recipe
