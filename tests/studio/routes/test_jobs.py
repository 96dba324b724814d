"""Orders become jobs and jobs become results, over HTTP, with a real queue and real painting."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import PIL.Image
import pytest

from pinxit.jobs.results import Result
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from pinxit.preparation import prepare
from pinxit.recipe.recipe import Recipe
from tests.clock import PATIENCE
from tests.studio.api_client import (
    error_message,
    noise_png,
    put_job,
    slow_order,
    small_order,
    wait_for_progress,
    wait_for_state,
)
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, run_studio


def test_from_upload_to_gallery(client: httpx2.Client, tmp_path: Path) -> None:
    content = noise_png(96, 72)
    file = client.post("/api/v1/files", params={"name": "garden.png"}, content=content).json()
    wanted = small_order(content={"name": "garden.png", "sha256": file["id"], "bytes": file["bytes"]})
    preview = client.post("/api/v1/preview", json=wanted)
    assert preview.status_code == 200, preview.text
    assert float(preview.headers["x-seconds"]) < 60
    assert max(PIL.Image.open(io.BytesIO(preview.content)).size) <= 768
    job = put_job(client, wanted, title="A garden")
    job = wait_for_state(client, job["id"], "succeeded", "failed")
    assert job["state"] == "succeeded", job
    result = client.get(f"/api/v1/results/{job['result']}").json()
    assert (result["work"], result["title"], result["draft"], result["kept"]) == ("stylize", "A garden", False, False)
    (picture,) = [part for part in result["files"] if part["role"] == "picture"]
    painted = client.get(f"/api/v1/files/{picture['id']}")
    assert PIL.Image.open(io.BytesIO(painted.content)).size == (96, 72)
    found = client.get("/api/v1/results", params={"q": "GARDEN waves"}).json()["results"]
    assert [one["id"] for one in found] == [result["id"]]
    assert not client.get("/api/v1/results", params={"q": "garden swirl"}).json()["results"]

    # The library and the command line make the same recipe.
    (tmp_path / "garden.png").write_bytes(content)
    settings = {name: wanted[name] for name in ("engine", "network", "size")}
    same = prepare(tmp_path / "garden.png", "house:waves", **settings).recipe
    recipe_of_job = Recipe.model_validate({name: value for name, value in result["recipe"].items() if name != "work"})
    assert recipe_of_job.model_copy(update={"memory": None, "done": None}) == same

    # A recipe can be put as an order.
    recipe = client.get(f"/api/v1/results/{result['id']}/recipe")
    assert recipe.headers["content-disposition"].startswith("attachment")
    again = put_job(client, recipe.json())
    again = wait_for_state(client, again["id"], "succeeded", "failed")
    assert again["state"] == "succeeded", again
    other = client.get(f"/api/v1/results/{again['result']}").json()
    (same,) = [part for part in other["files"] if part["role"] == "picture"]
    pixels = [
        PIL.Image.open(io.BytesIO(client.get(f"/api/v1/files/{one['id']}").content)).tobytes()
        for one in (picture, same)
    ]
    assert pixels[0] == pixels[1]

    # The picture holds the recipe.
    returned = client.post("/api/v1/files", content=painted.content).json()
    assert returned["id"] == picture["id"]
    assert returned["recipe"]["content"]["sha256"] == file["id"]
    assert returned["recipe"]["styles"][0]["name"] == "house:waves"

    changed = client.patch(f"/api/v1/results/{result['id']}", json={"kept": True, "title": "<b>Ours</b>"})
    assert (changed.json()["kept"], changed.json()["title"]) == (True, "<b>Ours</b>")
    assert client.get("/api/v1/results", params={"kept": True}).json()["results"][0]["id"] == result["id"]
    shared = client.get(f"/api/v1/results/{result['id']}/share")
    assert shared.status_code == 200, shared.text
    assert "&lt;b&gt;Ours&lt;/b&gt;" in shared.text
    assert "<b>Ours" not in shared.text
    assert "http://" not in shared.text
    assert shared.text.count("data:image/") >= 2

    assert client.delete(f"/api/v1/results/{result['id']}").status_code == 204
    assert client.get(f"/api/v1/results/{result['id']}").status_code == 404
    assert client.delete(f"/api/v1/results/{result['id']}").status_code == 404
    assert client.delete(f"/api/v1/jobs/{job['id']}").status_code == 204


def test_pages_of_the_gallery_hold_everything_once(client: httpx2.Client) -> None:
    for number in range(5):
        answer = client.post(
            "/api/v1/snapshots",
            params={"title": f"page {number}", "style": ["house:ink"]},
            content=noise_png(seed=100 + number),
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["work"] == "live"
    titles: list[str] = []
    before = ""
    while True:
        page = client.get("/api/v1/results", params={"work": "live", "limit": 2, "before": before}).json()
        titles += [one["title"] for one in page["results"]]
        if page["next"] is None:
            break
        before = page["next"]
    assert [title for title in titles if title.startswith("page")] == [f"page {number}" for number in (4, 3, 2, 1, 0)]
    assert error_message(client.post("/api/v1/snapshots", content=b"no picture"))


def test_put_twice_is_one_job(client: httpx2.Client) -> None:
    id, body = str(uuid.uuid4()), {"order": small_order(), "title": "twice"}
    answers = [client.put(f"/api/v1/jobs/{id}", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.json()["id"] for answer in answers} == {id}
    other = client.put(f"/api/v1/jobs/{id}", json={"order": small_order(size=112), "title": "twice"})
    assert other.status_code == 409
    error_message(other)
    job = wait_for_state(client, id, "succeeded")
    assert client.put(f"/api/v1/jobs/{id}", json=body).json()["result"] == job["result"]
    assert len([one for one in client.get("/api/v1/jobs").json() if one["title"] == "twice"]) == 1


def test_a_painting_job_is_watched_and_stopped(client: httpx2.Client) -> None:
    job = put_job(client, slow_order())
    waiting = put_job(client, small_order(), priority=-5)
    assert wait_for_state(client, job["id"], "running")["attempts"] == 1
    assert client.get(f"/api/v1/jobs/{waiting['id']}").json()["position"] == 0
    progress = wait_for_progress(client, job["id"])
    assert progress["losses"]["total"] > 0
    picture = client.get(f"/api/v1/jobs/{job['id']}/preview", params={"n": progress["preview"]})
    assert PIL.Image.open(io.BytesIO(picture.content)).format == "JPEG"
    assert client.get("/healthz").json()["status"] == "busy"
    assert client.delete(f"/api/v1/jobs/{job['id']}").status_code == 409
    assert client.post(f"/api/v1/jobs/{job['id']}/stop").status_code == 200
    stopped = wait_for_state(client, job["id"], "succeeded", "failed", "cancelled")
    assert stopped["state"] == "succeeded"
    assert client.get(f"/api/v1/results/{stopped['result']}").json()["draft"]
    for verb in ("cancel", "stop", "pause", "resume", "retry"):
        assert client.post(f"/api/v1/jobs/{job['id']}/{verb}").status_code == 409, verb
    wait_for_state(client, waiting["id"], "succeeded")


def test_what_waits_is_cancelled_paused_and_resumed(client: httpx2.Client) -> None:
    first = put_job(client, slow_order())
    second = put_job(client, small_order(seed=5))
    assert client.post(f"/api/v1/jobs/{second['id']}/pause").json()["state"] == "paused"
    assert client.post(f"/api/v1/jobs/{second['id']}/resume").json()["state"] == "queued"
    assert client.post(f"/api/v1/jobs/{second['id']}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{second['id']}/retry").json()["state"] == "queued"
    client.post(f"/api/v1/jobs/{first['id']}/cancel")
    wait_for_state(client, first["id"], "cancelled")
    wait_for_state(client, second["id"], "succeeded")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 0}, "size"),
        ({"size": -1}, "size"),
        ({"size": 10**6}, "size"),
        ({"size": "large"}, "size"),
        ({"style_weight": -1}, "style_weight"),
        ({"style_weight": 1e308}, "style_weight"),
        ({"content_weight": None, "style_weight": "x"}, "style_weight"),
        ({"iterations": [0]}, "iterations"),
        ({"iterations": [10**9]}, "iterations"),
        ({"iterations": []}, "iterations"),
        ({"strength": 2}, "strength"),
        ({"unknown": 1}, "unknown"),
        ({"work": "teleport"}, "work"),
        ({"content": None}, "content"),
        ({"styles": []}, "styles"),
        ({"styles": [{"name": "house:wavs"}]}, "house:waves"),
        ({"content": {"name": "/etc/passwd"}}, "content"),
        ({"content": {"name": "http://127.0.0.1/"}}, "content"),
        ({"content": {"name": "x", "sha256": "../../etc/passwd"}}, "sha256"),
        ({"content": {"name": "x", "sha256": "a" * 64}}, "upload"),
        ({"seed": 2**63}, "seed"),
        ({"preset": "best"}, "preset"),
        ({"styles": [{"name": "house:waves", "share": 0}]}, "share"),
        ({"styles": [{"name": "house:waves", "mask": {"name": "m"}}]}, "mask"),
    ],
)
@pytest.mark.parametrize("address", ["jobs", "preview", "correspondence"])
def test_what_is_not_allowed_is_said_in_a_sentence(
    client: httpx2.Client, change: dict[str, object], says: str, address: str
) -> None:
    wanted = {**small_order(), **change}
    body = {"order": wanted} if address == "jobs" else wanted
    answer = client.post(f"/api/v1/{address}", json=body)
    assert answer.status_code in (404, 422), answer.text
    if not (address != "jobs" and says == "work"):
        assert says in answer.json()["error"]["message"], answer.text


def test_numbers_that_are_not_finite_are_refused(client: httpx2.Client) -> None:
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        for field in ("style_weight", "tolerance", "seconds", "style_scale"):
            text = (
                '{"order": {"work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": "house:ink"}], '
            )
            body = f'{text}"{field}": {number}}}}}'
            answer = client.post("/api/v1/jobs", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422, (number, field, answer.text)


def test_what_is_missing_is_reported(client: httpx2.Client) -> None:
    missing = uuid.uuid4()
    for method, path in (
        ("GET", f"jobs/{missing}"),
        ("POST", f"jobs/{missing}/cancel"),
        ("DELETE", f"jobs/{missing}"),
        ("GET", f"jobs/{missing}/preview"),
        ("GET", "results/missing"),
        ("PATCH", "results/missing"),
        ("GET", "results/missing/share"),
        ("GET", f"files/{'a' * 64}"),
        ("GET", "nothing"),
        ("GET", "styles/house:nothing/picture"),
    ):
        answer = client.request(method, f"/api/v1/{path}", json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (path, answer.text)
        error_message(answer)


def test_removing_a_result_waits_for_no_job_that_waits_for_room(tmp_path: Path) -> None:
    """Delete a result while the queue holds its lock, as it does when it asks the store for room."""
    store = Store(tmp_path)
    jobs = JobService(store)
    result = store.results.put(Result(id="one", work="live"))
    with ThreadPoolExecutor(1) as pool, jobs._table.lock:
        pool.submit(store.delete, result.id).result(timeout=PATIENCE)
    store.close()


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    """Run a studio where three jobs may wait, of which one client may have put two."""
    limits = {**GENEROUS_LIMITS, "queued": 3, "queued_by_client": 2}
    with run_studio(tmp_path_factory.mktemp("narrow") / "home", limits=limits, lean=True) as it:
        yield it


def client_at(address: str, studio: StudioProcess) -> httpx2.Client:
    """Return a client whose requests come from an address of its own."""
    return httpx2.Client(base_url=studio.address, transport=httpx2.HTTPTransport(local_address=address))


def test_a_full_queue_says_when_to_come_back(narrow: StudioProcess) -> None:
    with narrow.client() as client, client_at("127.0.0.9", narrow) as other, client_at("127.0.0.10", narrow) as third:
        jobs = [put_job(client, slow_order())["id"]]
        wait_for_state(client, jobs[0], "running")
        jobs += [put_job(client, small_order(seed=number))["id"] for number in range(2)]
        waiting = put_job(other, small_order())["id"]
        # The same job put again is accepted, even when the queue is full.
        answer = other.put(f"/api/v1/jobs/{waiting}", json={"order": small_order()})
        assert answer.status_code == 200
        # A client that has put none is refused as well.
        answer = third.put(f"/api/v1/jobs/{uuid.uuid4()}", json={"order": small_order()})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["error"]["code"] == "queue_full"
        for job in (waiting, *reversed(jobs)):
            client.post(f"/api/v1/jobs/{job}/cancel")


def test_no_client_fills_the_queue_alone(narrow: StudioProcess) -> None:
    with narrow.client() as client, client_at("127.0.0.9", narrow) as other:
        jobs = [put_job(client, slow_order())["id"]]
        wait_for_state(client, jobs[0], "running")
        jobs += [put_job(client, small_order(seed=number))["id"] for number in range(2)]
        answer = client.post("/api/v1/jobs", json={"order": small_order()})
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "queue_full")
        client.post(f"/api/v1/jobs/{jobs.pop()}/cancel")
        jobs.append(put_job(client, small_order())["id"])
        jobs.append(put_job(other, small_order(seed=9))["id"])
        for job in reversed(jobs):
            client.post(f"/api/v1/jobs/{job}/cancel")


@pytest.mark.slow(reason="starts a studio on a disk of its own")
def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    options = {"limits": GENEROUS_LIMITS, "quota": 3_000_000, "lean": True}
    with run_studio(tmp_path / "home", **options) as full, full.client() as client:
        for number in range(12):
            answer = client.post("/api/v1/files", content=noise_png(500, 400, seed=number))
            if answer.status_code != 201:
                break
        for refusal in (answer, client.post("/api/v1/jobs", json={"order": small_order()})):
            assert refusal.status_code == 507
            assert refusal.json()["error"]["code"] == "no_space"
        assert client.get("/api/v1/results").status_code == 200
        assert not list((full.home / "files" / "incoming").iterdir())
