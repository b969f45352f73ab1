# SPDX-License-Identifier: Apache-2.0
"""Captures of SMTP traffic from a text description. See ../README.md."""
