import { isMap, isNode, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair } from 'yaml';

export type KeyPath = readonly (string | number)[];

/** For example `volumes[0].name`; what stands in the brackets is made of the element's index. */
export function keyText(path: KeyPath, element: (index: number) => string): string {
  return path.reduce<string>((key, part) => {
    if (typeof part === 'number') return `${key}[${element(part)}]`;
    return key === '' ? part : `${key}.${part}`;
  }, '');
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where a key stands in the file: at the key itself where it exists, else at the nearest enclosing key, which is
 * where the missing one belongs.
 */
export function positionOf(document: Document, lines: LineCounter, path: KeyPath): Position {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const part of path) {
    const next = child(node, part);
    if (next === null) break;
    offset = next.offset ?? offset;
    node = next.value;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

export function exists(document: Document, path: KeyPath): boolean {
  let node: unknown = document.contents;
  for (const part of path) {
    const next = child(node, part);
    if (next === null) return false;
    node = next.value;
  }
  return true;
}

function child(node: unknown, part: string | number): { offset: number | null; value: unknown } | null {
  if (isMap(node)) {
    const pair = node.items.find((item: Pair) => isScalar(item.key) && item.key.value === part);
    return pair === undefined ? null : { offset: offsetOf(pair.key), value: pair.value };
  }
  if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
    return { offset: offsetOf(node.items[part]), value: node.items[part] };
  }
  return null;
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? ((node as Node).range?.[0] ?? null) : null;
}
