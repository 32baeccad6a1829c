import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SERVER, DEFAULT_SETTINGS } from '../cluster.ts';
import { MOMENTS } from '../actions/moments.ts';
import { CALLS } from './parse-action.ts';
import { parseCommands } from './parse-commands.ts';
import { printCommands } from './print-commands.ts';
import { FEATURES, type Scenario } from './scenario.ts';

/** `LINE: words` of each mistake. */
function mistakesIn(...lines: readonly string[]): readonly string[] {
  const read = parseCommands(lines.join('\n'));
  return read.ok ? [] : read.mistakes.map(({ line, words }) => `${line}: ${words}`);
}

function scenarioOf(...lines: readonly string[]): Scenario {
  const read = parseCommands(lines.join('\n'));
  assert.ok(read.ok, JSON.stringify(read));
  return read.scenario;
}

/** One mistake, in the fourth line of commands that have no other. */
const mistakeOf = (line: string): readonly string[] =>
  mistakesIn('hosts 3', '# a comment is a line, too', 'vm vm1 on h1', line, 'until 60');

describe('the commands of a scenario', () => {
  it('say what there is and what happens', () => {
    const { cluster, script, pending, untilMs } = scenarioOf(
      'hosts 3 # not more',
      '',
      'host h2 zone=east domain=rack1 vcpus=4 memory=8 disk=9 ineligible control disabled drift=-200',
      'volumes lease=3',
      'set proofs=none beat=500ms orders-per-target=2 gate=no',
      'vm vm1 on h1 stopped memory=1024 task=rebooting extra=hw:tpm_version:2.0 HA_Enabled=False',
      'vm vm2 on h3 local-disk locked zone=nova',
      'group g anti-affinity vm1 vm2',
      'pending fencing',
      'at 1.5 power off h3 h1',
      'at 0 operator creates vm3 on h3',
      'at 2 operator deletes vm3',
      'until 60',
    );
    assert.deepEqual(cluster.hosts[1], {
      name: 'h2',
      zone: 'east',
      failureDomain: 'rack1',
      vcpus: 4,
      memoryMib: 8,
      diskGib: 9,
      eligible: false,
      role: 'control',
      disabled: true,
      driftPpm: -200,
      novaName: null,
      cell: 'cell1',
      isNew: false,
    });
    assert.deepEqual(
      cluster.hosts.map(({ name }) => name),
      ['h1', 'h2', 'h3'],
    );
    assert.deepEqual(cluster.settings, {
      ...DEFAULT_SETTINGS,
      proofs: [],
      beatMs: 500,
      ordersPerTargetMax: 2,
      gate: false,
    });
    assert.deepEqual(cluster.servers, [
      {
        ...DEFAULT_SERVER,
        vm: 'vm1',
        host: 'h1',
        state: 'stopped',
        memoryMib: 1_024,
        taskState: 'rebooting',
        extraSpecs: { 'hw:tpm_version': '2.0' },
        metadata: { HA_Enabled: 'False' },
      },
      { ...DEFAULT_SERVER, vm: 'vm2', host: 'h3', bootedFromVolume: false, locked: true, zone: 'nova' },
    ]);
    assert.deepEqual(cluster.groups, [
      { id: 'g', name: 'g', policy: 'anti-affinity', members: ['vm1', 'vm2'] },
    ]);
    assert.deepEqual([cluster.leaseVolumes, cluster.cold, pending, untilMs], [3, false, ['fencing'], 60_000]);
    assert.deepEqual(script, [
      { atMs: 1_500, action: { do: 'power-off', hosts: ['h3', 'h1'] } },
      { atMs: 0, action: { do: 'create-vm', server: { ...DEFAULT_SERVER, vm: 'vm3', host: 'h3' } } },
      { atMs: 2_000, action: { do: 'delete-vm', vm: 'vm3' } },
    ]);
  });

  const NOVA_STATES =
    'down, up, hangs, swallows, errs, answers, late, slow, holds, lets-go, refuses, no-valid-host, build-fails, start-fails, heals';
  const MISTAKES: readonly (readonly [string, string])[] = [
    ['at 1 power off h1 h9', 'there is no host h9'],
    ['at 1 lose h1 > h4', 'there is no host h4'],
    ['vm vm2 on h4', 'there is no host h4'],
    ['host h4 ineligible', 'there is no host h4'],
    ['at 1 operator stops vm9', 'there is no VM vm9'],
    ['group g affinity vm1 vm9', 'there is no VM vm9 yet'],
    ['vm vm1 on h2', 'vm1 is there already'],
    ['hosts 4', 'hosts is there already'],
    ['once order h1 power off h1', 'once is an action: write at SECONDS before it'],
    ['power off h1', 'power is an action: write at SECONDS before it'],
    ['hots 4', 'hots is no word that begins a line'],
    ['host h1 zoned', 'zoned is no word of a host'],
    ['host h1 zone=a zone=b', 'zone of h1 is there already'],
    ['host h1 control control', 'control of h1 is there already'],
    ['host h1 vcpus=many', 'vcpus: a whole number, 0 to 1000000000'],
    ['host h1 memory=-1', 'memory: a whole number, 0 to 1000000000'],
    ['host h1 zone=', 'a zone is named with letters, digits, - _ . only'],
    ['host h1 drift=1000000000', 'drift: a whole number, -200000 to 200000'],
    ['host h1', 'what is particular about the host is missing at the end'],
    ['vm vm2 on h1 lokced', 'lokced is no word of a VM'],
    ['vm vm2 on h1 memory=1G', 'memory: a whole number, 0 to 1000000000'],
    ['vm vm2 on h1 memory=262145', 'h1 has 262144 MiB of memory only'],
    ['vm vm2 on h1 disk=10001', 'h1 has 10000 GiB of disk only'],
    ['vm vm2 on h1 memry=500', 'memry is no word of a VM, nor metadata: HA_…, vigil_…'],
    ['vm vm2 on h1 memory=1 memory=2', 'memory is there already'],
    ['vm vm2 on h1 extra=a:b:1 extra=a:b:2', 'extra=a:b is there already'],
    ['vm vm2 on h1 stopped paused', 'it cannot be stopped and paused'],
    ['vm vm2 on h1 task=napping', "napping is no task of nova's"],
    ['vm vm2 on h1 zone=east', 'no host is in the zone east'],
    ['vm vm* on h1', 'a VM is named with letters, digits, - _ . only'],
    ['vm v|w on h1', 'a VM is named with letters, digits, - _ . only'],
    ['vm vm on h1', 'vm means something else in expected.txt: give the VM another name'],
    ['vm nova on h1', 'nova means something else in expected.txt: give the VM another name'],
    ['vm vm2 on h1 extra=tpm', 'extra=tpm is not extra=KEY:VALUE'],
    ['vm vm2 at h1', 'on is expected, and not at'],
    ['set bets=1s', 'bets is no setting'],
    ['set', 'NAME=VALUE is missing at the end'],
    ['set beat', 'beat is not NAME=VALUE'],
    ['set beat=1s gate=no beat=1s', 'beat is there already'],
    ['set beat=0s', 'beat: 200ms to 5s'],
    ['set beat=1000000h', '1000000h is more than 1000000 seconds'],
    ['set power-sync=0s', 'power-sync: 1s to 1000000s'],
    ['set beat=1', '1 is no duration, such as 500ms, 4s, 10m'],
    ['set gate=true', 'gate: yes or no'],
    ['set orders-per-target=0', 'orders-per-target: a whole number, 1 to 1000'],
    ['set proofs=luck', 'luck is no proof that there is: reboot, operator, silence; or none'],
    ['set proofs=reboot,power', 'power is no proof that there is: reboot, operator, silence; or none'],
    ['volumes lease=2', 'lease=2 is no number of lease volumes: lease=1, lease=3'],
    ['group g apart vm1', 'apart is no policy: affinity, anti-affinity, soft-affinity, soft-anti-affinity'],
    ['group g affinity', 'a VM is missing at the end'],
    ['group g affinity vm1 vm1', 'a VM is named twice'],
    ['pending', 'a feature is missing at the end'],
    ['pending fencing fencing', 'fencing is there already'],
    ['pending luck', `luck is no feature: ${FEATURES.join(', ')}`],
    ['at noon power off h1', 'noon is no time in seconds, such as 120 or 0.5'],
    ['at -1 power off h1', '-1 is no time in seconds, such as 120 or 0.5'],
    ['at 1 explode h1', 'explode is no action'],
    ['at 1', 'an action is missing at the end'],
    ['at 1 power of h1', 'of is no power: off, on'],
    ['at 1 power off h1 h2 h1', 'h1 is named twice'],
    ['at 1 power off', 'a host is missing'],
    ['at 1 volume c hangs h1', 'there is no volume c; say volumes lease=3'],
    ['at 1 volume d hangs h1', 'there is no volume d'],
    ['at 1 nova', `state (${NOVA_STATES}) is missing at the end`],
    ['at 1 lose h1 h2', 'h2 is no direction: >, -'],
    ['at 1 lose h1', 'direction (>, -) is missing at the end'],
    ['at 1 split h1 h2', '| and the other side are missing at the end'],
    ['at 1 split h1 |', 'a host is missing'],
    ['at 1 split h1 | h1 h2', 'a host is named twice'],
    ['at 1 reboot h1 for 40', '40 is no duration, such as 500ms, 4s, 10m'],
    ['at 1 reboot h1', 'for DURATION is missing at the end'],
    ['at 1 nova late by=60', '60 is no duration, such as 500ms, 4s, 10m'],
    ['at 1 volume a slow h1', 'by= is missing at the end'],
    ['at 1 nova holds evacuate by=5s', 'for= is missing'],
    ['at 1 nova slow lists by=5s', `lists is no call: ${CALLS.join(', ')}`],
    ['at 1 kill beats h1 late-write=never', 'never is no duration, such as 500ms, 4s, 10m'],
    ['at 1 late-write h1', 'lands is expected, and not h1'],
    ['at 1 once sunrise h1 power off h1', `sunrise is no moment: ${MOMENTS.join(', ')}`],
    ['at 1 maybe renewal h1 power off h1', 'once is expected, and not renewal'],
    ['at 1 once renewal h1', 'an action is missing at the end'],
    ['at 1 once renewal h1 after=2 power off h1', '2 is no duration, such as 500ms, 4s, 10m'],
    ['at 1 once order h1 operator creates vm2 on h1', 'a VM is created at a time, not at a moment'],
    ['at 1 network loss=200%', '200% is no whole percentage from 0% to 100%, such as 20%'],
    ['at 1 network loss=1% loss=2%', 'loss is there already'],
    ['at 1 network jitter=1s', 'jitter is no property of the network'],
    ['at 1 nova up vm1', 'vm1 is too much here'],
    ['at 1 operator sets vm1 HA_Enabled', 'HA_Enabled is not KEY=VALUE'],
    ['at 1 operator sets vm1 HA-Enabled=no', 'HA-Enabled is no word of a VM, nor metadata: HA_…, vigil_…'],
    ['at 1 operator confirms-dead h1 on h2', 'by= is missing at the end'],
    ['until 30', 'until must be the last line'],
  ];
  for (const [line, words] of MISTAKES)
    it(`name the line of a mistake and what is wrong: ${line}`, () => {
      assert.deepEqual(mistakeOf(line), [`4: ${words}`]);
    });

  it('need to know the hosts first, and the end last', () => {
    assert.deepEqual(mistakesIn('until 60'), ['1: hosts N is missing']);
    assert.deepEqual(mistakesIn('vm vm1 on h1', 'hosts 2', 'until 60'), [
      '1: the first line must be: hosts N',
    ]);
    assert.deepEqual(mistakesIn('hosts 0', 'until 60'), ['1: hosts: a whole number, 1 to 10000']);
    assert.deepEqual(mistakesIn('hosts 1', 'host h1 ineligible', 'until 60'), [
      '1: no host is eligible, so there would be no master',
    ]);
    assert.deepEqual(mistakesIn('hosts 2000', 'until 60'), ['1: of 2000 hosts at most 500 may be eligible']);
    assert.deepEqual(mistakesIn('hosts 1000', 'until 60'), []);
    assert.deepEqual(mistakesIn('hosts 2', 'host h1 control', 'vm vm1 on h1', 'until 60'), [
      '3: h1 is a control host: no VM runs there',
    ]);
    assert.deepEqual(mistakesIn('hosts 2', 'until 0'), ['2: until must be after 0']);
    assert.deepEqual(mistakesIn('hosts 2', 'until 99999999999999999999'), [
      '2: 99999999999999999999 is more than 1000000 seconds',
    ]);
    assert.deepEqual(mistakesIn('hosts 2', 'vm vm1 on h1'), ['2: until SECONDS is missing at the end']);
    assert.deepEqual(mistakesIn('', '# nothing'), [
      'null: nothing stands in it: the first line must be hosts N, the last until SECONDS',
    ]);
    assert.deepEqual(mistakesIn('hosts 2', 'at 61.5 power off h1', 'until 60'), [
      '3: until is before the action at 61.5',
    ]);
  });

  it('say what there is before what happens, and once', () => {
    for (const line of ['vm vm1 on h1', 'host h1 zone=a', 'set beat=2s', 'volumes lease=3', 'cold'])
      assert.deepEqual(mistakesIn('hosts 2', 'at 1 cut bus', line, 'until 60'), [
        `3: ${line.split(' ')[0]} says what there is: it stands before the first at`,
      ]);
    assert.deepEqual(mistakesIn('hosts 2', 'at 1 cut bus', 'pending drain', 'until 60'), [
      '3: pending says what there is: it stands before the first at',
    ]);
    const twice: readonly (readonly [string, string, string])[] = [
      ['host h1 zone=a', 'host h1 ineligible zone=b', 'zone of h1'],
      ['set beat=1s', 'set gate=no beat=2s', 'beat'],
      ['volumes lease=1', 'volumes lease=3', 'volumes'],
      ['cold', 'cold', 'cold'],
      ['pending drain', 'pending etcd drain', 'drain'],
    ];
    for (const [first, second, what] of twice)
      assert.deepEqual(mistakesIn('hosts 2', first, second, 'until 60'), [`3: ${what} is there already`]);
    assert.deepEqual(mistakesIn('hosts 2', 'host h1 zone=a', 'host h2 zone=a', 'until 60'), []);
  });

  it('tell all mistakes at once', () => {
    assert.deepEqual(mistakesIn('hosts 2', 'at 1 power off h3', 'at 2 explode h1', 'until 60'), [
      '2: there is no host h3',
      '3: explode is no action',
    ]);
  });

  it('can be done at a moment, and are printed as they were read', () => {
    const lines = [
      'at 1 kill beats h1 late-write=open',
      'at 2 late-write lands h1 h2',
      'at 3 nova slow list-servers by=2s',
      'at 4 nova holds evacuate for=1m',
      'at 5 nova lets-go evacuate',
      'at 6 once renewal h1 late-write lands h1',
      'at 7 maybe once order h2 maybe once evacuation h1 power off h2',
      'at 7 once new-master h2 after=20ms once listed h1 nova lets-go evacuate',
    ];
    const scenario = scenarioOf('hosts 2', ...lines, 'until 60');
    assert.deepEqual(scenario.script.at(-1)?.action, {
      do: 'once',
      moment: 'new-master',
      host: 'h2',
      afterMs: 20,
      action: {
        do: 'once',
        moment: 'listed',
        host: 'h1',
        afterMs: 0,
        action: { do: 'nova-lets-go', call: 'evacuate' },
      },
    });
    assert.deepEqual(
      printCommands(scenario)
        .split('\n')
        .filter((line) => line.startsWith('at')),
      lines,
    );
  });

  it('may end with a repair', () => {
    assert.equal(scenarioOf('hosts 2', 'until 60').rest, false);
    const scenario = scenarioOf('hosts 2', 'until 60 rest');
    assert.deepEqual([scenario.untilMs, scenario.rest], [60_000, true]);
    assert.match(printCommands(scenario), /^until 60 rest$/m);
    assert.deepEqual(mistakesIn('hosts 2', 'until 60 sleep'), ['2: sleep is too much here']);
  });

  it('do not know a VM before it is created', () => {
    const create = 'at 5 operator creates vm2 on h1';
    assert.deepEqual(mistakesIn('hosts 2', create, 'at 6 guest vm2 dies', 'until 60'), []);
    assert.deepEqual(mistakesIn('hosts 2', 'at 6 guest vm2 dies', create, 'until 60'), [
      '2: there is no VM vm2',
    ]);
  });
});
