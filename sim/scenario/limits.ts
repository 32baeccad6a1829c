/** How much a scenario or a random run may ask for: beyond it nobody would wait for its end. */

/** The smallest of them live in one cluster that is recovered by somebody: of one host nobody is left. */
export const RUN_HOSTS_MIN = 2;
export const HOSTS_MAX = 10_000;
/** Hosts times eligible hosts: each of these keeps what it knows of all, a kilobyte for each. */
export const KNOWN_HOSTS_MAX = 1_000_000;
/** Of `until` and of every duration: eleven days. */
export const SECONDS_MAX = 1_000_000;
export const MINUTES_MAX = Math.floor(SECONDS_MAX / 60);
/** Of cores, MiB and GiB. */
export const AMOUNT_MAX = 1_000_000_000;
/** A fifth faster or slower: no clock is so wrong, and agents of such speeds settle all the same. */
export const DRIFT_PPM_MAX = 200_000;
export const ORDERS_PER_TARGET_MAX = 1_000;
export const SEED_MAX = 999_999_999_999;
