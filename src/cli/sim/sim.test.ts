/** What `vigil sim` refuses, in a line or two and with 2, and how it ends where nobody reads on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundled } from '../../../test/bundled.ts';

const MAIN = bundled(new URL('../../main.ts', import.meta.url).pathname);
const root = mkdtempSync(join(tmpdir(), 'vigil-sim-'));
after(() => {
  rmSync(root, { recursive: true });
});

function sim(...args: readonly string[]): { readonly code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'sim', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

function folder(name: string, files: Readonly<Record<string, string | null>>): string {
  mkdirSync(join(root, name));
  for (const [file, text] of Object.entries(files))
    if (text === null) mkdirSync(join(root, name, file));
    else writeFileSync(join(root, name, file), text);
  return name;
}

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [['swarm', '--seeds', '1..99999999999999999999'], /is invalid\. a whole number, 1 to 9007199254740991\n/],
  [['swarm', '--seeds', '1..1000001'], /is invalid\. at most 1000000 seeds at a time\n/],
  [['swarm', '--seeds', '0..1'], /is invalid\. a whole number, 1 to/],
  [['swarm', '--seeds', '2..1'], /is invalid\. the last seed is before the first\n/],
  [['swarm', '--seeds', '1'], /is invalid\. a range such as 1\.\.200\n/],
  [
    ['swarm', '--seeds', '1..2', '--record', '/nowhere/x'],
    /^--record \/nowhere\/x: there is no such file or/,
  ],
  [['swarm', '--seeds', '1..2', '--record', '.'], /^--record \.: it is a folder/],
  [['run', '--seed', '1', '--hosts', '1'], /is invalid\. a whole number, 2 to 10000\n/],
  [['run', '--seed', '1', '--hosts', '100000000'], /is invalid\. a whole number, 2 to 10000\n/],
  [['run', '--seed', '1', '--minutes', '99999'], /is invalid\. a whole number, 1 to 16666\n/],
  [['run', '--seed', '1', '--seed', '2'], /argument '2' is invalid\. the option is there twice/],
  [['swarm', '--seeds', '1..2', '--jobs', '1', '--jobs', '2'], /is invalid\. the option is there twice/],
  [
    ['swarm', '--seeds', '1..2', '--record', 'a', '--record', 'b'],
    /'b' is invalid\. the option is there twice/,
  ],
];
for (const [args, words] of WRONG)
  void test(`vigil sim ${args.join(' ')}`, () => {
    const { code, out, err } = sim(...args);
    assert.match(err, words);
    assert.deepEqual([code, out], [2, '']);
    assert.ok(err.split('\n').length <= 3, err);
  });

const SMALL = { 'commands.txt': 'hosts 2\nuntil 1\n', 'expected.txt': '' };

void test('vigil sim scenario names what is wrong with a folder', () => {
  const told = (path: string): string => {
    const { code, out, err } = sim('scenario', path);
    assert.deepEqual([code, out], [2, '1 scenario: 0 as expected, 0 differ, 0 pending, 1 with mistakes\n']);
    return err;
  };
  const small = folder('small', SMALL);
  assert.equal(told('none*'), 'there is no folder none*\n');
  assert.equal(
    told(`${small}/commands.txt`),
    'small/commands.txt is a file: name the folder that it is in\n',
  );
  assert.equal(
    told(folder('half', { 'commands.txt': 'hosts 2' })),
    'half/expected.txt: there is no such file or folder\n',
  );
  assert.equal(
    told(folder('inside', { ...SMALL, 'commands.txt': null })),
    'inside/commands.txt: it is a folder, and should be a file\n',
  );
  const lines = told(folder('rubbish', { ...SMALL, 'commands.txt': 'rubbish\n'.repeat(1_000) })).split('\n');
  assert.equal(lines.length, 12);
  assert.equal(lines[10], 'rubbish/commands.txt: and 991 more');
});

void test('vigil sim scenario ends as it would if nobody reads on', () => {
  const path = folder('long', { ...SMALL, 'commands.txt': 'hosts 3\nat 1 power off h3\nuntil 60\n' });
  const piped = spawnSync(
    'bash',
    ['-c', `"${process.execPath}" "${MAIN}" sim scenario --show ${path} | true; echo \${PIPESTATUS[0]}`],
    { cwd: root, encoding: 'utf8' },
  );
  assert.deepEqual([piped.stdout, piped.stderr], ['1\n', '']);
});
