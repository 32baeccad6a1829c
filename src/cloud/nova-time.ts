/** nova writes times without a zone, and its database keeps whole seconds. */
export function novaTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, '.000000');
}
