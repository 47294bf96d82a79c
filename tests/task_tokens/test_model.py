# SPDX-License-Identifier: BSD-3-Clause
"""The RSL-RL actor and PPO around a frozen behaviour model."""

import copy

import numpy as np
import onnxruntime
import pytest
import torch
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

from tt_isaaclab.bfm.layout import LATENT, BfmLayout, DecoderInput, TokenGroup
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.task_tokens.model import TaskTokenModel
from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.task_tokens.ppo import TaskTokenPPO

N, STEPS, ACTIONS = 8, 4, 6
WIDTHS = {"humanoid": 10, "task": 3, "targets": 2 * 28}
NOISE = {"class_name": "GaussianDistribution", "init_std": 0.055, "learn_std": False}


def _layout() -> BfmLayout:
    return BfmLayout(
        name="tiny",
        tokens=(TokenGroup("state", 1, 10, maskable=False, hidden=(16,)), TokenGroup("targets", 4, 28, hidden=(16,))),
        width=16,
        layers=2,
        heads=2,
        feed_forward=32,
        decoder=(DecoderInput("state", 10), DecoderInput(LATENT, 8, normalised=False)),
        decoder_hidden=(32,),
        actions=ACTIONS,
    )


@pytest.fixture
def bfm_file(tmp_path):
    torch.manual_seed(3)
    path = tmp_path / "tiny.safetensors"
    save_bfm(path, _layout(), BfmNetwork(_layout()).state_dict())
    return str(path)


def _observations(*batch: int) -> TensorDict:
    return TensorDict({name: torch.randn(*batch, width) for name, width in WIDTHS.items()}, batch_size=batch)


def _model(bfm_file: str, groups=("humanoid", "task", "targets")) -> TaskTokenModel:
    sets = {"actor": ["humanoid", "task"], "critic": ["humanoid", "task"]}
    return TaskTokenModel(
        _observations(N).select(*groups),
        sets,
        "actor",
        ACTIONS,
        (16,),
        NOISE,
        bfm_file,
        activation="relu",
        obs_normalization=True,
    )


def _ppo(bfm_file: str, **options) -> TaskTokenPPO:
    torch.manual_seed(0)
    critic = MLPModel(_observations(N), {"critic": ["humanoid", "task"]}, "critic", 1, (16,), "relu", True)
    storage = RolloutStorage("rl", N, STEPS, _observations(N), [ACTIONS], "cpu")
    options = {"learning_rate": 1e-3, "critic_learning_rate": 3e-3, "num_mini_batches": 2, **options}
    return TaskTokenPPO(_model(bfm_file), critic, storage, **options)


def _listened(bfm_file: str) -> TaskTokenPPO:
    """A PPO whose encoder has chosen its first word."""
    ppo = _ppo(bfm_file)
    for seed in range(8):
        _iterate(ppo, 100 + seed)
    return ppo


def _iterate(ppo: TaskTokenPPO, seed: int) -> dict[str, float]:
    """One roll-out on random observations and one update."""
    torch.manual_seed(seed)
    with torch.inference_mode():
        for _ in range(STEPS):
            ppo.act(_observations(N))
            ppo.process_env_step(_observations(N), torch.randn(N), torch.zeros(N), {})
        ppo.compute_returns(_observations(N))
    return ppo.update()


def test_only_the_encoder_trains_and_the_behaviour_model_keeps_every_bit(bfm_file):
    ppo = _listened(bfm_file)
    bfm_before = copy.deepcopy(ppo.actor.bfm.state_dict())
    encoder_before = copy.deepcopy(ppo.actor.encoder.state_dict())
    for seed in range(3):
        _iterate(ppo, seed)
    for name, tensor in ppo.actor.bfm.state_dict().items():
        assert torch.equal(tensor, bfm_before[name]), name
    assert all(p.grad is None for p in ppo.actor.bfm.parameters())
    for name, tensor in ppo.actor.encoder.state_dict().items():
        assert not torch.equal(tensor, encoder_before[name]), name


def test_a_new_encoder_is_silent_while_the_critic_learns_and_then_says_what_changes_least(bfm_file):
    ppo = _ppo(bfm_file)
    encoder, critic = copy.deepcopy(ppo.actor.encoder.mlp.state_dict()), copy.deepcopy(ppo.critic.state_dict())
    observations = _observations(256)
    alone = ppo.actor.act_on(observations, None)
    empty = (ppo.actor(observations) - alone).square().mean()
    for seed in range(7):
        _iterate(ppo, seed)
    for name, tensor in ppo.actor.encoder.mlp.state_dict().items():
        assert torch.equal(tensor, encoder[name]), name
    assert not torch.equal(ppo.critic.state_dict()["mlp.0.weight"], critic["mlp.0.weight"])
    ppo.act(observations[:N])
    torch.testing.assert_close(ppo.actor.output_mean, alone[:N])
    _iterate(ppo, 7)
    assert not ppo.actor.encoder.is_new
    assert (ppo.actor(observations) - alone).square().mean() < 0.5 * empty
    ppo.act(observations[:N])
    torch.testing.assert_close(ppo.actor.output_mean, ppo.actor(observations[:N]))


def test_an_encoder_that_is_not_new_trains_at_once(bfm_file):
    ppo = _ppo(bfm_file)
    torch.nn.init.normal_(ppo.actor.encoder.first_word)
    before = copy.deepcopy(ppo.actor.encoder.mlp.state_dict())
    _iterate(ppo, 0)
    assert all(not torch.equal(t, before[name]) for name, t in ppo.actor.encoder.mlp.state_dict().items())


def test_the_behaviour_model_is_in_no_state_dict_and_no_optimiser(bfm_file):
    ppo = _ppo(bfm_file)
    names = set(ppo.actor.state_dict())
    assert names and all(name.startswith(("mlp.", "distribution.")) for name in names)
    held = {id(p) for group in ppo.optimizer.param_groups for p in group["params"]}
    assert not held & {id(p) for p in ppo.actor.bfm.parameters()}


def test_actor_and_critic_have_learning_rates_of_their_own(bfm_file):
    assert [group["lr"] for group in _ppo(bfm_file).optimizer.param_groups] == [1e-3, 3e-3]
    with pytest.raises(ValueError, match="fixed"):
        _ppo(bfm_file, schedule="adaptive")


def test_the_exploration_noise_stays_what_it_was(bfm_file):
    ppo = _ppo(bfm_file)
    _iterate(ppo, 0)
    ppo.actor(_observations(N), stochastic_output=True)
    torch.testing.assert_close(ppo.actor.output_std, torch.full((N, ACTIONS), 0.055))


def test_embedding_once_per_update_changes_nothing(bfm_file):
    model, observations = _model(bfm_file), _observations(STEPS, N)
    with_words = model.with_embeddings(observations, chunk=5)
    assert with_words.batch_size == observations.batch_size
    torch.testing.assert_close(model(with_words.flatten()), model(observations.flatten()), rtol=0, atol=1e-6)


def test_a_prompt_that_asks_for_nothing_is_no_word(bfm_file):
    model, obs = _model(bfm_file), _observations(N)
    obs["targets"].view(N, 2, 28)[::2, :, (12, 25)] = 0.0  # the bits of its only slot
    obs["targets"].view(N, 2, 28)[1, 1, (12, 25)] = 0.0  # of one row alone
    expected, word = torch.zeros(N, ACTIONS), model.encoder(obs["task"])
    for rows, inputs in (
        (slice(0, N, 2), {"state": obs["humanoid"]}),
        (slice(1, N, 2), {"state": obs["humanoid"], "targets": obs["targets"].view(N, 2, 28)}),
    ):
        expected[rows] = model.bfm.act(model.bfm.embed({name: raw[rows] for name, raw in inputs.items()}), word[rows])
    torch.testing.assert_close(model(obs), expected)
    torch.testing.assert_close(model(model.with_embeddings(obs)), expected)
    torch.testing.assert_close(BfmPolicy(model.bfm, model.encoder, ["targets"])(obs), expected)


def test_resuming_continues_exactly(bfm_file):
    straight = _listened(bfm_file)
    _iterate(straight, 0)
    saved = copy.deepcopy(straight.save())
    expected = _iterate(straight, 1)
    resumed = _listened(bfm_file)
    _iterate(resumed, 5)  # somewhere else before loading
    resumed.load(saved, None, strict=True)
    assert _iterate(resumed, 1) == expected
    for (name, a), (_, b) in zip(
        straight.save()["actor_state_dict"].items(), resumed.save()["actor_state_dict"].items()
    ):
        assert torch.equal(a, b), name


def test_train_mode_does_not_reach_the_behaviour_model(bfm_file):
    model = _model(bfm_file)
    model.train()
    assert model.training and not model.bfm.training


@pytest.mark.parametrize("groups", [("humanoid", "task"), ("humanoid", "task", "targets")])
def test_exported_policies_hold_the_behaviour_model_and_agree(bfm_file, groups, tmp_path):
    model = _model(bfm_file, groups)
    model.update_normalization(_observations(256))
    model.eval()
    observations = _observations(7)
    flat = torch.cat([observations[name] for name in groups], dim=-1)
    expected = model(observations)
    torch.jit.script(model.as_jit()).save(str(tmp_path / "policy.pt"))
    torch.testing.assert_close(torch.jit.load(str(tmp_path / "policy.pt"))(flat), expected, rtol=0, atol=1e-5)
    exported = model.as_onnx(verbose=False)
    torch.onnx.export(
        exported,
        exported.get_dummy_inputs(),
        str(tmp_path / "policy.onnx"),
        opset_version=18,
        input_names=exported.input_names,
        output_names=exported.output_names,
    )
    session = onnxruntime.InferenceSession(str(tmp_path / "policy.onnx"))
    rows = [session.run(None, {"obs": row[None].numpy()})[0][0] for row in flat]
    np.testing.assert_allclose(np.stack(rows), expected.detach().numpy(), rtol=0, atol=1e-5)


def test_a_missing_group_and_a_wrong_action_count_are_named(bfm_file):
    with pytest.raises(ValueError, match="'task' is missing"):
        _model(bfm_file, groups=("humanoid",))
    with pytest.raises(ValueError, match="takes 7 actions"):
        TaskTokenModel(_observations(N), {"actor": ["humanoid", "task"]}, "actor", 7, (16,), NOISE, bfm_file)
