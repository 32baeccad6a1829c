import type { Report } from '../../core/reports/report.ts';

/** Receivers must take 480 octets and should take 2048 (RFC 5424, 6.1). */
export const MESSAGE_BYTES_MAX = 2048;
const DAEMON = 3;
const SEVERITY = { critical: 2, warning: 4, info: 6 } as const;
export const SEVERITY_NAME = { critical: 'crit', warning: 'warning', info: 'info' } as const;

/** One line for a person, in the order in which it matters. */
export function reportLine(report: Report): string {
  const parts = [`${report.state} ${report.cause}: ${report.title}`];
  if (report.rule !== null) parts.push(`rule: ${report.rule}`);
  if (report.advice !== null) parts.push(`advice: ${report.advice}`);
  // oxlint-disable-next-line no-control-regex -- they would end or garble the line
  return parts.join(' | ').replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
}

/** RFC 5424, without structured data. */
export function syslogMessage(
  report: Report,
  about: { readonly host: string; readonly pid: number; readonly at: Date },
): Buffer {
  const priority = DAEMON * 8 + SEVERITY[report.severity];
  const head = `<${priority}>1 ${about.at.toISOString()} ${about.host} vigil ${about.pid} report - `;
  return truncate(Buffer.from(head + reportLine(report)));
}

function truncate(bytes: Buffer): Buffer {
  if (bytes.length <= MESSAGE_BYTES_MAX) return bytes;
  let end = MESSAGE_BYTES_MAX;
  // Not in the middle of a character: 10xxxxxx continues one.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
