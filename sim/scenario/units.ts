/** Times and amounts as they stand in scenarios. Null: not one. */
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `4s`, `10m`, `2h`. */
export function durationMs(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return number === undefined ? null : Math.round(Number(number) * (UNITS_MS[unit] ?? 0));
}

export function durationText(ms: number): string {
  const unit = ['h', 'm', 's'].find((name) => ms > 0 && ms % (UNITS_MS[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNITS_MS[unit] ?? 1)}${unit}`;
}

/** Seconds with decimals. */
export function secondsMs(text: string): number | null {
  return /^\d+(?:\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000) : null;
}

export const secondsText = (ms: number): string => String(ms / 1_000);

export function wholeNumber(text: string): number | null {
  return /^-?\d{1,12}$/.test(text) ? Number(text) : null;
}
