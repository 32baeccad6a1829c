/** Values that depend on each other are compared whatever else is wrong in the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTiming } from '../core/timing/timing.ts';
import { explainConfig } from './explain.ts';
import { formatConfigError, parseConfig } from './load.ts';
import { timingOf } from './relations.ts';

interface Parts {
  readonly top?: string;
  readonly host?: string;
  readonly volumes?: string;
  readonly recovery?: string;
  readonly openstack?: string;
}

function configWith({ top, host, volumes, recovery, openstack }: Parts): string {
  return `cluster: {name: blue}
host: ${host ?? '{name: h1, address: 10.0.0.11}'}
volumes: ${volumes ?? '[{name: a, path: /a, role: lease}]'}
recovery: ${recovery ?? '{accept_proofs: [reboot]}'}
${openstack ?? 'openstack: {cloud: admin}'}
${top ?? ''}
`;
}

/** What each error says, without its place and what would be right. */
function problemsOf(parts: Parts): readonly string[] {
  const loaded = parseConfig('f', configWith(parts));
  return loaded.ok
    ? []
    : loaded.errors.map((error) => formatConfigError(error).replace(/^\S+ | ?;.*|: [a-z].*/g, ''));
}

const FOUND: readonly (readonly [string, Parts, readonly string[]])[] = [
  ['nothing is wrong', {}, []],
  [
    'each part has an error of its own, and one with others',
    {
      host: '{name: H, address: 10.0.0.11}',
      volumes: '[{name: a, path: /a, role: lease}, {name: a, path: b, role: lease}]',
      recovery: '{accept_proofs: [silence, hope, power], network_and_volumes_share_interface: true, typo: 1}',
      openstack: 'openstack: {report_interval_s: 0}',
    },
    [
      'host.name is "H"',
      'volumes has 2 volumes with role lease',
      'volumes[1].name is the same as volumes[0].name',
      'volumes[1].path is "b"',
      'recovery.accept_proofs[0] names silence, but recovery.network_and_volumes_share_interface is true',
      'recovery.accept_proofs[1] is "hope"',
      'recovery.accept_proofs[2] names power, which this version cannot give',
      'recovery.typo is not a known key',
      'openstack.cloud is missing, and host.eligible is true',
      'openstack.report_interval_s is 0',
    ],
  ],
  [
    'two values that are both missing are not the same',
    { volumes: '[{name: a, role: lease}, {name: b, role: heartbeat}]' },
    ['volumes[0].path is missing', 'volumes[1].path is missing'],
  ],
  [
    'with a role that is none, those of the others are not counted',
    { volumes: '[{name: a, path: /a, role: leese}, {name: b, path: /b, role: heartbeat}]' },
    ['volumes[0].role is "leese"'],
  ],
  ['no volumes are none with role lease', { volumes: '[]' }, ['volumes is []']],
  [
    'a mistyped key may be the one that is missed',
    { openstack: 'openstack: {clowd: admin}' },
    ['openstack.clowd is not a known key'],
  ],
  ['so may a mistyped section', { openstack: 'opnstack: {cloud: admin}' }, ['opnstack is not a known key']],
  ['a section that is none has no keys', { openstack: 'openstack: admin' }, ['openstack is "admin"']],
  [
    'an empty one has',
    { openstack: 'openstack:' },
    ['openstack.cloud is missing, and host.eligible is true'],
  ],
];

for (const [name, parts, expected] of FOUND) {
  void test(`in one pass: ${name}`, () => assert.deepEqual(problemsOf(parts), expected));
}

void test('what a key of timing says of its limits is what is taken, and all within is safe', () => {
  for (const [section, key] of [
    ['timing', 'beat_ms'],
    ['openstack', 'report_interval_s'],
    ['openstack', 'open_request_s'],
  ] as const) {
    const right = explainConfig().find((described) => described.key === `${section}.${key}`)?.right;
    const [, min, max] = (/ from (\d+) to (\d+)$/.exec(right ?? '') ?? []).map(Number);
    assert.ok(min !== undefined && max !== undefined, right);
    const load = (value: number) => {
      const given = `${key}: ${value}`;
      return parseConfig(
        'f',
        configWith(
          section === 'timing'
            ? { top: `timing: {${given}}` }
            : { openstack: `openstack: {cloud: admin, ${given}}` },
        ),
      );
    };
    for (const value of [min, max]) {
      const loaded = load(value);
      assert.ok(loaded.ok, `${key} ${value}`);
      assert.deepEqual(checkTiming(timingOf(loaded.config)), []);
    }
    for (const value of [min - 1, max + 1]) {
      const loaded = load(value);
      assert.deepEqual(loaded.ok ? [] : loaded.errors.map((error) => error.right), [right]);
    }
  }
});
