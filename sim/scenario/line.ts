/** One line of a scenario's file, read word by word. The first thing wrong with it is remembered; reading goes on. */
export interface Mistake {
  /** Null: of a file without lines. */
  readonly line: number | null;
  readonly words: string;
}

export class Line {
  readonly number: number;
  fault: string | null = null;
  private readonly words: readonly string[];
  private at = 0;

  constructor(number: number, words: readonly string[]) {
    this.number = number;
    this.words = words;
  }

  blame(words: string): void {
    this.fault ??= words;
  }

  peek(): string | null {
    return this.words[this.at] ?? null;
  }

  next(what: string): string {
    const word = this.peek();
    if (word === null) {
      this.blame(`${what} is missing at the end`);
      return '';
    }
    this.at += 1;
    return word;
  }

  /** The next word, if it is one of these. */
  oneOf<Word extends string>(what: string, ...options: readonly [Word, ...Word[]]): Word {
    const word = this.next(`${what} (${options.join(', ')})`);
    const known = options.find((option) => option === word);
    if (known !== undefined) return known;
    if (word !== '') this.blame(`${word} is no ${what}: ${options.join(', ')}`);
    return options[0];
  }

  /** A word that has to be here; `missing` says so if the line ends before it. */
  expect(expected: string, missing = expected): void {
    const word = this.next(missing);
    if (word !== expected && word !== '') this.blame(`${expected} is expected, and not ${word}`);
  }

  /** Takes the next word if it is this one. */
  has(word: string): boolean {
    if (this.peek() !== word) return false;
    this.at += 1;
    return true;
  }

  rest(): readonly string[] {
    const words = this.words.slice(this.at);
    this.at = this.words.length;
    return words;
  }

  /** One or more words up to the end. */
  some(what: string): readonly string[] {
    if (this.peek() === null) this.blame(`${what} is missing at the end`);
    return this.rest();
  }

  /** `NAME=VALUE` words up to the end, no name twice. */
  pairs(): readonly (readonly [string, string])[] {
    const said = new Said();
    return this.rest().flatMap((word) => {
      const pair = pairOf(word);
      if (pair === null) this.blame(`${word} is not NAME=VALUE`);
      else said.note(this, pair[0]);
      return pair === null ? [] : [pair];
    });
  }

  /** What is wrong, also if words are left over. */
  mistakes(): readonly Mistake[] {
    const left = this.peek();
    if (left !== null) this.blame(`${left} is too much here`);
    return this.fault === null ? [] : [{ line: this.number, words: this.fault }];
  }
}

/** What may be said once only: of two values one would be taken without a word. */
export class Said {
  private readonly what = new Set<string>();

  note(line: Line, what: string): void {
    if (this.what.has(what)) line.blame(`${what} is there already`);
    this.what.add(what);
  }
}

export function pairOf(word: string): readonly [string, string] | null {
  const at = word.indexOf('=');
  return at < 1 ? null : [word.slice(0, at), word.slice(at + 1)];
}

/** Without comments and empty lines. */
export function linesOf(text: string): readonly Line[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = (raw.split('#')[0] ?? '').split(/\s+/).filter((word) => word !== '');
    return words.length === 0 ? [] : [new Line(index + 1, words)];
  });
}
