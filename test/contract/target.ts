/**
 * A cloud that the contract suite runs against: the embedded one, or a real nova. Whatever has no API for everybody
 * (killing a nova-compute, making a claim fail) is asked of the target; everything else the suite does through OpenStack.
 */
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';

export interface ContractTarget {
  readonly name: string;
  /** Administrator of the whole cloud. */
  readonly access: CloudAccess;
  /** At least three compute hosts of one cell and zone, all up and enabled, with room for a few small servers. */
  readonly hosts: readonly string[];
  /** Zone of the hosts, for pinning a server to a host as `zone:host`. */
  readonly zone: string;
  /** Body of `POST /servers` without the name, zone and hints: at least a flavor, and `networks` if needed. */
  readonly serverTemplate: Readonly<Record<string, unknown>>;
  /** A habit that is not shown fails the embedded cloud; of a real nova it is only told. */
  readonly habitsMustShow: boolean;
  /** By then whatever was begun has ended. */
  readonly settleMs: number;
  /** What has not happened by then is taken not to happen. */
  readonly quietMs: number;
  /** SIGKILL of the host's nova-compute and its guests. */
  killCompute(host: string): Promise<void>;
  /** A new nova-compute on the host, without guests; resolves when it has begun to start. */
  startCompute(host: string): Promise<void>;
  /** From now on, every claim on this host is refused. Null: the target cannot do that. */
  readonly failClaims: ((host: string, failing: boolean) => Promise<void>) | null;
  readonly failSpawns: ((host: string, failing: boolean) => Promise<void>) | null;
  /** The database of the cell with all hosts stops answering. */
  readonly stopCell: ((stopped: boolean) => Promise<void>) | null;
}
