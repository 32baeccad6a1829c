/** `VM on H WORD…`: a VM, where it is, and what is particular about it. */
import { DEFAULT_SERVER, type ServerSpec } from '../cluster.ts';
import { AMOUNT_MAX } from './limits.ts';
import { type Line, pairOf, Said } from './line.ts';
import { hostName, type Names } from './names.ts';
import { newName, wholeBetween } from './read-values.ts';
import { RESERVED } from './shapes.ts';

type Words = { -readonly [Key in keyof ServerSpec]: ServerSpec[Key] };

/** nova's own names of what it may be at. */
export const TASKS: readonly string[] = [
  'scheduling block_device_mapping networking spawning restoring updating_password',
  'image_snapshot image_snapshot_pending image_pending_upload image_uploading image_backup',
  'resize_prep resize_migrating resize_migrated resize_finish resize_reverting',
  'resize_confirming rebooting reboot_pending reboot_started rebooting_hard',
  'reboot_pending_hard reboot_started_hard pausing unpausing suspending resuming',
  'powering-off powering-on rescuing unrescuing rebuilding rebuild_block_device_mapping',
  'rebuild_spawning migrating deleting soft-deleting shelving unshelving',
  'shelving_image_pending_upload shelving_image_uploading shelving_offloading',
].flatMap((tasks) => tasks.split(' '));

/** The metadata that somebody reads; any other key is a word that is misspelt. */
const METADATA = /^(HA_|vigil_)./;

export function parseServer(line: Line, names: Names): ServerSpec {
  const vm = newName(line, 'a VM', line.next('a VM'));
  if (RESERVED.includes(vm))
    line.blame(`${vm} means something else in expected.txt: give the VM another name`);
  line.expect('on');
  const server: Words = { ...DEFAULT_SERVER, vm, host: hostName(line, names) };
  const said = new Said();
  for (const word of line.rest()) {
    said.note(line, keyOf(word));
    describe(line, server, word);
  }
  return server;
}

export function checkMetadataKey(line: Line, key: string): void {
  if (!METADATA.test(key)) line.blame(`${key} is no word of a VM, nor metadata: HA_…, vigil_…`);
}

/** Of what there may be one only; of extra specs, one of each name. */
const keyOf = (word: string): string =>
  word.startsWith('extra=') ? word.slice(0, word.lastIndexOf(':')) : (pairOf(word)?.[0] ?? word);

function describe(line: Line, server: Words, word: string): void {
  const pair = pairOf(word);
  if (pair === null) {
    if (word === 'stopped' || word === 'error' || word === 'paused') {
      if (server.state !== 'running') line.blame(`it cannot be ${server.state} and ${word}`);
      server.state = word;
    } else if (word === 'local-disk') server.bootedFromVolume = false;
    else if (word === 'locked') server.locked = true;
    else if (word === 'share' || word === 'accelerator-port' || word === 'resource-port')
      server.attached = word;
    else line.blame(`${word} is no word of a VM`);
    return;
  }
  const [key, value] = pair;
  const sizes = { vcpus: 'vcpus', memory: 'memoryMib', disk: 'diskGib' } as const;
  if (key === 'vcpus' || key === 'memory' || key === 'disk')
    server[sizes[key]] = wholeBetween(line, key, value, 0, AMOUNT_MAX);
  else if (key === 'task') {
    if (!TASKS.includes(value)) line.blame(`${value} is no task of nova's`);
    server.taskState = value;
  } else if (key === 'zone') server.zone = newName(line, 'a zone', value);
  else if (key === 'extra') {
    // Names of extra specs have colons themselves: hw:tpm_version:2.0.
    const at = value.lastIndexOf(':');
    if (at < 1) line.blame(`${word} is not extra=KEY:VALUE`);
    server.extraSpecs = { ...server.extraSpecs, [value.slice(0, at)]: value.slice(at + 1) };
  } else {
    checkMetadataKey(line, key);
    server.metadata = { ...server.metadata, [key]: value };
  }
}
