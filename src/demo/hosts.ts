/** A pretended host: its processes, its link, and the faults that one can put it through. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostLayout, type Layout, VOLUMES } from './layout.ts';
import { environmentFor } from './parts.ts';
import { cloudUrl, renewBootId } from './prepare.ts';
import type { Processes, Running } from './processes.ts';
import { vigil } from './program.ts';
import type { Relays } from './relay.ts';

export interface DemoHost {
  readonly name: string;
  readonly layout: HostLayout;
  isOn(): boolean;
  powerOn(): void;
  /** As when the power fails: the link first, so that nobody gets a farewell from the dying processes. */
  powerOff(): void;
  isPlugged(): boolean;
  unplug(): void;
  plug(): void;
  hasAgent(): boolean;
  /** SIGKILL; the beats and nova-compute go on. */
  killAgent(): void;
  startAgent(): void;
}

export interface HostParts {
  readonly layout: Layout;
  readonly processes: Processes;
  readonly relays: Relays;
}

export function createHost(parts: HostParts, host: HostLayout): DemoHost {
  const { layout, processes, relays } = parts;
  let wasOn = false;
  let agent: Running | null = null;
  let others: readonly Running[] = [];

  const start = (
    what: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Running => {
    const name = `${host.name} ${what}`;
    return processes.start({ name, argv, env, logFile: join(layout.logs, `${host.name}-${what}.log`) });
  };
  const startAgent = (): void => {
    agent = start('agent', vigil('agent', '--config', host.configFile));
    writeFileSync(join(host.folder, 'agent.pid'), `${agent.pid}\n`);
  };
  return {
    name: host.name,
    layout: host,
    isOn: () => others.length > 0,
    powerOn() {
      if (wasOn) renewBootId(host);
      wasOn = true;
      relays.heal(host.name);
      const url = cloudUrl(host, relays.ports);
      others = [
        start(
          'nova-compute',
          vigil('demo'),
          environmentFor({ part: 'compute', host: host.name, url, guests: layout.guests }),
        ),
        ...VOLUMES.map(({ name }) =>
          start(`beat-${name}`, vigil('beat', '--config', host.configFile, '--volume', name)),
        ),
      ];
      startAgent();
    },
    powerOff() {
      relays.cut(host.name);
      agent?.signal('SIGKILL');
      for (const other of others) other.signal('SIGKILL');
      agent = null;
      others = [];
    },
    isPlugged: () => !relays.isCut(host.name),
    unplug: () => relays.cut(host.name),
    plug: () => relays.heal(host.name),
    hasAgent: () => agent !== null && !agent.hasEnded(),
    killAgent() {
      agent?.signal('SIGKILL');
      agent = null;
    },
    startAgent,
  };
}
