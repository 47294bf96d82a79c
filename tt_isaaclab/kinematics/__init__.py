# SPDX-License-Identifier: BSD-3-Clause
"""Pure torch kinematics: rotations, heading frames and what the behaviour model sees. No simulator is imported here.

World frames are z up, lengths in metres, angles in radians, quaternions in xyzw order.
"""
