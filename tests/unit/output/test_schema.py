#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_schema.py PRINT_LINES: the sample lines are as the schema says and use no name outside of
heloscope.* that ECS does not have; lines with a fault planted in them are refused."""
import copy
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'support'))
import validate_schema  # noqa: E402

# Leaves of ECS 8.11 that we use: the type of a value, or of an array's elements.
WORD, WORDS, NUMBER, TRUTH = str, [str], int, bool
ECS = {
    '@timestamp': WORD, 'message': WORD, 'ecs.version': WORD,
    'event.action': WORD, 'event.category': WORDS, 'event.dataset': WORD,
    'event.duration': NUMBER, 'event.end': WORD, 'event.id': WORD, 'event.kind': WORD,
    'event.module': WORD, 'event.outcome': WORD, 'event.provider': WORD, 'event.reason': WORD,
    'event.sequence': NUMBER, 'event.severity': NUMBER, 'event.start': WORD, 'event.type': WORDS,
    'observer.type': WORD, 'observer.vendor': WORD, 'observer.product': WORD,
    'observer.version': WORD, 'observer.name': WORD,
    'network.transport': WORD, 'network.type': WORD, 'network.iana_number': WORD,
    'network.protocol': WORD, 'network.direction': WORD, 'network.community_id': WORD,
    'network.bytes': NUMBER, 'network.packets': NUMBER, 'network.vlan.id': WORD,
    'network.inner.vlan.id': WORD,
    'source.address': WORD, 'source.ip': WORD, 'source.port': NUMBER, 'source.bytes': NUMBER,
    'source.packets': NUMBER,
    'destination.address': WORD, 'destination.ip': WORD, 'destination.port': NUMBER,
    'destination.bytes': NUMBER, 'destination.packets': NUMBER,
    'related.ip': WORDS, 'related.hosts': WORDS, 'related.hash': WORDS,
    'email.message_id': WORD, 'email.subject': WORD, 'email.from.address': WORDS,
    'email.sender.address': WORD, 'email.reply_to.address': WORDS, 'email.to.address': WORDS,
    'email.cc.address': WORDS, 'email.direction': WORD, 'email.origination_timestamp': WORD,
    'email.delivery_timestamp': WORD, 'email.content_type': WORD, 'email.x_mailer': WORD,
    'email.local_id': WORD, 'email.attachments.file.name': WORD,
    'email.attachments.file.extension': WORD, 'email.attachments.file.mime_type': WORD,
    'email.attachments.file.size': NUMBER, 'email.attachments.file.hash.sha256': WORD,
    'tls.established': TRUTH, 'tls.version': WORD, 'tls.version_protocol': WORD,
    'tls.cipher': WORD, 'tls.next_protocol': WORD, 'tls.client.server_name': WORD,
    'tls.server.x509.subject.common_name': WORDS, 'tls.server.x509.alternative_names': WORDS,
    'log.file.path': WORD,
    'rule.id': WORD, 'rule.name': WORD, 'rule.ruleset': WORD,
    'threat.framework': WORD, 'threat.technique.id': WORDS, 'threat.technique.name': WORDS,
    'threat.technique.subtechnique.id': WORDS, 'threat.technique.subtechnique.name': WORDS,
}


def leaves(value, path=''):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f'{path}.{key}' if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def ecs_faults(event):
    for path, value in leaves(event):
        if path.startswith('heloscope.'):
            continue
        if path not in ECS:
            yield f'{path} is no ECS field'
        elif isinstance(value, list):
            if not isinstance(ECS[path], list) or not all(type(v) is str for v in value):
                yield f'{path} is no array of strings'
        elif type(value) is not ECS[path]:
            yield f'{path} is {type(value).__name__}'


def at(event, path):
    for key in path.split('.'):
        event = event[int(key)] if isinstance(event, list) else event[key]
    return event


# What the schema must refuse: dataset, the object that is changed, its key, the new value (None:
# the key is taken away).
FAULTS = [
    ('session', 'heloscope', 'extra', 1),
    ('session', 'heloscope.session', 'extra', 1),
    ('session', 'heloscope.session.timing', 'hold_s', 1),
    ('session', 'heloscope.session.timing', 'hold_ms', -1),
    ('session', 'heloscope.session.timing', 'hold_ms', 1.5),
    ('session', 'heloscope.session', 'helo', 7),
    ('session', 'heloscope.session', 'capture', None),
    ('session', 'heloscope.session', 'close_reason', 'bored'),
    ('session', 'heloscope.session.starttls', 'used', 'no'),
    ('session', 'heloscope', 'message', {}),
    ('session', 'heloscope', 'session', None),
    ('session', '', 'network', None),
    ('session', 'event', 'id', None),
    ('session', 'event', 'dataset', 'heloscope.message'),
    ('session', '', '@timestamp', '2026-01-02T03:04:05Z'),
    ('message', 'heloscope.message.envelope', 'to', 'h:1@corp.example'),
    ('message', 'heloscope.message.reply', 'code', '250'),
    ('message', 'heloscope.message', 'size', None),
    ('message', 'heloscope.message.content.attachments', 'capped', None),
    ('message', 'heloscope.message.content.attachments.parts.0', 'digest', 'x:0'),
    ('message', 'email.attachments.0', 'name', 'a'),
    ('message', 'heloscope.message.received.0', 'for', 'a'),
    ('message', 'heloscope.message.received.0', 'ip', 'a'),
    ('message', 'email.attachments.0.file.hash', 'sha256', 'a'),
    ('alert', 'heloscope.alert', 'pattern', 'bots'),
    ('alert', 'heloscope.alert', 'id', '9f2c'),
    ('alert', 'heloscope.alert.reasons.0', 'value', 0.7),
    ('alert', 'heloscope.alert.reasons.0', 'text', None),
    ('alert', 'heloscope.alert.reasons.0', 'unit', 'furlong'),
    ('alert', 'heloscope.alert.members.0', 'extra', 1),
    ('alert', 'event', 'severity', 50),
    ('alert', 'event', 'severity', None),
    ('source', 'heloscope.source', 'verdict', 'bot'),
    ('source', 'heloscope.source.checklist.helo', 'fqdn', None),
    ('source', 'heloscope.source.checklist.helo.fqdn', 'value', None),
    ('source', 'heloscope.source.checklist.helo.fqdn', 'value', True),
    ('source', 'heloscope.source.checklist.helo.consistent', 'value', 1),
    ('source', 'heloscope.source', 'refusals', None),
    ('campaign', 'heloscope.campaign', 'state', 'close'),
    ('campaign', 'heloscope.campaign', 'queue_ids', [1]),
    ('stats', 'heloscope.stats', 'rate', 0.5),
    ('stats', 'heloscope.stats', 'name', 'x'),
]


def accepted_faults(check, events):
    first = {}
    for event in events:
        first.setdefault(event['event']['dataset'].split('.')[1], event)
    for dataset, path, key, value in FAULTS:
        broken = copy.deepcopy(first[dataset])
        target = at(broken, path) if path else broken
        if value is None:
            del target[key]
        else:
            target[key] = value
        if check.is_valid(broken):
            yield f'the schema lets {dataset} {path}.{key} = {value!r} pass'


def main(program):
    check = validate_schema.validator()
    problems, events = [], []
    for args in ([program], [program, 'hostile']):
        for line in subprocess.run(args, check=True, stdout=subprocess.PIPE).stdout.splitlines(True):
            problems += validate_schema.line_errors(check, line)
            events.append(json.loads(line))
            problems += ecs_faults(events[-1])
    problems += accepted_faults(check, events)
    datasets = {e['event']['dataset'] for e in events}
    if len(datasets) != 7:
        problems.append(f'only {sorted(datasets)} were seen')
    print('\n'.join(problems) or f'{len(events)} lines, {len(FAULTS)} planted faults refused')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
