/** nova writes times without a zone, and its database keeps whole seconds. */
export function novaTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}.000000`;
}
