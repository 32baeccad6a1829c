/** INV-5: who could not read does not act. Whoever evacuates a VM has read its records, and the last reading was whole. */
import type { Check, Checker } from './check.ts';

export function watchActsUnread({ world, violate }: Check): Checker {
  /** By reader and VM: was the last reading of its records whole? */
  const readings = new Map<string, boolean>();
  world.events.listen((event) => {
    if (event.event === 'nova-answered' && event.call.call === 'list-migrations')
      readings.set(`${event.by} ${event.call.vm}`, event.ok);
    if (event.event !== 'nova-asked' || event.call.call !== 'evacuate') return;
    const { by, call } = event;
    const reading = readings.get(`${by} ${call.vm}`);
    const concerned = { hosts: [by], vm: call.vm };
    if (reading === undefined)
      violate(`${by} evacuates ${call.vm}, whose records it has not read`, concerned);
    else if (!reading) violate(`${by} evacuates ${call.vm}, whose records it could not read`, concerned);
  });
  return {};
}
