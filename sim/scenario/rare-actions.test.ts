/** What no random run draws: words that scenarios alone have. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseCommands } from './parse-commands.ts';
import { printCommands } from './print-commands.ts';

const COMMANDS = [
  'hosts 4',
  'host h2 cell=cell2',
  'host h3 nova-name=h3.example.org',
  'host h4 new',
  'set slots=3',
  'vm vm1 on h1 share',
  'vm vm2 on h1 accelerator-port',
  'vm vm3 on h1 resource-port',
  'at 1 clone starts h1 h3',
  'at 2 clone ends h1 h3',
  'at 3 configure h1 beat=5s',
  'at 4 claims fail h3',
  'at 5 claims work h3',
  'at 6 operator deletes-service h3',
  'at 7 operator frees h4',
  'at 8 operator frees h3 force',
  'at 9 upgrade h1 h3',
  'at 9 remake volume b newer',
  'at 9.5 remake volume b',
  'at 9.6 scheduler down',
  'at 9.6 scheduler up',
  'at 9.6 hypervisor hangs h1',
  'at 9.6 hypervisor answers h1',
  'at 9.65 orders late h1 by=40s',
  'at 9.7 overhear h3 h4',
  'at 9.7 replay h3 for=5s',
  'at 9.8 operator confirms-dead stranger on h1 by=ann',
  'at 9.8 operator migrates vm1 to stranger',
  'until 10',
  '',
].join('\n');

it('is read, and written as it was', () => {
  const read = parseCommands(COMMANDS);
  assert.ok(read.ok, JSON.stringify(read));
  assert.equal(printCommands(read.scenario), COMMANDS);
});
