# SPDX-License-Identifier: BSD-3-Clause
"""What the paper's tasks share besides the scene: state, reset, terminations, episode length, play mode."""

from __future__ import annotations

from collections.abc import Callable

from isaaclab.envs import mdp as lab
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass
from isaaclab_tasks.utils import PresetCfg, preset

from tt_isaaclab.bfm.layouts import LAYOUTS, bundled
from tt_isaaclab.tasks.base import HumanoidEnvCfg, TaskSceneCfg

from . import bfm_inputs
from .events import reset_to_standing
from .observations import body_heights, humanoid_state
from .terminations import diverged, fell

_IMPORTED = [name for name in LAYOUTS if name != bundled.__name__]
"""Layouts of models that are not ours; each is the name of a preset, too."""


def prompt_term(ours: Callable, authors: Callable) -> PresetCfg:
    """The prompt whose numbers suit the bundled model; the paper's with ``authors_prior``, and for all imported models."""
    paper = dict.fromkeys(["authors_prior", *_IMPORTED], authors)
    return preset(**{name: ObservationTermCfg(func=func) for name, func in ({"default": ours} | paper).items()})


@configclass
class HumanoidObservationCfg(ObservationGroupCfg):
    """Observation group ``humanoid``: the behaviour model's state."""

    state = ObservationTermCfg(func=humanoid_state)


@configclass
class TaskObservationCfg(ObservationGroupCfg):
    """Observation group ``task``: what the task encoder reads. A task adds its command.

    ``presets=heights`` or ``presets=self_obs`` shows the encoder the humanoid too; the paper's results table has neither.
    """

    proprioception: ObservationTermCfg | None = preset(
        default=None,
        heights=ObservationTermCfg(func=body_heights),
        self_obs=ObservationTermCfg(func=humanoid_state),
    )


@configclass
class PoseHistoryCfg(ObservationGroupCfg):
    """MaskedMimic v1: 15 of the last 120 control steps."""

    rows = ObservationTermCfg(func=bfm_inputs.PoseHistory, params={"steps": list(range(1, 114, 8))})


@configclass
class EveryEighthCfg(ObservationGroupCfg):
    """MaskedMimic v2.3: 15 of the last 120 control steps, this one included."""

    rows = ObservationTermCfg(
        func=bfm_inputs.OwnFrameHistory,
        params={"steps": list(range(0, 113, 8)), "labels": list(range(0, 113, 8))},
    )


@configclass
class LastFiveCfg(ObservationGroupCfg):
    """MaskedMimic v3: the last five control steps, with the ages it was trained to read."""

    rows = ObservationTermCfg(
        func=bfm_inputs.OwnFrameHistory, params={"steps": [1, 2, 3, 4, 5], "labels": [0, 1, 2, 3, 4]}
    )


@configclass
class TerrainCfg(ObservationGroupCfg):
    """MaskedMimic v1 and v2.3: the ground around the pelvis."""

    samples = ObservationTermCfg(func=bfm_inputs.flat_terrain)


@configclass
class PreviousActionCfg(ObservationGroupCfg):
    """MaskedMimic v3."""

    action = ObservationTermCfg(func=bfm_inputs.PreviousAction)


@configclass
class TextCfg(ObservationGroupCfg):
    """A sentence; ``env.observations.text.vector.params.file=...`` and ``.sentence=...`` say which."""

    vector = ObservationTermCfg(func=bfm_inputs.text, params={"file": "", "sentence": ""})


@configclass
class BfmObservationsCfg:
    """What the behaviour model reads: groups named like its inputs. A preset named like its layout adds what it needs.

    ``pose_history`` shows v1 its past, which was hidden for the paper's tables, and ``text`` a sentence to v1 and v2.3.
    """

    humanoid: HumanoidObservationCfg = HumanoidObservationCfg()
    history: ObservationGroupCfg | None = preset(
        default=None,
        pose_history=PoseHistoryCfg(),
        masked_mimic_v2_3=EveryEighthCfg(),
        masked_mimic_v3=LastFiveCfg(),
    )
    terrain: ObservationGroupCfg | None = preset(
        default=None, masked_mimic_v1=TerrainCfg(), masked_mimic_v2_3=TerrainCfg()
    )
    previous_action: ObservationGroupCfg | None = preset(default=None, masked_mimic_v3=PreviousActionCfg())
    text: ObservationGroupCfg | None = preset(default=None, text=TextCfg())


@configclass
class ResetCfg:
    """Every episode starts standing with hanging arms; ``env.events.standing=null`` starts it in the rest pose."""

    reset = EventTermCfg(func=lab.reset_scene_to_default, mode="reset")
    standing = EventTermCfg(func=reset_to_standing, mode="reset")


@configclass
class FallTerminationsCfg:
    """The time limit, a fall, and physics that blew up."""

    time_out = DoneTerm(func=lab.time_out, time_out=True)
    fall = DoneTerm(func=fell)
    diverged = DoneTerm(func=diverged)


@configclass
class TaskEnvCfg(HumanoidEnvCfg):
    """A task adds its command, observations and rewards."""

    scene: TaskSceneCfg = TaskSceneCfg(num_envs=128, env_spacing=5.0)
    events: ResetCfg = ResetCfg()
    terminations: FallTerminationsCfg = FallTerminationsCfg()
    bfm_layout: str = preset(default=bundled.__name__, **{name: name for name in _IMPORTED})
    """Name of the behaviour model's layout, which decides the slots and rows of prompts."""

    def play_mode(self) -> None:
        """Few humanoids, ten-second episodes, the command drawn into the scene."""
        self.scene.num_envs = 16
        self.episode_length_s = 10.0
        for command in vars(self.commands).values():
            command.debug_vis = True
