/** Faults by hand while the demonstration is kept: a file in one of three folders is a fault, its removal the repair. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoHost } from './hosts.ts';
import { SWITCHES, type Switch } from './layout.ts';

export function makeSwitches(folder: string): void {
  for (const name of SWITCHES) mkdirSync(join(folder, name), { recursive: true });
}

/** Writes down what is off already, so that what the files say is true. */
export function noteSwitches(folder: string, hosts: readonly DemoHost[]): void {
  for (const host of hosts) {
    note(folder, 'off', host.name, !host.isOn());
    note(folder, 'cut', host.name, host.isOn() && !host.isPlugged());
    note(folder, 'agent-off', host.name, host.isOn() && !host.hasAgent());
  }
}

/** Does to each host what the files say; gives what was done, in words. */
export function obeySwitches(folder: string, hosts: readonly DemoHost[]): readonly string[] {
  return hosts.flatMap((host) => {
    const isSet = (name: Switch): boolean => existsSync(join(folder, name, host.name));
    if (host.isOn() === isSet('off')) {
      if (host.isOn()) {
        host.powerOff();
        return [`${host.name}: power off`];
      }
      host.powerOn();
      return [`${host.name}: power on, with a new boot id`];
    }
    if (!host.isOn()) return [];
    const done: string[] = [];
    if (host.isPlugged() === isSet('cut')) {
      if (host.isPlugged()) host.unplug();
      else host.plug();
      done.push(`${host.name}: link ${host.isPlugged() ? 'back' : 'cut'}`);
    }
    if (host.hasAgent() === isSet('agent-off')) {
      if (host.hasAgent()) host.killAgent();
      else host.startAgent();
      done.push(`${host.name}: agent ${host.hasAgent() ? 'started' : 'killed'}`);
    }
    return done;
  });
}

function note(folder: string, name: Switch, host: string, isSet: boolean): void {
  const file = join(folder, name, host);
  if (isSet) writeFileSync(file, '');
  else rmSync(file, { force: true });
}
