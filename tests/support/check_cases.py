#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_cases.py TESTS: does every file exist that the table of cases in dialogs/README.md names,
and is every row tested by something?"""
import pathlib
import re
import sys


def main():
    tests = pathlib.Path(sys.argv[1])
    text = (tests / "dialogs" / "README.md").read_text()
    faults, rows = [], 0
    for line in re.findall(r"^\| F?\d+ \|.*", text, re.M):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 4:
            faults.append(f"not a row of four cells: {line}")
            continue
        rows += 1
        dialogues = re.findall(r"`([^`]+)`", cells[2])
        others = re.findall(r"`([^`]+)`", cells[3])
        files = [tests / "dialogs" / f"{name}.txt" for name in dialogues]
        files += [tests / name for name in others]
        if not files:
            faults.append(f"row {cells[0]} names no test")
        faults += [f"row {cells[0]}: no such file: {f}" for f in files if not f.is_file()]
    if rows == 0:
        faults.append("the tables have no rows")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
