/** What caught which defect. */
import { CATCHERS, type CatcherName, type Outcome } from './catcher.ts';
import { type Examined, isCaught } from './examine.ts';

const HEAD: readonly string[] = ['defect', 'scenarios', 'swarm', 'tests'];
const WHERE_CHARS = 60;

export function table(examined: readonly Examined[]): readonly string[] {
  const rows = [HEAD, ...examined.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEAD), rule, ...rows.slice(1).map(line)];
}

function cells({ mutant, outcomes }: Examined): readonly string[] {
  return [mutant.name, ...CATCHERS.map((by) => cell(by, outcomes.get(by), mutant.hangs === true))];
}

/** Of more than one, the first and how many. */
function cell(by: CatcherName, outcome: Outcome | undefined, hangs: boolean): string {
  if (outcome === undefined) return '';
  const { catches, hung } = outcome;
  const [first] = catches;
  if (first === undefined) return hung === null ? '–' : `${hangs ? '' : 'no: '}hangs, ${hung}`;
  const where = by === 'swarm' ? `seed ${first.where}` : shortened(first.where);
  const more = catches.length > 1 ? `, ${catches.length - 1} more` : '';
  return by === 'tests' && first.how === 'fails'
    ? where + more
    : `${where}: ${howAll(catches) ?? first.how}${more}`;
}

const shortened = (words: string): string =>
  words.length <= WHERE_CHARS ? words : `${words.slice(0, WHERE_CHARS - 1)}…`;

/** Checkers first: an expectation is of one scenario, a promise holds anywhere. */
function howAll(catches: Outcome['catches']): string {
  const hows = [...new Set(catches.map(({ how }) => how))];
  return hows.sort((a, b) => Number(a === 'expectation') - Number(b === 'expectation')).join(', ');
}

export function oneLine(examined: Examined): string {
  const seconds = Math.round(examined.tookMs / 1_000);
  const [name = '', ...found] = cells(examined);
  const words = found.filter((text) => text !== '' && text !== '–').join('; ');
  return `${isCaught(examined) ? 'caught  ' : 'SURVIVES'} ${name} (${seconds} s)${words === '' ? '' : `: ${words}`}`;
}
