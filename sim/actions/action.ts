/**
 * Everything that can be done to a simulated cluster, as data: scenarios are parsed into it, random runs draw it, and a
 * run made smaller is a shorter list of it. Written down and explained in docs/scenarios.md.
 */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { ServerSpec } from '../cluster.ts';
import type { Block } from '../volume.ts';
import type { Moment } from './moments.ts';

export type HostList = readonly string[];
export type Process = 'agent' | 'beats' | 'nova-compute';

export type HostAction =
  | { readonly do: 'power-off' | 'power-on' | 'freeze' | 'thaw'; readonly hosts: HostList }
  | { readonly do: 'reboot'; readonly host: string; readonly forMs: number }
  | { readonly do: 'restart'; readonly host: string; readonly forMs: number }
  | { readonly do: 'shut-down'; readonly host: string };

export type ProcessAction =
  | {
      readonly do: 'kill';
      readonly what: Process;
      readonly hosts: HostList;
      /** Of beats: what they were writing lands so much later; open: when it is told to; null: not at all. */
      readonly lateWriteMs: number | 'open' | null;
    }
  /** The oldest write that dead beats of each host have left open. */
  | { readonly do: 'late-write-lands'; readonly hosts: HostList }
  | { readonly do: 'start'; readonly what: Process; readonly hosts: HostList }
  | { readonly do: 'pause-agent'; readonly hosts: HostList }
  | { readonly do: 'resume-agent'; readonly hosts: HostList }
  /** What other agents ask of these. */
  | { readonly do: 'api'; readonly how: 'hangs' | 'answers'; readonly hosts: HostList }
  | { readonly do: 'stop-agent'; readonly host: string; readonly why: 'restart' | 'reboot' | 'shutdown' }
  /** A second machine with the name and the keys of each host. */
  | { readonly do: 'clone'; readonly how: 'starts' | 'ends'; readonly hosts: HostList }
  /** To a Vigil that writes a format which the others do not understand. */
  | { readonly do: 'upgrade'; readonly hosts: HostList }
  /** Agent and beats read it when they start. */
  | { readonly do: 'configure'; readonly hosts: HostList; readonly beatMs: number };

export type NetworkAction =
  | { readonly do: 'cut' | 'heal' | 'cut-nova' | 'heal-nova'; readonly hosts: HostList }
  /** Hosts that no side names are on the first. */
  | { readonly do: 'split'; readonly sides: readonly HostList[] }
  | { readonly do: 'heal-network' }
  | { readonly do: 'lose'; readonly from: string; readonly to: string; readonly bothWays: boolean }
  /** What they order arrives so much later. */
  | { readonly do: 'orders-late'; readonly hosts: HostList; readonly byMs: number }
  /** Somebody on the network keeps what the hosts send from now on, and sends it again for so long. */
  | { readonly do: 'overhear'; readonly hosts: HostList }
  | { readonly do: 'replay'; readonly hosts: HostList; readonly forMs: number }
  | {
      readonly do: 'datagrams';
      readonly lossPercent: number;
      readonly delayMsMax: number;
      readonly duplicatePercent: number;
    }
  | { readonly do: 'bus'; readonly up: boolean }
  | { readonly do: 'isolation-address'; readonly alive: boolean };

export type VolumeAction =
  | {
      readonly do: 'volume';
      readonly volume: string;
      readonly how: 'hangs' | 'fails' | 'tears' | 'stale' | 'heals';
      readonly hosts: HostList;
    }
  /** By `vigil volume init`, of this version or of a newer one. */
  | { readonly do: 'volume-made-anew'; readonly volume: string; readonly newer: boolean }
  /** The host loses power in its next write of this block. */
  | { readonly do: 'volume-torn'; readonly volume: string; readonly host: string; readonly block: Block }
  | { readonly do: 'volume-slow'; readonly volume: string; readonly hosts: HostList; readonly byMs: number };

export type NovaAction =
  | { readonly do: 'nova'; readonly how: 'down' | 'up' | 'hangs' | 'swallows' | 'errs' | 'answers' }
  | { readonly do: 'nova-late'; readonly byMs: number }
  /** Call null: each request. */
  | { readonly do: 'nova-slow'; readonly call: CloudCall['call'] | null; readonly byMs: number }
  /** On its way to nova, each for at most so long: until it is let go. */
  | { readonly do: 'nova-holds'; readonly call: CloudCall['call']; readonly forMs: number }
  | { readonly do: 'nova-lets-go'; readonly call: CloudCall['call'] }
  | { readonly do: 'nova-refuses'; readonly call: CloudCall['call'] }
  | {
      readonly do: 'nova-vm';
      readonly vm: string;
      readonly how: 'no-valid-host' | 'build-fails' | 'start-fails' | 'heals';
    }
  | { readonly do: 'scheduler'; readonly up: boolean }
  /** What nova-compute asks of it waits; nova-compute reports all the same. */
  | { readonly do: 'hypervisor'; readonly hangs: boolean; readonly hosts: HostList }
  | { readonly do: 'claims'; readonly fail: boolean; readonly hosts: HostList }
  | { readonly do: 'cell'; readonly up: boolean };

export type OperatorAction =
  | { readonly do: 'confirm-dead'; readonly host: string; readonly on: string; readonly by: string }
  /** `vigil volume free`, on each volume. */
  | { readonly do: 'free-slot'; readonly host: string; readonly force: boolean }
  | { readonly do: 'maintenance'; readonly host: string; readonly what: 'start' | 'start-recover' | 'end' }
  | { readonly do: 'evacuate-by-hand' | 'migrate'; readonly vm: string; readonly to: string }
  | {
      readonly do: 'force-down' | 'force-up' | 'disable' | 'enable' | 'delete-service';
      readonly host: string;
    }
  | { readonly do: 'stop-vm' | 'start-vm' | 'delete-vm' | 'reset-vm'; readonly vm: string }
  | { readonly do: 'guest-dies'; readonly vm: string }
  | { readonly do: 'set-metadata'; readonly vm: string; readonly key: string; readonly value: string }
  | { readonly do: 'create-vm'; readonly server: ServerSpec };

/** What is done so much after the next such moment of the host. */
export interface OnceAction {
  readonly do: 'once';
  readonly moment: Moment;
  readonly host: string;
  readonly afterMs: number;
  /** The moment need not come: the action is there for what must not happen. */
  readonly maybe?: true;
  readonly action: Action;
}

export type Action =
  | HostAction
  | ProcessAction
  | NetworkAction
  | VolumeAction
  | NovaAction
  | OperatorAction
  | OnceAction;

export interface TimedAction {
  readonly atMs: number;
  readonly action: Action;
}
