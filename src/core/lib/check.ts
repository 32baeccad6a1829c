/**
 * Small validators for data that came from outside. A failure is a value that names the place and what would be right.
 * Unknown keys are left out of the result: an older reader ignores what a newer writer adds.
 */

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly path: string; readonly expected: string };

export type Check<Value> = (value: unknown, path: string) => Checked<Value>;

type Shape<Value> = { readonly [Key in keyof Value]-?: Check<Value[Key]> };

function wrong(path: string, expected: string): Checked<never> {
  return { ok: false, path, expected };
}

/** Strings of UTF-16 units counted, `minLength` to `maxLength`, matching `pattern` if there is one. */
export function text(limits: {
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern?: RegExp;
  readonly expected: string;
}): Check<string> {
  return (value, path) =>
    typeof value === 'string' &&
    value.length >= limits.minLength &&
    value.length <= limits.maxLength &&
    (limits.pattern === undefined || limits.pattern.test(value))
      ? { ok: true, value }
      : wrong(path, limits.expected);
}

export function integer(min: number, max: number): Check<number> {
  return (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? // -0 would come back from JSON as 0.
        { ok: true, value: value === 0 ? 0 : value }
      : wrong(path, `a whole number from ${min} to ${max}`);
}

export const bool: Check<boolean> = (value, path) =>
  typeof value === 'boolean' ? { ok: true, value } : wrong(path, 'true or false');

export function oneOf<const Choice extends string | number>(...choices: readonly Choice[]): Check<Choice> {
  return (value, path) => {
    const found = choices.find((choice) => choice === value);
    return found === undefined ? wrong(path, `one of ${choices.join(', ')}`) : { ok: true, value: found };
  };
}

export function nullable<Value>(check: Check<Value>): Check<Value | null> {
  return (value, path) => {
    if (value === null) return { ok: true, value: null };
    const checked = check(value, path);
    return checked.ok ? checked : wrong(checked.path, `${checked.expected}, or null`);
  };
}

export function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (value, path) => (value === undefined ? { ok: true, value: undefined } : check(value, path));
}

export function list<Value>(check: Check<Value>, maxItems: number): Check<Value[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > maxItems) {
      return wrong(path, `a list of at most ${maxItems} items`);
    }
    const items: Value[] = [];
    for (const [index, item] of (value as unknown[]).entries()) {
      const checked = check(item, `${path}[${index}]`);
      if (!checked.ok) return checked;
      items.push(checked.value);
    }
    return { ok: true, value: items };
  };
}

/** An object with these keys; a key whose check gives undefined is left out. */
export function record<Value extends object>(shape: Shape<Value>): Check<Value> {
  const fields = Object.entries<Check<unknown>>(shape);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path, 'an object');
    const result: Record<string, unknown> = {};
    for (const [key, check] of fields) {
      const field: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
      const checked = check(field, path === '' ? key : `${path}.${key}`);
      if (!checked.ok) return checked;
      if (checked.value !== undefined) result[key] = checked.value;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key of the shape was just checked
    return { ok: true, value: result as Value };
  };
}

/** A union told apart by its `kind`. */
export function byKind<Value extends { readonly kind: string }>(
  variants: {
    readonly [Kind in Value['kind']]: Check<Extract<Value, { readonly kind: Kind }>>;
  },
): Check<Value> {
  const checks = new Map<unknown, Check<Value>>(Object.entries<Check<Value>>(variants));
  const expected = `one of ${[...checks.keys()].join(', ')}`;
  return (value, path) => {
    const kind: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'kind') : undefined;
    const check = checks.get(kind);
    return check === undefined ? wrong(path === '' ? 'kind' : `${path}.kind`, expected) : check(value, path);
  };
}
