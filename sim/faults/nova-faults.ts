/** nova, its cell and its bus. */
import { between, type DrawFault, fromTo, lengthMs, pick } from './fault.ts';

const novaTrouble =
  (how: 'hangs' | 'swallows' | 'errs'): DrawFault =>
  ({ random }) =>
    fromTo({ do: 'nova', how }, lengthMs(random, 5_000, 180_000), { do: 'nova', how: 'answers' });

const novaDown: DrawFault = ({ random }) =>
  fromTo({ do: 'nova', how: 'down' }, lengthMs(random, 5_000, 240_000), { do: 'nova', how: 'up' });

/** Of each call and of one call may come on top. */
const SLOW_MS_MAX = 15_000;
const OTHERWISE_MS = 10_000;

const novaLate: DrawFault = ({ random, carriedOutMs }) =>
  fromTo(
    { do: 'nova-late', byMs: between(random, 1_000, carriedOutMs - SLOW_MS_MAX - OTHERWISE_MS) },
    lengthMs(random, 5_000, 180_000),
    {
      do: 'nova',
      how: 'answers',
    },
  );

const novaSlow: DrawFault = ({ random }) =>
  fromTo(
    { do: 'nova-slow', call: null, byMs: between(random, 200, SLOW_MS_MAX) },
    lengthMs(random, 5_000, 180_000),
    {
      do: 'nova',
      how: 'answers',
    },
  );

const novaRefuses: DrawFault = ({ random }) => {
  const call = pick(random, [
    'evacuate',
    'force-down',
    'list-servers',
    'list-migrations',
    'list-host-migrations',
    'list-groups',
    'get-server',
    'list-services',
    'guest-state',
    'hard-reboot',
    'list-capacity',
  ] as const);
  return fromTo({ do: 'nova-refuses', call }, lengthMs(random, 5_000, 180_000), {
    do: 'nova',
    how: 'answers',
  });
};

const cellDown: DrawFault = ({ random }) =>
  fromTo({ do: 'cell', up: false }, lengthMs(random, 5_000, 180_000), { do: 'cell', up: true });

const busDown: DrawFault = ({ random }) =>
  fromTo({ do: 'bus', up: false }, lengthMs(random, 5_000, 240_000), { do: 'bus', up: true });

const schedulerDown: DrawFault = ({ random }) =>
  fromTo({ do: 'scheduler', up: false }, lengthMs(random, 5_000, 240_000), { do: 'scheduler', up: true });

const withoutNova: DrawFault = ({ random, hosts }) => {
  const names = hosts.filter(() => random.below(2) === 0);
  const cut = names.length === 0 ? hosts : names;
  return fromTo({ do: 'cut-nova', hosts: cut }, lengthMs(random, 5_000, 180_000), {
    do: 'heal-nova',
    hosts: cut,
  });
};

const vmFails: DrawFault = ({ random, vms }) => {
  if (vms.length === 0) return [];
  const vm = pick(random, vms);
  const how = pick(random, ['no-valid-host', 'build-fails', 'start-fails'] as const);
  return fromTo({ do: 'nova-vm', vm, how }, lengthMs(random, 30_000, 400_000), {
    do: 'nova-vm',
    vm,
    how: 'heals',
  });
};

export const NOVA_FAULTS = {
  'nova-down': novaDown,
  'nova-hangs': novaTrouble('hangs'),
  'nova-swallows': novaTrouble('swallows'),
  'nova-errs': novaTrouble('errs'),
  'nova-late': novaLate,
  'nova-slow': novaSlow,
  'nova-refuses': novaRefuses,
  'cell-down': cellDown,
  'bus-down': busDown,
  'scheduler-down': schedulerDown,
  'without-nova': withoutNova,
  'vm-fails': vmFails,
} as const;
