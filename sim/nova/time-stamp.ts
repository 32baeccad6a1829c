/** Time stamps as nova writes them, of its own clock and without a zone: no clock is read for them. */

/** Of nova at world time 0. */
const EPOCH_DAY = 19_675;
const DAY_MS = 86_400_000;

export function timeStamp(ms: number): string {
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1_000].map((unit) =>
    Math.floor((ms % DAY_MS) / unit),
  );
  const time = [hours, (minutes ?? 0) % 60, (seconds ?? 0) % 60].map(twoDigits).join(':');
  return `${dateOf(EPOCH_DAY + Math.floor(ms / DAY_MS))}T${time}.${String(ms % 1_000).padStart(3, '0')}000`;
}

/** Of a day since 1970, by eras of 400 years that begin with March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function dateOf(day: number): string {
  const sinceMarch0 = day + 719_468;
  const era = Math.floor(sinceMarch0 / 146_097);
  const ofEra = sinceMarch0 - era * 146_097;
  const leaps = Math.floor(ofEra / 1_460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const year = Math.floor((ofEra - leaps) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const dayOfMonth = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const isOfNext = month >= 10;
  return [
    year + era * 400 + (isOfNext ? 1 : 0),
    twoDigits(isOfNext ? month - 9 : month + 3),
    twoDigits(dayOfMonth),
  ].join('-');
}

const twoDigits = (value: number | undefined): string => String(value ?? 0).padStart(2, '0');
