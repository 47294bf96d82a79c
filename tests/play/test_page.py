# SPDX-License-Identifier: BSD-3-Clause
"""The web viewer's page in a headless browser: the humanoid is seen, a slider, a switch and a sentence do what they say."""

import io
import os
import shutil
import socket
import threading
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.play.command import with_web_viewer
from tt_isaaclab.play.panel import Panel, page_of
from tt_isaaclab.play.session import Session
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.tasks.make import open_env

BROWSER = os.environ.get("TT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(find_spec("viser") is None, reason="viser is not installed: pip install 'tt_isaaclab[viser]'"),
    pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed: pip install playwright"),
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; TT_CHROMIUM may name one"),
]

_SOFTWARE_GL = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def _visit(url: str, seen: dict, session: Session, done: threading.Event) -> None:
    """What a person does on the page; runs beside the control loop."""
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=_SOFTWARE_GL)
            page = browser.new_page(viewport={"width": 1000, "height": 700})
            page.set_default_timeout(120_000)
            page.goto(url)
            page.get_by_text("task token").wait_for()
            page.wait_for_timeout(15_000)  # meshes arrive
            seen["picture"] = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
            slider = page.get_by_role("slider").last  # the height of the point
            seen["before"] = session.term.order[0].tolist()
            for _ in range(8):
                slider.press("ArrowLeft")
            page.wait_for_timeout(3_000)
            seen["after"], seen["by hand"] = session.term.order[0].tolist(), session.order
            page.get_by_role("checkbox", name="task token").click(force=True)
            page.wait_for_timeout(3_000)
            seen["token"] = session.token
            page.locator(".mantine-TextInput-input:visible").first.fill("walk ahead")
            page.get_by_role("button", name="say it").click(force=True)
            page.wait_for_timeout(3_000)
            seen["told"] = session.sentence
            browser.close()
    except Exception as error:  # to be raised where the test sees it
        seen["error"] = error
    finally:
        done.set()


def test_the_page_shows_the_humanoid_and_steers_it():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    bfm = load_bfm_or_bundled("bundled")
    encoder = TaskEncoder(3, bfm.layout.width).eval()
    with open_env(
        "Reach", num_envs=1, seed=0, play=True, edit=lambda cfg: with_web_viewer(cfg, port), viz="viser"
    ) as env:
        session = Session(env, "reach", bfm, encoder, prior=False)
        session.order = tuple(session.term.order[0].tolist())
        panel, seen, done = Panel(page_of(env), session), {}, threading.Event()
        threading.Thread(target=_visit, args=(f"http://localhost:{port}", seen, session, done), daemon=True).start()
        while not done.wait(0.01):
            session.step()
            panel.show()
    if "error" in seen:
        raise seen["error"]
    scene = seen["picture"][200:640, 50:640]
    grey = (scene.max(-1) < 215) & (np.ptp(scene, axis=-1) < 40)  # the capsules in their shade; the ground is white
    assert grey.sum() > 2000, "no humanoid on the picture"
    assert seen["by hand"] is not None and seen["after"][2] < seen["before"][2] - 0.05
    np.testing.assert_allclose(seen["after"], seen["by hand"], atol=1e-6)
    assert seen["token"] is False and seen["told"] == "walk ahead"
