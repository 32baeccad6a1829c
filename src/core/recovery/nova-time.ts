/** A time stamp of nova (`2026-11-30T21:04:05.000000`, UTC) in milliseconds since 1970; null: it is none. */
export function novaTimeMs(text: string | null): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)/.exec(text ?? '');
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map(Number);
  const days = daysBefore(year, month) + day - 1 - daysBefore(1970, 1);
  return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000;
}

/** From the beginning of the calendar to the first of this month; the year begins with March here. */
function daysBefore(year: number, month: number): number {
  const of = month > 2 ? year : year - 1;
  const sinceMarch = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400);
  return of * 365 + leapDays + Math.floor((153 * sinceMarch + 2) / 5);
}
