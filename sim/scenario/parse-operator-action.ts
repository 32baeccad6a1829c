/** `operator …`: what a person does, through Vigil or past it. */
import type { OperatorAction } from '../actions/action.ts';
import { type Line, pairOf } from './line.ts';
import { hostName, type Names, vmName, withStranger } from './names.ts';
import { checkMetadataKey, parseServer } from './parse-server.ts';

export function parseOperatorAction(line: Line, names: Names): OperatorAction {
  const what = line.oneOf(
    'act of an operator',
    ...(['confirms-dead', 'maintenance', 'evacuates', 'migrates', 'forces-down', 'forces-up'] as const),
    ...([
      'frees',
      'deletes-service',
      'disables',
      'enables',
      'stops',
      'starts',
      'deletes',
      'resets',
      'sets',
      'creates',
    ] as const),
  );
  switch (what) {
    case 'confirms-dead': {
      const host = hostName(line, withStranger(names));
      line.expect('on');
      const on = hostName(line, names);
      return { do: 'confirm-dead', host, on, by: valueOf(line, 'by') };
    }
    case 'maintenance': {
      const end = line.oneOf('command', 'start', 'end') === 'end';
      const host = hostName(line, names);
      return { do: 'maintenance', host, what: end ? 'end' : line.has('recover') ? 'start-recover' : 'start' };
    }
    case 'evacuates':
    case 'migrates': {
      const vm = vmName(line, names);
      line.expect('to');
      return {
        do: what === 'migrates' ? 'migrate' : 'evacuate-by-hand',
        vm,
        to: hostName(line, withStranger(names)),
      };
    }
    case 'forces-down':
      return { do: 'force-down', host: hostName(line, names) };
    case 'forces-up':
      return { do: 'force-up', host: hostName(line, names) };
    case 'frees': {
      const host = hostName(line, names);
      return { do: 'free-slot', host, force: line.has('force') };
    }
    case 'deletes-service':
      return { do: 'delete-service', host: hostName(line, names) };
    case 'disables':
      return { do: 'disable', host: hostName(line, names) };
    case 'enables':
      return { do: 'enable', host: hostName(line, names) };
    case 'stops':
      return { do: 'stop-vm', vm: vmName(line, names) };
    case 'starts':
      return { do: 'start-vm', vm: vmName(line, names) };
    case 'deletes':
      return { do: 'delete-vm', vm: vmName(line, names) };
    case 'resets':
      return { do: 'reset-vm', vm: vmName(line, names) };
    case 'sets': {
      const vm = vmName(line, names);
      const word = line.next('KEY=VALUE');
      const [key, value] = pairOf(word) ?? ['', ''];
      if (key === '') line.blame(`${word} is not KEY=VALUE`);
      checkMetadataKey(line, key);
      return { do: 'set-metadata', vm, key, value };
    }
    case 'creates':
      return { do: 'create-vm', server: parseServer(line, names) };
  }
}

function valueOf(line: Line, name: string): string {
  const word = line.next(`${name}=`);
  const [key, value] = pairOf(word) ?? ['', ''];
  if (key !== name || value === '') line.blame(`${name}=… is missing`);
  return value;
}
