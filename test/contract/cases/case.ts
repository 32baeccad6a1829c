import type { Bench } from '../bench.ts';
import type { ContractTarget } from '../target.ts';

export interface ContractCase {
  readonly name: string;
  /** Can this target do what the case needs? Absent: any can. */
  readonly possible?: (target: ContractTarget) => boolean;
  run(bench: Bench): Promise<void>;
}
