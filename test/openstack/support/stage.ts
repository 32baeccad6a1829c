/** Brings rig and Vigil up for whoever plays on it, and between two plays back to a clean state. */
import {
  hostNames,
  install,
  isPoweredOn,
  isRunning,
  Nova,
  powerOn,
  reset,
  start,
  stop,
  SwallowProxy,
} from '../rig/index.ts';
import type { Scene } from './case.ts';
import { Cluster } from './cluster.ts';
import { WebhookListener } from './webhook-listener.ts';

export interface Stage extends Scene {
  /** Stops what was started; a rig that ran before is left running, as is any with `keep`. */
  strike(keep: boolean): Promise<void>;
}

/** The rig with nothing of Vigil on it yet. */
export const raiseRig = async (say: (line: string) => void): Promise<Stage> => {
  await install(say);
  const ran = await isRunning();
  await start({ say });
  const webhook = new WebhookListener();
  const proxy = new SwallowProxy();
  const cluster = new Cluster();
  await webhook.start();
  await proxy.start();
  await reset();
  return {
    cluster,
    nova: new Nova(),
    proxy,
    webhook,
    say,
    strike: async (keep) => {
      await cluster.stop();
      webhook.stop();
      await proxy.stop();
      if (!keep && !ran) await stop();
    },
  };
};

export const raiseVigil = async ({ cluster }: Scene): Promise<void> => {
  await cluster.install();
  await cluster.configure();
  cluster.start();
  await cluster.waitSettled();
};

/** All hosts on, all agents up, no servers, nothing open. */
export const clean = async ({ cluster, proxy }: Scene): Promise<void> => {
  proxy.beforeForward(undefined);
  proxy.passAll();
  for (const host of hostNames) if (!(await isPoweredOn(host))) await powerOn(host);
  await reset();
  await cluster.restartMissing();
  await cluster.waitSettled();
};
