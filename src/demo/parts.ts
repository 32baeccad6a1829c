/**
 * The parts of the demonstration that run in processes of their own and have no command: the cloud and the pretended
 * nova-computes. They are the demo command itself with a part named in the environment, so that one program suffices.
 */
import { z } from 'zod';
import { runCloudCommand } from '../cloud/run-cloud.ts';
import { startPretendCompute } from '../cloud/pretend-compute.ts';
import { LOOPBACK, REPORT_INTERVAL_S } from './layout.ts';

const PART = 'VIGIL_DEMO_PART';
/** How long a guest takes to boot. */
const BUILD_MS = 1_000;
export const GUEST_BEAT_MS = 200;

const partSchema = z.discriminatedUnion('part', [
  z.object({
    part: z.literal('cloud'),
    hosts: z.array(z.string()),
    servers: z.number(),
    cloudsFile: z.string(),
  }),
  z.object({ part: z.literal('compute'), host: z.string(), url: z.string(), guests: z.string() }),
]);

export type Part = z.infer<typeof partSchema>;

export function environmentFor(part: Part): Readonly<Record<string, string>> {
  return { [PART]: JSON.stringify(part) };
}

/** Runs the part that the environment names and gives its exit code; null where this is the demonstration itself. */
export async function runPart(): Promise<number | null> {
  const text = process.env[PART];
  if (text === undefined) return null;
  const part = partSchema.parse(JSON.parse(text));
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  if (part.part === 'cloud') {
    const ended = await runCloudCommand({
      listenAddress: LOOPBACK,
      port: 0,
      hosts: part.hosts.map((name) => ({ name })),
      servers: part.servers,
      cloudsFile: part.cloudsFile,
      cloud: { reportIntervalMs: REPORT_INTERVAL_S * 1_000 },
      signal: stopping.signal,
      print: (line) => void process.stdout.write(`${line}\n`),
    });
    if (!ended.ok) process.stderr.write(`${ended.words}\n`);
    return ended.ok ? 0 : 1;
  }
  const compute = startPretendCompute({
    url: part.url,
    host: part.host,
    buildMs: BUILD_MS,
    guestFolder: part.guests,
    guestBeatMs: GUEST_BEAT_MS,
    onEvent: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
  });
  stopping.signal.addEventListener('abort', () => compute.kill());
  return (await compute.ended) === 'killed' ? 0 : 1;
}
