# SPDX-License-Identifier: BSD-3-Clause
"""Files are whole or not there, and killed writers leave nothing behind for long."""

import os
import subprocess
import sys

import pytest

from tt_isaaclab.whole_file import whole_file

_KILLED = """
import os, signal, sys
from tt_isaaclab.whole_file import whole_file
with whole_file(sys.argv[1]) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_keeps_the_old_file_and_its_rest_goes_with_the_next_write(tmp_path):
    path = tmp_path / "deep" / "film.v1.mp4"
    with whole_file(path) as partial:
        assert partial.suffix == ".mp4"
        partial.write_text("old")
    assert subprocess.run([sys.executable, "-c", _KILLED, path]).returncode == -9
    assert path.read_text() == "old" and len(list(path.parent.iterdir())) == 2
    other = path.with_name(f".film.v1.{os.getppid()}.partial.mp4")  # of a process that still runs
    other.write_text("")
    with whole_file(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new" and set(path.parent.iterdir()) == {path, other}


def test_an_error_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
