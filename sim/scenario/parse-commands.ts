/** `commands.txt`: what there is, and what happens. */
import type { TimedAction } from '../actions/action.ts';
import type { Placed } from './check-placement.ts';
import { idleActions } from './idle-actions.ts';
import { type Line, linesOf, type Mistake, Said } from './line.ts';
import { ACTIONS, parseAction } from './parse-action.ts';
import { ClusterReader } from './parse-cluster.ts';
import { seconds } from './read-values.ts';
import { FEATURES, type Feature, type Scenario } from './scenario.ts';

export type ReadCommands =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      /** Lines that can be carried out and change nothing: a mistake of whoever wrote them. */
      readonly idle: readonly Mistake[];
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

export function parseCommands(text: string): ReadCommands {
  const reader = new ClusterReader();
  const lines = linesOf(text);
  const pending: Feature[] = [];
  const said = new Said();
  const script: TimedAction[] = [];
  /** Of each action in the script. */
  const scriptLines: Line[] = [];
  /** VMs that operators create are named by later lines. */
  const created = new Map<string, Placed>();
  let happens = false;
  let end: { readonly line: Line; readonly untilMs: number; readonly rest: boolean } | null = null;
  for (const [index, line] of lines.entries()) {
    const word = line.next('a word');
    if (word === 'until') {
      end = { line, untilMs: seconds(line), rest: line.has('rest') };
      if (index !== lines.length - 1) line.blame('until must be the last line');
      else if (end.untilMs === 0) line.blame('until must be after 0');
    } else if (word === 'pending') {
      if (happens) line.blame(tooLate(word));
      pending.push(...line.some('a feature').flatMap((feature) => featureOf(line, feature, said)));
    } else if (word === 'at') {
      happens = true;
      const atMs = seconds(line);
      const { vms, ...names } = reader.names;
      const action = parseAction(line, { ...names, vms: new Set([...vms, ...created.keys()]) });
      if (action?.do === 'create-vm') {
        const { server } = action;
        if (vms.has(server.vm) || created.has(server.vm)) line.blame(`${server.vm} is there already`);
        created.set(server.vm, { line, server });
      }
      if (action !== null) {
        script.push({ atMs, action });
        scriptLines.push(line);
      }
    } else if (ACTIONS.includes(word)) {
      line.blame(`${word} is an action: write at SECONDS before it`);
    } else {
      const isKnown = reader.take(word, line);
      if (!isKnown) line.blame(`${word} is no word that begins a line`);
      else if (happens) line.blame(tooLate(word));
    }
  }
  if (lines.every(({ fault }) => fault === null)) reader.check([...created.values()]);
  const late = script.find(({ atMs }) => end !== null && atMs > end.untilMs);
  if (late !== undefined) end?.line.blame(`until is before the action at ${late.atMs / 1_000}`);
  const mistakes = lines.flatMap((line) => line.mistakes());
  if (lines.length === 0)
    mistakes.push({
      line: null,
      words: 'nothing stands in it: the first line must be hosts N, the last until SECONDS',
    });
  else if (reader.firstLine === null && mistakes.length === 0)
    mistakes.push({ line: 1, words: 'hosts N is missing' });
  else if (end === null)
    mistakes.push({ line: lines.at(-1)?.number ?? 1, words: 'until SECONDS is missing at the end' });
  if (mistakes.length > 0 || end === null) return { ok: false, mistakes };
  const { untilMs, rest } = end;
  const cluster = reader.cluster();
  const off = cluster.hosts.filter(({ isNew }) => isNew || cluster.cold).map(({ name }) => name);
  const idle = idleActions(script, new Set(off)).map((at) => ({
    line: scriptLines[at]?.number ?? null,
    words: 'it has no effect: no line before it does what it would end',
  }));
  return { ok: true, scenario: { cluster, pending, script, untilMs, rest }, idle };
}

const tooLate = (word: string): string => `${word} says what there is: it stands before the first at`;

function featureOf(line: Line, word: string, said: Said): readonly Feature[] {
  said.note(line, word);
  const feature = FEATURES.find((one) => one === word);
  if (feature === undefined) line.blame(`${word} is no feature: ${FEATURES.join(', ')}`);
  return feature === undefined ? [] : [feature];
}
