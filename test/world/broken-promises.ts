/** By checker: what breaks its promise and no other one, past Vigil. */
import assert from 'node:assert/strict';
import { act } from '../../sim/actions/act.ts';
import type { CheckerName } from '../../sim/checkers/names.ts';
import type { Watch } from '../../sim/checkers/watch.ts';
import type { World } from '../../sim/world.ts';
import { createIncident, createVmWork } from '../../src/core/recovery/incident.ts';
import { NO_MAINTENANCE } from '../../src/core/wire/records.ts';
import { incidentRecord } from './fixtures.ts';
import { intent } from './planning.ts';
import {
  accepted,
  bets,
  believed,
  claims,
  endsForGood,
  journal,
  lease,
  openRow,
  readsLease,
  report,
  sending,
  sendingUnread,
  told,
  writesDown,
} from './quiet-world.ts';

type Break = (world: World, watched: Watch) => void;

export const BREAKS: Readonly<Record<CheckerName, Readonly<Record<string, Break>>>> = {
  'runs-twice': {
    'a guest starts on a second host': ({ guests }) => guests.start('vm1', 'h2'),
    'a guest starts on a second host, since nova refused somebody to evacuate it': (world) => {
      act(world, { do: 'evacuate-by-hand', vm: 'vm1', to: 'h2' });
      world.guests.start('vm1', 'h2');
    },
    'a guest starts on a second host, long after somebody has evacuated it': (world) => {
      accepted(world, 'vm1', 'h1', false);
      world.run(5_000);
      world.guests.start('vm1', 'h2');
    },
  },
  'source-alive': {
    'an evacuation of a VM that runs on a host that is heard': (world) => accepted(world, 'vm3', 'h3'),
    'a bet on a silence that is a second too short': (world) => {
      world.freeze('h3');
      world.run(12_000);
      bets(world, 'silence');
    },
    'a bet while nova-compute reports': (world) => {
      for (const what of ['agent', 'beats'] as const)
        act(world, { do: 'kill', what, hosts: ['h3'], lateWriteMs: null });
      world.run(30_000);
      bets(world, 'silence');
    },
    'an evacuation on the word of somebody whom no core has believed': (world) => {
      act(world, { do: 'confirm-dead', host: 'h3', on: 'h1', by: 'ann' });
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
    'an evacuation on a word that was said of a silence that is over': (world) => {
      believed(world);
      world.run(10_000);
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
    'an evacuation on a word that was said of another life': (world) => {
      believed(world);
      act(world, { do: 'reboot', host: 'h3', forMs: 1_000 });
      world.run(2_000);
      world.guests.start('vm3', 'h3');
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
  },
  'two-evacuations': {
    'a second evacuation while one is open': (world) => {
      openRow(world, 'off', 'h3');
      openRow(world, 'off', 'h3');
      accepted(world, 'off', 'h3');
    },
  },
  'living-host': {
    'a guest is stopped on a host that lives': ({ guests }) => guests.stop('vm3', 'h3'),
    'a VM is rebooted while it runs': ({ events }) =>
      events.emit({ event: 'rebooted', vm: 'vm3', host: 'h3', ran: true }),
    'a host is declared that has been heard all the time': (world) => {
      world.run(21_000);
      journal(world, 'declared', { victim: 'h3', victimBoot: world.host('h3').boot });
    },
    'a host is to be forced down that has been heard for long': (world) => {
      world.run(11_000);
      const serviceId = world.nova.state.services.get('h3')?.id ?? assert.fail();
      writesDown(world);
      readsLease(world, {});
      told(world, { call: 'list-services' });
      world.events.emit({
        event: 'nova-sending',
        by: 'h2',
        call: { call: 'force-down', serviceId, forcedDown: true },
      });
    },
  },
  'acts-unread': {
    'an evacuation by one that has not read its records': (world) => {
      writesDown(world);
      readsLease(world, {});
      sendingUnread(world);
    },
  },
  'acts-unlicensed': {
    'an evacuation by one that has not read the lease': (world) => {
      writesDown(world);
      sending(world);
    },
    'an evacuation that was written down after the lease was read': (world) => {
      readsLease(world, {});
      writesDown(world);
      sending(world);
    },
    'an evacuation though the incident was read to be closed': (world) => {
      writesDown(world);
      readsLease(world, { phase: 'closed' });
      sending(world);
    },
    'an evacuation without a proof': (world) => {
      writesDown(world);
      readsLease(world, { proof: null });
      sending(world);
    },
    'an evacuation for a master that was read to be replaced': (world) => {
      writesDown(world);
      readsLease(world, { term: 0 });
      sending(world);
    },
    'an evacuation by order of a former master, of an incident that its successor has taken over': (
      world,
    ) => {
      writesDown(world);
      readsLease(world, { term: 2 }, { term: 2 });
      sending(world);
    },
    'an evacuation for a master that has given the lease back': (world) => {
      writesDown(world);
      readsLease(world, {}, { phase: 'released' });
      sending(world);
    },
    'an order of a former master is begun by one that knows of another': (world) => {
      writesDown(world, { sequence: 1, termSeen: 2, intents: [] });
      writesDown(world, { sequence: 2, termSeen: 2, intents: [intent({ vm: 'vm3', phase: 'intended' })] });
    },
    'two evacuations on one reading': (world) => {
      writesDown(world);
      readsLease(world, {});
      sending(world);
      sending(world);
    },
  },
  'two-masters': {
    'a second agent acts as master': (world) => {
      for (const host of ['h1', 'h2']) lease(world, host);
      claims(world, 'h2');
      world.run(200);
    },
  },
  'outlives-lease': {
    'a master acts whose seat nobody could write for the time of a lease': (world) => {
      claims(world, 'h1');
      for (const { name } of world.volumes)
        act(world, { do: 'volume', volume: name, how: 'hangs', hosts: ['h1', 'h2', 'h3'] });
      world.run(7_000);
    },
  },
  'forgotten-vm': {
    'a VM that should run runs nowhere, and nobody shows it': (world) => {
      Object.assign(world.nova.state.servers.get('bad') ?? assert.fail(), { vmState: 'active' });
      world.run(130_000);
    },
  },
  'report-once': {
    'a cause begins twice': (world) => {
      report(world, { state: 'begin' });
      report(world, { state: 'begin' });
    },
    'a cause ends that has not begun': (world) => report(world, { state: 'end' }),
    'a cause never ends': (world, watched) => {
      report(world, { state: 'begin' });
      watched.atRest();
    },
  },
  'never-told': {
    'a host is dead, and its report has ended': (world) => {
      act(world, { do: 'power-off', hosts: ['h3'] });
      world.run(40_000);
      endsForGood(world, ['host/h3/failed', 'incident/h3']);
      world.run(65_000);
    },
  },
  'state-lost': {
    'a master knows nothing of an open incident': (world) => {
      lease(world, 'h1');
      journal(world, 'incident', { victim: 'h3', phase: 'evacuating' });
      world.run(32_000);
    },
    'a host was told of maintenance and knows nothing of it': (world) => {
      const said = { what: 'maintenance', host: 'h1', ok: true, words: '', ends: false } as const;
      world.events.emit({ event: 'answered', ...said });
      world.run(32_000);
    },
    'maintenance does not outlive the agent that it was declared to': (world) => {
      act(world, { do: 'maintenance', host: 'h3', what: 'start' });
      world.run(10_000);
      world.killAgent('h3');
      for (const volume of world.volumes) {
        const { body, bodyBoot } = volume.slotOf.get('h3') ?? assert.fail();
        const words = { body: { ...body, maintenance: NO_MAINTENANCE }, bodyBoot };
        world.host('h3').words.set(volume.name, words);
      }
      world.startAgent('h3');
      world.run(40_000);
    },
  },
  'started-early': {
    'nova-compute starts while a VM of its host is evacuated': (world) => {
      openRow(world, 'off', 'h3');
      world.events.emit({ event: 'gate-open', host: 'h3' });
    },
  },
  'comes-to-rest': {
    'a VM of a host that has died since is not recovered': (world, watched) => {
      world.powerOff('h3');
      watched.oneDead('h3');
    },
    'nobody is master': (world, watched) => {
      world.killAgent('h1');
      watched.atRest();
    },
    'a host that lives is still forced down': (world, watched) => {
      Object.assign(world.nova.state.services.get('h3') ?? assert.fail(), { forcedDown: true });
      watched.atRest();
    },
    'a VM has ended in ERROR, and nobody was told': (world, watched) => {
      accepted(world, 'bad', 'h3');
      watched.atRest();
    },
    'a VM that should run runs nowhere': (world, watched) => {
      Object.assign(world.nova.state.servers.get('bad') ?? assert.fail(), { vmState: 'active' });
      watched.atRest();
    },
  },
  'says-why': {
    'a VM of an incident waits, and nobody is told why': (world) => {
      const { master } = world.host('h1').core ?? assert.fail();
      // Nobody works on it.
      const incident = createIncident(incidentRecord({ victim: 'h3' }), 0, false);
      incident.vms.set('vm3', createVmWork('vm3', 'vm3'));
      master?.incidents.set('h3', incident);
      world.run(65_000);
    },
    'a report without a title': (world) => report(world, { title: ' ' }),
    'a hold without a word of what would end it': (world) =>
      report(world, { cause: 'incident/h3/held', severity: 'critical', advice: null }),
  },
};
