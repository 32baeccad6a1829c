/**
 * What is left out of a slot, a record or a heartbeat that has no room for all that its host would say, what matters least
 * first. One that does not fit is not written or sent at all, and its host falls silent.
 */
import { encodeJson } from '../lib/ascii.ts';
import { type HeartbeatBody, roomInDatagram } from './datagram.ts';
import { roomInPayload } from './payload.ts';
import type { HostName, IncidentRecord, SlotBody, View } from './records.ts';

type Shorten<Body> = (body: Body) => Body;

/** Who answered is heard by this host, and perhaps by no other; that somebody did not is told by one as well as by all. */
const unheardLeftOut: Shorten<View> = (view) => {
  const heard = view.neighbours.filter(({ answer }) => answer !== 'none');
  return { ...view, neighbours: heard.length > 0 ? heard : view.neighbours.slice(0, 1) };
};

const oneIsolationAddress: Shorten<View> = ({ isolation, ...view }) => ({
  ...view,
  isolation: [isolation.find(({ answered }) => answered) ?? isolation[0]].filter((one) => one !== undefined),
});

/** They are known by uuid; their names are for people. */
const volumeNamesAtMost =
  (most: number): Shorten<View> =>
  (view) => ({
    ...view,
    volumes: view.volumes.map((volume) => ({ ...volume, name: volume.name.slice(0, most) })),
  });

const neighboursAtMost =
  (most: number): Shorten<View> =>
  (view) => ({ ...view, neighbours: view.neighbours.slice(0, most) });

const ofView =
  <Body extends { readonly view: View }>(shorten: Shorten<View>): Shorten<Body> =>
  (body) => ({ ...body, view: shorten(body.view) });

const declaredAtMost =
  (by: number, why: number): Shorten<SlotBody> =>
  ({ maintenance, ...body }) => {
    const { declared } = maintenance;
    const shorter = declared && {
      ...declared,
      by: declared.by.slice(0, by),
      why: declared.why?.slice(0, why) ?? null,
    };
    return { ...body, maintenance: { ...maintenance, declared: shorter } };
  };

const OF_VIEW: readonly Shorten<View>[] = [
  unheardLeftOut,
  oneIsolationAddress,
  volumeNamesAtMost(12),
  neighboursAtMost(6),
  neighboursAtMost(4),
  neighboursAtMost(1),
  volumeNamesAtMost(1),
];

const FOR_SLOT: readonly Shorten<SlotBody>[] = [
  declaredAtMost(64, 40),
  declaredAtMost(16, 16),
  ...OF_VIEW.map(ofView<SlotBody>),
];
const FOR_HEARTBEAT: readonly Shorten<HeartbeatBody>[] = OF_VIEW.map(ofView<HeartbeatBody>);

function fit<Body>(full: Body, room: number, shorten: readonly Shorten<Body>[]): Body {
  let body = full;
  for (const step of shorten) {
    if (encodeJson(body).length <= room) return body;
    body = step(body);
  }
  return body;
}

/** Never without intents, or what it announces: others rest on that. */
export function fitSlot(body: SlotBody): SlotBody {
  return fit(body, roomInPayload(body.host), FOR_SLOT);
}

const confirmedByAtMost =
  (most: number): Shorten<IncidentRecord> =>
  (record) => ({ ...record, confirmedBy: record.confirmedBy?.slice(0, most) ?? null });

/** Never without whom it orders, or what is under way. */
export function fitRecord(writer: HostName, record: IncidentRecord): IncidentRecord {
  return fit(record, roomInPayload(writer), [confirmedByAtMost(64), confirmedByAtMost(16)]);
}

/** So many things seen always fit: heartbeats are many, and seldom say more. */
const ALWAYS_FIT = 4;

export function fitHeartbeat(host: HostName, body: HeartbeatBody): HeartbeatBody {
  const { neighbours, isolation, volumes } = body.view;
  if (neighbours.length + isolation.length + volumes.length <= ALWAYS_FIT) return body;
  return fit(body, roomInDatagram(host), FOR_HEARTBEAT);
}
