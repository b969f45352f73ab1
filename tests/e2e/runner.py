# SPDX-License-Identifier: Apache-2.0
"""Runs a suite of unittest and ends with its count: "N passed, N failed, N skipped"."""
import unittest


def run(suite):
    """0 where nothing failed, else 1."""
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    print("%d passed, %d failed, %d skipped" % (
        max(result.testsRun - bad - skipped, 0), bad, skipped))
    return 1 if bad else 0


def skip(suite, what, reason):
    print("%s skipped: %s" % (what, reason))
    print("0 passed, 0 failed, %d skipped" % suite.countTestCases())
    return 0
