# SPDX-License-Identifier: BSD-3-Clause
"""The YAML beside a checkpoint, in the nesting of each generation."""

import copy

import pytest
import yaml

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.importers.generations import V1, V2_3, V3
from tt_isaaclab.bfm.importers.settings import check_settings
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

BODIES, DOFS = list(DEFAULT_HUMANOID.body_names), list(DEFAULT_HUMANOID.dof_names)
SLOTS_V1 = ["L_Ankle", "R_Ankle", "Pelvis", "Head", "L_Hand", "R_Hand"]
SLOTS = ["Pelvis", "L_Ankle", "R_Ankle", "L_Hand", "R_Hand", "Head"]
CONFIG_V1 = {
    "algo": {
        "config": {
            "models": {"prior_pre_processor": {"config": {"num_heads": 4, "ff_size": 1024}}},
            "actor": {"config": {"activation": "relu"}},
            "obs_clamp_value": None,
        }
    },
    "env": {"config": {"masked_mimic_conditionable_bodies": SLOTS_V1, "terrain": "${terrain}"}},
    "robot": {"isaacgym_body_names": BODIES, "isaacgym_dof_names": DOFS},
}
CONFIG_V2_3 = {
    "agent": {
        "config": {
            "model": {
                "config": {
                    "prior": {"config": {"trunk": {"config": {"num_heads": 4, "activation": "relu"}}}},
                    "trunk": {"config": {"input_models": {"self_obs": {"config": {"norm_clamp_value": 5}}}}},
                }
            }
        }
    },
    "robot": {"trackable_bodies_subset": SLOTS, "body_names": BODIES, "dof_names": DOFS},
}
_TRANSFORMER = {"num_heads": "4", "activation": "relu", "output_activation": "relu"}  # v3 writes text
CONFIG_V3 = {
    "agent": {"model": {"prior": {"models": [{}, {}, {}, {}, {"norm_clamp_value": "5"}, {}, {}, _TRANSFORMER]}}},
    "robot": {"trackable_bodies_subset": SLOTS, "kinematic_info": {"body_names": BODIES, "dof_names": DOFS}},
}
CASES = [(V1, CONFIG_V1), (V2_3, CONFIG_V2_3), (V3, CONFIG_V3)]


def _write(folder, config):
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.mark.parametrize("generation, config", CASES, ids=["v1", "v2_3", "v3"])
def test_published_settings_pass_and_other_orders_do_not(tmp_path, generation, config):
    check_settings(_write(tmp_path, config), generation)
    config = copy.deepcopy(config)
    orders = config["robot"].get("kinematic_info", config["robot"])
    key = next(name for name in orders if name.endswith("dof_names"))
    orders[key] = DOFS[3:] + DOFS[:3]
    with pytest.raises(BfmFileError, match=f"{key} is L_Knee_x.*cannot be imported"):
        check_settings(_write(tmp_path, config), generation)


def test_heads_have_no_shape(tmp_path):
    config = copy.deepcopy(CONFIG_V3)
    config["agent"]["model"]["prior"]["models"][7]["num_heads"] = "8"
    with pytest.raises(BfmFileError, match=r"models\.7\.num_heads is 8, but MaskedMimic of ProtoMotions 3 has 4"):
        check_settings(_write(tmp_path, config), V3)


def test_files_that_are_no_settings(tmp_path):
    with pytest.raises(BfmFileError, match="has no agent.config"):
        check_settings(_write(tmp_path, CONFIG_V1), V2_3)
    (tmp_path / "config.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(BfmFileError, match="plain YAML"):
        check_settings(tmp_path / "config.yaml", V1)
    (tmp_path / "resolved_configs.pt").write_bytes(b"PK")
    with pytest.raises(BfmFileError, match="never the .pt"):
        check_settings(tmp_path / "resolved_configs.pt", V3)
    with pytest.raises(BfmFileError, match="no such file"):
        check_settings(tmp_path / "none.yaml", V1)
