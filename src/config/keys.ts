import { z } from 'zod';

/** What every key of the configuration says about itself; `vigil config explain` and the errors are made of this. */
export interface KeyText {
  readonly description: string;
  /** Unit of the value, null for names and choices. */
  readonly unit: string | null;
  /** What a right value looks like, to complete the sentence "should be …". */
  readonly right: string;
  /** The default in words, where it is not one fixed value. */
  readonly defaultWords?: string;
  /** Never shown, not even in an error. */
  readonly secret?: boolean;
}

export interface KeyDescription extends KeyText {
  /** For example `network.udp_port` or `volumes[].name`. */
  readonly key: string;
  readonly required: boolean;
  /** The default as YAML would write it, or null where there is none. */
  readonly default: string | null;
}

/** Attaches its description to a key; must be the outermost call, since every other zod method makes a new schema. */
export function key<Schema extends z.ZodType>(schema: Schema, text: KeyText): Schema {
  return schema.meta({ ...text });
}

export function port(defaultPort: number, description: string): z.ZodDefault<z.ZodInt> {
  return key(z.int().min(1).max(65_535).default(defaultPort), {
    description,
    unit: null,
    right: 'a port from 1 to 65535',
  });
}

export function whole(
  range: { readonly min: number; readonly max: number; readonly default: number },
  unit: string | null,
  description: string,
): z.ZodDefault<z.ZodInt> {
  const of = unit === null ? '' : ` of ${unit}`;
  return key(z.int().min(range.min).max(range.max).default(range.default), {
    description,
    unit,
    right: `a whole number${of} from ${range.min} to ${range.max}`,
  });
}

export function yesNo(defaultValue: boolean, description: string): z.ZodDefault<z.ZodBoolean> {
  return key(z.boolean().default(defaultValue), { description, unit: null, right: 'true or false' });
}

export function path(description: string): z.ZodString {
  return z.string().regex(/^\/\S/).meta({ description, unit: null, right: 'an absolute path' });
}

/** Every key of a schema in its order, sections left out. */
export function describeKeys(schema: z.ZodType): readonly KeyDescription[] {
  const found: KeyDescription[] = [];
  walk(z.toJSONSchema(schema, { io: 'input' }), '', false, found);
  return found;
}

/** `key` left its text beside the standard words of the JSON schema. */
function walk(
  schema: z.core.JSONSchema._JSONSchema,
  name: string,
  required: boolean,
  found: KeyDescription[],
): void {
  if (typeof schema === 'boolean') return;
  if (typeof schema['right'] === 'string') {
    const defaultWords = typeof schema['defaultWords'] === 'string' ? schema['defaultWords'] : null;
    found.push({
      key: name,
      description: schema.description ?? '',
      unit: typeof schema['unit'] === 'string' ? schema['unit'] : null,
      right: schema['right'],
      secret: schema['secret'] === true,
      required,
      default: defaultWords ?? (schema.default === undefined ? null : JSON.stringify(schema.default)),
    });
  }
  for (const [child, value] of Object.entries(schema.properties ?? {})) {
    const isRequired = schema.required?.includes(child) ?? false;
    walk(value, name === '' ? child : `${name}.${child}`, isRequired, found);
  }
  const items = schema.items;
  if (typeof items === 'object' && !Array.isArray(items) && items.properties !== undefined) {
    walk(items, `${name}[]`, false, found);
  }
}
