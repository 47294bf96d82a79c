# SPDX-License-Identifier: BSD-3-Clause
"""Switches and sliders on the page of the web viewer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.prompts.text import reads_words

from .session import Session

if TYPE_CHECKING:
    import viser
    from isaaclab.envs import ManagerBasedRLEnv


def page_of(env: ManagerBasedRLEnv) -> viser.ViserServer | None:
    """The web viewer of an environment, or ``None`` if it has another viewer or none.

    Isaac Lab has no public way to it.
    """
    pages = [v._viewer._server for v in env.sim.visualizers if v.cfg.visualizer_type == "viser"]
    return pages[0] if pages else None


class Panel:
    """Folder "Task" of the page: token and prompt on or off, the command by hand, a sentence, and how it goes.

    Args:
        server: Web viewer.
        session: What the page changes.
    """

    def __init__(self, server: viser.ViserServer, session: Session) -> None:
        self._session, self._server, self._refusal = session, server, ""
        self._pelvis = session.term.pelvis[0].cpu().numpy()
        server.scene.add_grid("/ground", width=100.0, height=100.0, cell_size=1.0)  # the plane itself is not drawn
        with server.gui.add_folder("Task"):
            self._caption = server.gui.add_markdown("")
            token = server.gui.add_checkbox("task token", session.token, disabled=session.encoder is None)
            prior = server.gui.add_checkbox("joint-condition prompt", session.prior, disabled=not session.has_prior)
            words = server.gui.add_text("in words", "", visible=reads_words(session.bfm.layout))
            say = server.gui.add_button("say it", visible=words.visible)
            self._follow = server.gui.add_checkbox("camera follows", True)
            self._by_hand = server.gui.add_checkbox("command by hand", False, visible=bool(session.term.controls))
            self._sliders, order = [], session.term.order[0].tolist()
            for control, value in zip(session.term.controls, order):
                factor, unit = (180.0 / math.pi, "deg") if control.unit == "rad" else (1.0, control.unit)
                low, high = (round(factor * bound, 2) for bound in (control.low, control.high))
                slider = server.gui.add_slider(
                    f"{control.name} [{unit}]", low, high, (high - low) / 100.0, min(max(factor * value, low), high)
                )
                slider.on_update(self._take_over)
                self._sliders.append((slider, factor))
        token.on_update(lambda event: setattr(session, "token", event.target.value))
        prior.on_update(lambda event: setattr(session, "prior", event.target.value))
        self._by_hand.on_update(lambda _: self._give())
        say.on_click(lambda _: self._say(words.value.strip()))

    def show(self) -> None:
        """Say how it goes and move the cameras along; call it after each control step."""
        self._caption.content = self._session.term.caption(0) + self._refusal
        pelvis = self._session.term.pelvis[0].cpu().numpy()
        way, self._pelvis = (pelvis - self._pelvis) * [1.0, 1.0, 0.0], pelvis
        if self._follow.value:
            for client in self._server.get_clients().values():
                client.camera.position = client.camera.position + way

    def _say(self, sentence: str) -> None:
        try:
            self._session.tell(sentence)
            self._refusal = ""
        except BfmFileError as error:
            self._refusal = f"\n\n{error}"

    def _take_over(self, event: viser.GuiEvent) -> None:
        if event.client is not None:  # a person moved it
            self._by_hand.value = True
        self._give()

    def _give(self) -> None:
        order = tuple(slider.value / factor for slider, factor in self._sliders)
        self._session.order = order if self._by_hand.value else None
