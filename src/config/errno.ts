/** The errno (`ENOENT`) or other code of a failure, for words to an operator. */
export function errno(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
