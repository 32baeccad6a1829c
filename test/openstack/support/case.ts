import type { Nova, SwallowProxy } from '../rig/index.ts';
import type { Cluster } from './cluster.ts';
import type { WebhookListener } from './webhook-listener.ts';

export interface Scene {
  readonly cluster: Cluster;
  readonly nova: Nova;
  /** Every agent reaches nova through it. */
  readonly proxy: SwallowProxy;
  readonly webhook: WebhookListener;
  readonly say: (line: string) => void;
}

/** One promise of the product, tried on a real nova. Throws when it is broken. */
export interface Case {
  readonly name: string;
  run(scene: Scene): Promise<void>;
}
