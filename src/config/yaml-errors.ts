/** What is wrong with a text that is no YAML, in words that never quote it: it may hold a secret. */
import { isScalar, visit, type Document, type YAMLParseError } from 'yaml';

export interface YamlWords {
  readonly problem: string;
  readonly right: string;
}

const BY_CODE: Readonly<Partial<Record<YAMLParseError['code'], YamlWords>>> = {
  TAB_AS_INDENT: { problem: 'is indented with a tab', right: 'spaces: YAML takes no tab before a key' },
  BAD_INDENT: {
    problem: 'is indented differently here than in the lines it belongs to',
    right: 'as many spaces as before the other keys of the section, or items of the list',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    problem: 'has a further key inside the value that begins here',
    right: 'one "key: value" a line, the next key no further in, and quotes around a value with ": " in it',
  },
  MULTILINE_IMPLICIT_KEY: {
    problem: 'has a key here that goes on in the next line',
    right: '"key: value" in one line; perhaps its colon is missing',
  },
  MISSING_CHAR: {
    problem: 'has a key without a colon here',
    right: '"key: value", or "key:" with its own keys below and further in',
  },
  BLOCK_IN_FLOW: {
    problem: 'has a further "key: value" or "- item" inside brackets here',
    right: 'a comma between the entries in brackets',
  },
  DUPLICATE_KEY: { problem: 'has this key twice in one section', right: 'each key once' },
  BAD_SCALAR_START: {
    problem: 'has a value here that begins with a character that YAML reserves',
    right: 'the value in quotes',
  },
  BAD_ALIAS: { problem: 'has a "*" or "&" here without a name', right: 'the value in quotes' },
  BAD_DQ_ESCAPE: {
    problem: 'has a backslash in double quotes here that YAML does not know',
    right: 'the text in single quotes, or each backslash twice',
  },
  UNEXPECTED_TOKEN: {
    problem: 'has something here after the end of a value',
    right: "nothing after a closing quote or bracket; a quote inside '…' is written twice",
  },
  MULTIPLE_DOCS: { problem: 'has a second document, begun by "---"', right: 'one document' },
};

export function yamlWords({ code, message }: YAMLParseError): YamlWords {
  const closing = /\bend with a ([\]}])/.exec(message)?.[1];
  if (closing !== undefined) {
    const opening = closing === ']' ? '[' : '{';
    return { problem: `has a "${opening}" that is not closed before here`, right: `closed by "${closing}"` };
  }
  if (isOpenQuote(message))
    return {
      problem: 'has a text in quotes here that is never closed',
      right: 'the same quote at its end',
    };
  if (message.startsWith('Missing , '))
    return { problem: 'has two entries in brackets here with no comma between', right: 'a comma' };
  return BY_CODE[code] ?? { problem: `is not YAML here (${code})`, right: 'YAML' };
}

/** Where a person has to look: a quote that is never closed is noticed at the end of the file only. */
export function yamlErrorOffset(document: Document, { message, pos }: YAMLParseError): number {
  if (!isOpenQuote(message)) return pos[0];
  let last = pos[0];
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && node.type?.startsWith('QUOTE') === true) last = node.range?.[0] ?? last;
    },
  });
  return last;
}

/** Each is looked for in all of the document. */
export const ALIASES_MAX = 20;
const DANGLING: YamlWords = {
  problem: 'has an alias here ("*" and a name) that stands for nothing',
  right: 'the value in quotes',
};
export const TOO_MANY_ALIASES: YamlWords = {
  problem: `uses more than ${ALIASES_MAX} aliases`,
  right: 'plain YAML',
};

/** `*name` where no `&name` comes before it, or one too many of them; null where all is well. */
export function wrongAlias(
  document: Document,
): { readonly offset: number; readonly words: YamlWords } | null {
  let found: { readonly offset: number; readonly words: YamlWords } | null = null;
  let aliases = 0;
  visit(document, {
    Alias(_, node) {
      aliases += 1;
      const isTooMany = aliases > ALIASES_MAX;
      if (!isTooMany && node.resolve(document) !== undefined) return undefined;
      found = { offset: node.range?.[0] ?? 0, words: isTooMany ? TOO_MANY_ALIASES : DANGLING };
      return visit.BREAK;
    },
  });
  return found;
}

function isOpenQuote(message: string): boolean {
  return /^Missing closing ["']/.test(message);
}
