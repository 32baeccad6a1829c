/** This very program as a command line, for the processes that the demonstration starts. */
const main = process.argv[1] ?? '';

export function vigil(...args: readonly string[]): readonly string[] {
  return [process.execPath, ...process.execArgv, main, ...args];
}

/** As a person would type it. */
export function vigilAsTyped(): string {
  return main.endsWith('.ts') ? `node ${process.execArgv.join(' ')} ${main}` : `node ${main}`;
}
