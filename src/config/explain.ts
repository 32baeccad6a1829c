import { describeKeys, type KeyDescription } from './keys.ts';
import { configSchema } from './schema.ts';

export function explainConfig(): readonly KeyDescription[] {
  return describeKeys(configSchema);
}

export function formatExplanation(keys: readonly KeyDescription[]): string {
  return keys
    .map((described) => {
      const value = described.required ? 'required' : `default: ${described.default ?? 'none'}`;
      const unit = described.unit === null ? '' : ` ${described.unit}`;
      return `${described.key}\n    ${described.description}\n    ${value}${described.required ? '' : unit}; ${described.right}`;
    })
    .join('\n\n');
}
