/** Of every command: help is asked for and given on stdout with 0, wrong use is told on stderr and is an error. */
import assert from 'node:assert/strict';
import { type Command, CommanderError } from 'commander';
import { test } from 'node:test';
import { createProgram } from './program.ts';

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The whole program anew each time: a command keeps what it parsed. */
async function told(args: readonly string[]): Promise<Told> {
  const program = await createProgram(undefined);
  let [out, err] = ['', ''];
  const capture = (command: Command): void => {
    command.configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (err += text) });
    command.commands.forEach(capture);
  };
  capture(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode, out, err };
    throw error;
  }
  return assert.fail(`vigil ${args.join(' ')} was carried out`);
}

interface Named {
  readonly path: readonly string[];
  readonly isGroup: boolean;
}

function all(command: Command, path: readonly string[]): readonly Named[] {
  const below = command.commands.flatMap((child) => all(child, [...path, child.name()]));
  return [{ path, isGroup: command.commands.length > 0 }, ...below];
}

/** What else than 0 and 2 a command can end with; scripts are written by it. */
const MORE_CODES: Readonly<Record<string, readonly number[]>> = {
  agent: [1],
  beat: [3, 4],
  cloud: [1],
  demo: [1],
  status: [1, 3],
  hosts: [1, 3],
  vms: [1, 3],
  events: [1, 3],
  'confirm-dead': [1, 3],
  gate: [1, 3],
  'maintenance start': [1, 3],
  'maintenance end': [1, 3],
  check: [1],
  'cluster init': [1],
  'cluster add-host': [1],
  'volume init': [1],
  'volume dump': [],
  'volume probe': [1],
  'volume free': [1],
  'config explain': [],
  'config test': [],
  'sim run': [1],
  'sim swarm': [1],
  'sim shrink': [1],
  'sim scenario': [1],
};

/** Started by `vigil check` and `vigil sim swarm` only. */
const INTERNAL: ReadonlySet<string | undefined> = new Set(['check-volume', 'sim-worker']);
const commands = all(await createProgram(undefined), []).filter(({ path }) => !INTERNAL.has(path[0]));

void test('the table has the commands', () => {
  const names = commands.map(({ path }) => path.join(' '));
  for (const name of [
    '',
    'agent',
    'beat',
    'gate',
    'cluster init',
    'cluster add-host',
    'volume',
    'volume dump',
  ])
    assert.ok(names.includes(name), name);
});

for (const { path, isGroup } of commands) {
  const name = ['vigil', ...path].join(' ');
  void test(`${name}: help, and wrong use`, async () => {
    for (const flag of ['--help', '-h']) {
      const { code, out, err } = await told([...path, flag]);
      assert.deepEqual([code, err], [0, ''], flag);
      assert.ok(out.startsWith(`Usage: ${name} `), out);
      if (!isGroup) for (const part of ['Exit codes:', 'Examples:']) assert.ok(out.includes(part), part);
      const [, codes = ''] = /^Exit codes:\n((?: +\d.*\n)+)/m.exec(out) ?? [];
      const listed = [...codes.matchAll(/^ +(\d)/gm)].map(([, number]) => Number(number));
      if (!isGroup)
        assert.deepEqual(
          listed,
          [0, 2, ...(MORE_CODES[path.join(' ')] ?? [])].sort((a, b) => a - b),
          name,
        );
      assert.equal(codes.includes('the timings are not safe'), name === 'vigil volume probe');
    }
    const wrong = await told([...path, '--nonsense']);
    assert.equal(wrong.out, '');
    // Where options are required, the first that is missing is told before any that is unknown.
    assert.match(wrong.err, /^error: (unknown option '--nonsense'|required option '.+' not specified)\n/);
    assert.match(wrong.err, /\(--help tells more\)/);
    assert.notEqual(wrong.code, 0);
    if (!isGroup) return;
    const unknown = await told([...path, 'nonsense']);
    assert.match(unknown.err, /^error: unknown command 'nonsense'\n\(--help tells more\)/);
    assert.notEqual(unknown.code, 0);
  });
}
