# SPDX-License-Identifier: BSD-3-Clause
"""What the released MaskedMimic checkpoints hold beyond the part we run, so that a download can be checked by size.

A checkpoint stores weights and the two Adam moments of the whole training model: the layout's network, a privileged
encoder and a log-variance head that only training uses, running statistics, and some numbers nothing uses.
"""

from dataclasses import dataclass

from .layout import BfmLayout, mlp_parameters
from .layouts import masked_mimic_v1, masked_mimic_v2_3, masked_mimic_v3

_POSITION_TABLE = 5000 * 512  # a sinusoid table, stored although no token is given a position
_HEAD = (512, 256, 128, 64)


@dataclass(frozen=True)
class PublishedModel:
    """A released checkpoint.

    Attributes:
        layout: The part we run.
        training_mlps: Layer widths of the MLPs only training uses: the log-variance head and the privileged encoder.
        training_normalisers: Widths of the normalisers only training uses.
        unused_weights: Trained numbers that reach no output.
        constants: Untrained numbers stored as parameters, statistics not counted.
        statistics_are_parameters: float32 parameters (v1), else float64 buffers outside the parameter count.
        file_bytes: Size of the released file.
    """

    layout: BfmLayout
    training_mlps: tuple[tuple[int, ...], ...]
    training_normalisers: tuple[int, ...]
    file_bytes: int
    unused_weights: int = 0
    constants: int = 0
    statistics_are_parameters: bool = False

    @property
    def statistics(self) -> int:
        """Running means, variances and counts."""
        return sum(2 * width + 1 for width in (*self.layout.normaliser_widths, *self.training_normalisers))

    @property
    def trainable(self) -> int:
        """Trained parameters of the whole training model."""
        return self.layout.parameters + sum(map(mlp_parameters, self.training_mlps)) + self.unused_weights

    @property
    def parameters(self) -> int:
        """All parameters of the whole training model."""
        return self.trainable + self.constants + (self.statistics if self.statistics_are_parameters else 0)

    @property
    def predicted_bytes(self) -> int:
        """Weights, two moments for each trained one, and statistics that are buffers; file overhead not counted."""
        buffers = 0 if self.statistics_are_parameters else 8 * self.statistics
        return 4 * (self.parameters + 2 * self.trainable) + buffers


def published_v1() -> PublishedModel:
    """The Task Tokens paper's model. Encoder input: state 358, 10 dense poses of 432, 140 mask bits, terrain 256."""
    return PublishedModel(
        masked_mimic_v1(),
        training_mlps=(_HEAD, (5074, 1024, 1024, 1024, 1024), (1024, 512, 64), (1024, 512, 64)),
        training_normalisers=(358, 4320),
        unused_weights=mlp_parameters((512, 1, 64)),  # an output map after the read-out
        constants=_POSITION_TABLE + 69,  # and the fixed log standard deviation
        statistics_are_parameters=True,
        file_bytes=283_236_370,
    )


def published_v2_3() -> PublishedModel:
    """ProtoMotions v2.3. Encoder input: state 358, 15 dense poses of 433, 140 mask bits."""
    return PublishedModel(
        masked_mimic_v2_3(),
        training_mlps=(_HEAD, (6993, *5 * (1024,), 512), _HEAD, _HEAD),
        training_normalisers=(358, 6495),
        constants=_POSITION_TABLE,
        file_bytes=303_850_268,
    )


def published_v3() -> PublishedModel:
    """ProtoMotions 3.2. Encoder input: state 358, dense pose 576, 5 sparse poses of 144, 60 + 5 mask bits, 5 times."""
    return PublishedModel(
        masked_mimic_v3(),
        training_mlps=(_HEAD, (1724, *5 * (1024,), 512), _HEAD, _HEAD),
        training_normalisers=(358, 576, 720, 5),
        file_bytes=229_131_184,
    )
