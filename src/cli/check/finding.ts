/** One thing that was tried. `ok` null: it could not be tried here, which is no failure. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean | null;
  readonly detail: string;
  /** What to do; null where nothing is, or where `detail` says it. */
  readonly remedy: string | null;
}

export function fine(what: string, detail: string): Finding {
  return { what, ok: true, detail, remedy: null };
}

export function wrong(what: string, detail: string, remedy: string | null): Finding {
  return { what, ok: false, detail, remedy };
}

export function untried(what: string, detail: string): Finding {
  return { what, ok: null, detail, remedy: null };
}
