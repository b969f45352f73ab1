#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""validate_schema.py FILE...: is every line of FILE (JSON lines; - is standard input) a heloscope
event by schema/heloscope-event-1.schema.json? Prints what is wrong where; exit status 1 then."""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit('validate_schema.py: needs python3-jsonschema: apt-get install python3-jsonschema')

SCHEMA = pathlib.Path(__file__).parents[2] / 'schema' / 'heloscope-event-1.schema.json'
SHOWN_ERRORS = 5


def validator():
    schema = json.loads(SCHEMA.read_text(encoding='utf-8'))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def no_twins(pairs):
    """An object's members, each of which may stand once only."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError('a key stands twice: ' + ', '.join(k for k, _ in pairs))
    return members


def line_errors(check, line):
    """Sentences on what is wrong with one line; none where it is well."""
    if not line.endswith(b'\n'):
        return ['the line has no end']
    if any(c < 0x20 or c > 0x7e for c in line[:-1]):
        return ['not printable ASCII']
    try:
        event = json.loads(line, object_pairs_hook=no_twins)
    except ValueError as e:
        return [str(e)]
    errors = sorted(check.iter_errors(event), key=lambda e: list(map(str, e.absolute_path)))
    return ['.'.join(map(str, e.absolute_path)) + ': ' + e.message[:300] for e in errors]


def main(paths):
    check = validator()
    bad = lines = 0
    for path in paths:
        with (sys.stdin.buffer if path == '-' else open(path, 'rb')) as f:
            for number, line in enumerate(f, 1):
                lines += 1
                errors = line_errors(check, line)
                bad += bool(errors)
                for error in errors[:SHOWN_ERRORS]:
                    print(f'{path}:{number}: {error}')
    print(f'{lines} lines, {bad} not as the schema says')
    return 1 if bad or not paths else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
