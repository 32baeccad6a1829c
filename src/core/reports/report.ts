/**
 * A report to the administrator: one per cause, with its end. Journal, syslog and webhook carry the same.
 */
export interface Report {
  /** Same cause, same report: `host/h3/isolated`, `partition/h3+h4`, `incident/…`, `volume/…`. */
  readonly cause: string;
  readonly state: 'begin' | 'update' | 'end';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly host: string | null;
  /** One line for a person. */
  readonly title: string;
  /** Why: the rule that gave it, and what it rests on. */
  readonly rule: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** What the operator can do, or null when nothing is needed. */
  readonly advice: string | null;
}
