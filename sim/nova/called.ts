/**
 * What nova calls a host whose agent has another name for it. Nova here goes by the agents' names; what it is asked, and what
 * it answers, goes by its own.
 */
import type { CloudAnswer, CloudCall } from '../../src/core/recovery/cloud.ts';
import type { HostSpec } from '../cluster.ts';

export class Called {
  private readonly shownAs = new Map<string, string>();
  private readonly meantBy = new Map<string, string>();

  add({ name, novaName }: HostSpec): void {
    if (novaName === null) return;
    this.shownAs.set(name, novaName);
    this.meantBy.set(novaName, name);
    // The agent's name means nothing to nova.
    this.meantBy.set(name, `nobody's ${name}`);
  }

  meant(call: CloudCall): CloudCall {
    if (this.meantBy.size === 0) return call;
    switch (call.call) {
      case 'list-servers':
      case 'list-host-migrations':
        return { ...call, host: this.meantBy.get(call.host) ?? call.host };
      case 'evacuate':
        return { ...call, target: this.meantBy.get(call.target) ?? call.target };
      case 'list-services':
      case 'force-down':
      case 'get-server':
      case 'list-migrations':
      case 'list-capacity':
      case 'list-groups':
      case 'guest-state':
      case 'hard-reboot':
        return call;
    }
  }

  shown(answer: CloudAnswer | null): CloudAnswer | null {
    if (this.shownAs.size === 0 || answer?.ok !== true) return answer;
    const as = (host: string): string => this.shownAs.get(host) ?? host;
    const hosted = <Item extends { readonly host: string }>(item: Item): Item => ({
      ...item,
      host: as(item.host),
    });
    switch (answer.call) {
      case 'list-services':
        return { ...answer, value: answer.value.map(hosted) };
      case 'force-down':
        return { ...answer, value: hosted(answer.value) };
      case 'list-servers':
        return { ...answer, value: answer.value.map(hosted) };
      case 'get-server':
        return { ...answer, value: hosted(answer.value) };
      case 'list-capacity':
        return { ...answer, value: answer.value.map(hosted) };
      case 'list-migrations':
      case 'list-host-migrations': {
        const nullable = (host: string | null): string | null => (host === null ? null : as(host));
        const value = answer.value.map((row) => ({
          ...row,
          source: nullable(row.source),
          target: nullable(row.target),
        }));
        return { ...answer, value };
      }
      case 'evacuate':
      case 'guest-state':
      case 'hard-reboot':
      case 'list-groups':
        return answer;
    }
  }
}
