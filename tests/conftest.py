# SPDX-License-Identifier: BSD-3-Clause
"""Set up before torch and Warp are imported: idle OpenMP workers sleep, compiled kernels stay inside the repository."""

import os
from pathlib import Path

import pytest

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # spinning workers steal the cores that the physics threads need
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):  # of `pytest -n`: each has its share of the cores
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))
os.environ.setdefault("WARP_CACHE_PATH", str(Path(__file__).parents[1] / ".warp"))  # not shared with other processes


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """Export of an untrained Reach token beside its joint-condition prompt; made once for all tests that read it."""
    import torch

    from tt_isaaclab import cli
    from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
    from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
    from tt_isaaclab.task_tokens.encoder import TaskEncoder
    from tt_isaaclab.task_tokens.token_file import TokenCard, save_token

    folder, bfm = tmp_path_factory.mktemp("export"), load_bfm_or_bundled("bundled")
    torch.manual_seed(0)
    encoder = TaskEncoder(3, bfm.layout.width)
    encoder.normaliser.update(torch.randn(64, 3))
    token = folder / "reach.safetensors"
    save_token(token, encoder, TokenCard("TaskTokens-Reach", bfm.hash, DEFAULT_HUMANOID.hash, bfm.layout.name))
    out = folder / "policy"
    command = ["export", "--task", "Reach", "--token", str(token), "--out", str(out), "--prior", "--episodes", "6"]
    assert cli.main(command) == 0
    return out
