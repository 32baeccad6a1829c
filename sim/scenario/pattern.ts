/**
 * What an expectation says of an event, word by word: alternatives are separated by `|`, and `*` stands for any letters.
 * Words that are left out at the end may be any.
 */
export type Pattern = readonly string[];

export function matches(pattern: Pattern, words: readonly string[]): boolean {
  return pattern.every((expected, at) => {
    const word = words[at];
    return word === undefined ? expected === '*' : matchesWord(expected, word);
  });
}

export const alternatives = (expected: string): readonly string[] => expected.split('|');

export function matchesWord(expected: string, word: string): boolean {
  return alternatives(expected).some((one) => matchesOne(one, word));
}

function matchesOne(expected: string, word: string): boolean {
  if (expected === '*' || !expected.includes('*')) return expected === '*' || expected === word;
  const parts = expected.split('*').map((part) => part.replaceAll(/[.+?^${}()[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(word);
}
