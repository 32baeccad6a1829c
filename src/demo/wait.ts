/** Something that did not come about, in words; the demonstration fails with it. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
