/**
 * Effects check themselves: everything that licenses an evacuation is read anew, after the intent was written and right
 * before nova is asked. What cannot be read licenses nothing.
 */
import type { Licence } from '../coordination/port.ts';
import type { RequestId } from '../input.ts';
import { all, type Task } from '../lib/task.ts';
import type { Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import { checkGround, mustBeSilent } from './check-ground.ts';
import { refused, type OrderOutcome, type RefusalCode, type RestartOrder } from './orders.ts';
import { highestId, isOpenEvacuation, isOpenLiveMigration, isOvertaken } from './rows.ts';

/** Of one look-up in nova by a slave. */
export const LOOK_UP_DEADLINE_MS = 10_000;

export interface Checked {
  /** Null: nothing stands against it. */
  readonly refusal: OrderOutcome | null;
  /** The VM's newest migration record; whatever comes of the order is newer. */
  readonly newestRow: number;
}

/** Everything that licenses the effect, read anew after the intent was written; what is slow first. */
export function* checkBeforeEffect(core: Core, id: RequestId, order: RestartOrder): Task<Checked> {
  const nova = yield* checkNova(core, id, order);
  if (nova.refusal !== null) return nova;
  const against = yield* checkGround(core, licenceOf(order), [
    { host: order.victim, since: order.lastSeen, boot: null, isConfirmed: false },
    ...order.mustBeSilent.map(mustBeSilent),
  ]);
  if (against === null) return nova;
  const term = 'term' in against ? against.term : undefined;
  return { ...nova, refusal: refused(against.code, against.detail, term) };
}

function licenceOf(order: RestartOrder): Licence {
  const { term, master, leaseSeen: stamp, validRenewals, incident, victim, mustBeSilent: others } = order;
  return { term, master, stamp, validRenewals, incident, victim, phases: ['evacuating'], others };
}

function* checkNova(core: Core, id: RequestId, order: RestartOrder): Task<Checked> {
  const no = (code: RefusalCode, detail: string): Checked => ({
    refusal: refused(code, detail),
    newestRow: 0,
  });
  let server: Checked | null = null;
  const [rows] = yield* all(
    [
      askCloud(core, { call: 'list-migrations', vm: order.vm }, id, LOOK_UP_DEADLINE_MS),
      (function* () {
        const found = yield* askCloud(core, { call: 'get-server', vm: order.vm }, id, LOOK_UP_DEADLINE_MS);
        if (!found.ok) server = no('nova-unreadable', found.failure.detail);
        else if (found.value.host !== order.victim)
          server = no('vm-not-on-victim', `nova places it on ${found.value.host}`);
        return null;
      })(),
    ],
    () => true,
  );
  if (rows === null || rows === undefined) return no('nova-unreadable', 'nova did not answer');
  if (!rows.ok) return no('nova-unreadable', rows.failure.detail);
  const present = rows.value.filter((row) => !isOvertaken(row, rows.value));
  const open = present.find((row) => isOpenEvacuation(row) && !order.deadRows.includes(row.id));
  if (open !== undefined) return no('evacuation-open', `evacuation ${open.id} of it is ${open.status}`);
  const live = present.find((row) => isOpenLiveMigration(row, order.victim));
  if (live !== undefined)
    return no('live-migration-open', `live migration ${live.id} of it is ${live.status}`);
  return server ?? { refusal: null, newestRow: highestId(rows.value) };
}
