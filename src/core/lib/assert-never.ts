/** Closes a switch over a union: a member that is added later and not handled does not compile. */
export function assertNever(value: never): never {
  throw new Error(`not handled: ${JSON.stringify(value)}`);
}
