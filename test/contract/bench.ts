/** What each case works with: the driver under test, raw nova, and a way to leave the cloud as it was found. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type {
  CloudAnswer,
  CloudCall,
  CloudResults,
  ComputeService,
  Migration,
  Server,
} from '../../src/core/recovery/cloud.ts';
import { type Cloud, createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { type RawNova, rawNova } from './raw-nova.ts';
import type { ContractTarget } from './target.ts';
import { waitFor } from './wait.ts';

const DEADLINE_MS = 20_000;

const createdServer = z.object({ server: z.object({ id: z.string() }) });
const createdGroup = z.object({ server_group: z.object({ id: z.string() }) });

export interface Habit {
  readonly name: string;
  readonly shown: boolean;
}

const CREATE_ATTEMPTS = 3;

export class Bench {
  readonly target: ContractTarget;
  readonly cloud: Cloud;
  readonly raw: RawNova;
  readonly habits: Habit[] = [];
  readonly #vms: string[] = [];
  readonly #dead = new Set<string>();

  constructor(target: ContractTarget) {
    this.target = target;
    this.cloud = createCloud({ access: target.access });
    this.raw = rawNova(target.access);
  }

  /** Source, target and another one. */
  get hosts(): { readonly source: string; readonly dest: string; readonly other: string } {
    const [source, dest, other] = this.target.hosts;
    assert.ok(source !== undefined && dest !== undefined && other !== undefined, 'three hosts are needed');
    return { source, dest, other };
  }

  perform(call: CloudCall): Promise<CloudAnswer> {
    return this.cloud.perform(call, DEADLINE_MS, new AbortController().signal);
  }

  /** The value of a call that has to succeed. */
  async ask<K extends CloudCall['call']>(call: Extract<CloudCall, { call: K }>): Promise<CloudResults[K]> {
    const answer = await this.perform(call);
    assert.ok(answer.ok, `${call.call}: ${JSON.stringify(answer)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer's value belongs to its own call
    return answer.value as CloudResults[K];
  }

  server(vm: string): Promise<Server> {
    return this.ask<'get-server'>({ call: 'get-server', vm });
  }

  migrations(vm: string): Promise<readonly Migration[]> {
    return this.ask<'list-migrations'>({ call: 'list-migrations', vm });
  }

  async service(host: string): Promise<ComputeService> {
    const services = await this.ask<'list-services'>({ call: 'list-services' });
    const found = services.find((service) => service.host === host);
    assert.ok(found !== undefined, `no service of ${host}`);
    return found;
  }

  async forceDown(host: string, forcedDown: boolean): Promise<ComputeService> {
    const { id } = await this.service(host);
    return this.ask<'force-down'>({ call: 'force-down', serviceId: id, forcedDown });
  }

  async setStatus(host: string, status: 'enabled' | 'disabled'): Promise<void> {
    const { id } = await this.service(host);
    const answer = await this.raw.request('PUT', `/os-services/${id}`, { status });
    assert.equal(answer.status, 200, answer.text);
  }

  /**
   * An ACTIVE server on the host, not pinned by anything but having been put there. A nova-compute that was started a
   * moment ago may have missed that its service was enabled again (nova/compute/manager.py `set_host_enabled` finds no
   * provider yet), and placement then keeps it out: told once more, and made anew.
   */
  async createServer(host: string, group: string | null = null): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const vm = await this.#askForServer(host, group);
      const built = await waitFor(`${vm} is ACTIVE or in ERROR`, this.target.settleMs, async () => {
        const seen = await this.server(vm);
        return (seen.status === 'ACTIVE' || seen.status === 'ERROR') && seen;
      });
      if (built.status === 'ACTIVE') {
        assert.equal(built.host, host);
        return vm;
      }
      assert.ok(attempt < CREATE_ATTEMPTS, `${vm} could not be built on ${host}`);
      await this.raw.request('DELETE', `/servers/${vm}`);
      await this.setStatus(host, 'disabled');
      await this.setStatus(host, 'enabled');
    }
  }

  async #askForServer(host: string, group: string | null): Promise<string> {
    const name = `contract-${this.#vms.length + 1}`;
    const zone = `${this.target.zone}:${host}`;
    const server = { ...this.target.serverTemplate, name, availability_zone: zone };
    const hints = group === null ? {} : { 'os:scheduler_hints': { group } };
    const answer = await this.raw.request('POST', '/servers', { server, ...hints });
    assert.equal(answer.status, 202, answer.text);
    const vm = createdServer.parse(answer.json).server.id;
    this.#vms.push(vm);
    return vm;
  }

  async createGroup(policy: string): Promise<string> {
    const body = { server_group: { name: `contract-${policy}`, policy } };
    const answer = await this.raw.request('POST', '/os-server-groups', body);
    assert.equal(answer.status, 200, answer.text);
    return createdGroup.parse(answer.json).server_group.id;
  }

  act(vm: string, action: unknown, microversion?: string): ReturnType<RawNova['request']> {
    return this.raw.request('POST', `/servers/${vm}/action`, action, microversion);
  }

  async kill(host: string): Promise<void> {
    this.#dead.add(host);
    await this.target.killCompute(host);
  }

  async start(host: string): Promise<void> {
    this.#dead.delete(host);
    await this.target.startCompute(host);
  }

  /** The host is dead and nova has been told. */
  async lose(host: string): Promise<void> {
    await this.kill(host);
    await this.forceDown(host, true);
  }

  /** The VM's newest record once it is in one of these states. */
  async rowReaches(vm: string, ...states: readonly string[]): Promise<Migration> {
    return waitFor(`a migration of ${vm} is ${states.join(' or ')}`, this.target.settleMs, async () => {
      const row = (await this.migrations(vm))[0];
      return row !== undefined && states.includes(row.status) && row;
    });
  }

  habit(name: string, shown: boolean): void {
    this.habits.push({ name, shown });
  }

  /** Leaves the cloud as it was: no servers of ours, every nova-compute up, enabled and not forced down. */
  async heal(): Promise<void> {
    for (const vm of this.#vms.splice(0)) await this.raw.request('DELETE', `/servers/${vm}`);
    for (const host of this.#dead) await this.start(host);
    for (const host of this.target.hosts) {
      await waitFor(`${host} is up again`, this.target.settleMs, async () => {
        const service = await this.service(host);
        if (service.status === 'disabled') await this.setStatus(host, 'enabled');
        if (!service.forcedDown) return service.state === 'up';
        const call = { call: 'force-down', serviceId: service.id, forcedDown: false } as const;
        await this.perform(call);
        return false;
      });
    }
  }

  async close(): Promise<void> {
    await this.cloud.close();
    await this.raw.close();
  }
}
