/** What a reader makes of foreign data is plain and within limits, whatever its own checks believe. */
import assert from 'node:assert/strict';

export interface Limits {
  readonly textLength: number;
  readonly listItems: number;
}

export function expectPlain(value: unknown, limits: Limits, path = 'value'): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    assert.ok(value.length <= limits.textLength, `${path}: text of ${value.length}`);
  } else if (typeof value === 'number') {
    assert.ok(Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0), `${path}: ${value}`);
  } else if (Array.isArray(value)) {
    assert.ok(value.length <= limits.listItems, `${path}: ${value.length} items`);
    for (const [index, item] of value.entries()) expectPlain(item, limits, `${path}[${index}]`);
  } else {
    assert.ok(typeof value === 'object', `${path}: ${typeof value}`);
    assert.equal(Object.getPrototypeOf(value), Object.prototype, path);
    for (const [key, item] of Object.entries(value)) {
      // Every field has a name of the format; what a stranger adds is left out.
      assert.match(key, /^[a-zA-Z]+$/, path);
      expectPlain(item, limits, `${path}.${key}`);
    }
  }
}
