/** JSON that Vigil itself wrote: a test that reads it wrongly fails by what it asserts. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it names what the reader takes the text for
export const readJson = <T>(text: string): T => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the writer is under test, its types are the schema
  return JSON.parse(text) as T;
};
