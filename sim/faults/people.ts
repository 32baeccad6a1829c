/** Operators and owners, at the worst moment. */
import type { Action } from '../actions/action.ts';
import { between, type DrawFault, fromTo, lengthMs, oneIn, pick } from './fault.ts';
import { DEFAULT_SERVER } from '../cluster.ts';

const maintenance: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  const what = oneIn(random, 2) ? 'start' : 'start-recover';
  return fromTo({ do: 'maintenance', host, what }, lengthMs(random, 20_000, 300_000), {
    do: 'maintenance',
    host,
    what: 'end',
  });
};

const disabled: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo({ do: 'disable', host }, lengthMs(random, 20_000, 300_000), { do: 'enable', host });
};

const forcedDown: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo({ do: 'force-down', host }, lengthMs(random, 20_000, 300_000), { do: 'force-up', host });
};

/** Rightly: the host has no power, and comes back later. */
const confirmed: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  const on = pick(random, hosts);
  const confirmMs = between(random, 5_000, 60_000);
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [host] } },
    { afterMs: confirmMs, action: { do: 'confirm-dead', host, on, by: 'ann' } },
    {
      afterMs: confirmMs + lengthMs(random, 20_000, 300_000),
      action: { do: 'power-on', hosts: [host] },
    },
  ];
};

/** A bet: the operator is wrong. */
const wronglyConfirmed: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  const on = pick(random, hosts);
  return [
    { afterMs: 0, action: { do: 'cut', hosts: [host] } },
    { afterMs: between(random, 5_000, 60_000), action: { do: 'confirm-dead', host, on, by: 'ann' } },
    { afterMs: lengthMs(random, 60_000, 300_000), action: { do: 'heal', hosts: [host] } },
  ];
};

const owner: DrawFault = ({ random, hosts, vms }) => {
  if (vms.length === 0) return [];
  const vm = pick(random, vms);
  const acts: readonly (() => Action)[] = [
    () => ({ do: 'stop-vm', vm }),
    () => ({ do: 'start-vm', vm }),
    () => ({ do: 'delete-vm', vm }),
    () => ({ do: 'migrate', vm, to: pick(random, hosts) }),
    () => ({ do: 'set-metadata', vm, key: 'HA_Enabled', value: oneIn(random, 2) ? 'True' : 'False' }),
    () => ({
      do: 'create-vm',
      server: { ...DEFAULT_SERVER, vm: `new${random.below(1_000_000)}`, host: pick(random, hosts) },
    }),
  ];
  return [{ afterMs: 0, action: pick(random, acts)() }];
};

const evacuatesByHand: DrawFault = ({ random, hosts, vms }) => {
  if (vms.length === 0) return [];
  return [{ afterMs: 0, action: { do: 'evacuate-by-hand', vm: pick(random, vms), to: pick(random, hosts) } }];
};

const guestDies: DrawFault = ({ random, vms }) =>
  vms.length === 0 ? [] : [{ afterMs: 0, action: { do: 'guest-dies', vm: pick(random, vms) } }];

export const PEOPLE = {
  maintenance,
  'host-disabled': disabled,
  'forced-down-by-hand': forcedDown,
  'confirmed-dead': confirmed,
  'wrongly-confirmed': wronglyConfirmed,
  owner,
  'evacuates-by-hand': evacuatesByHand,
  'guest-dies': guestDies,
} as const;
