/** Builds an agent part by part in reading order, runs it until it is told to stop, and takes it down in reverse. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLocalServer } from '../api/local-server.ts';
import { createMetrics, type Metrics } from '../api/metrics.ts';
import { openMetricsServer } from '../api/metrics-server.ts';
import { openPeerServer } from '../api/peer-server.ts';
import { errno } from '../config/errno.ts';
import { readHostFacts } from '../config/host-facts.ts';
import type { Config } from '../config/schema.ts';
import { listenAddress, toSettings } from '../config/settings.ts';
import type { Report } from '../core/reports/report.ts';
import type { Settings } from '../core/settings.ts';
import { createCore } from '../core/step.ts';
import { openJournal, type Journal } from '../drivers/journal/journal.ts';
import { createCloud } from '../drivers/nova/cloud-driver.ts';
import { createPeerClient } from '../drivers/orders/peer-client.ts';
import { findPing } from '../drivers/probe/ping.ts';
import { createProber } from '../drivers/probe/probe.ts';
import { loadKeys, type HostKeys } from '../drivers/tls/load-keys.ts';
import { whyLeaving } from '../drivers/systemd/leaving.ts';
import { reportRefusals } from '../drivers/udp/refusals.ts';
import { openUdp } from '../drivers/udp/udp.ts';
import { refusalOf } from '../drivers/volume/refused-block.ts';
import { beatClient } from '../drivers/volume/beat-client.ts';
import { gaugeCore } from './gauges.ts';
import { keepHandedOverTokens } from './handed-over-tokens.ts';
import { keepersAmong } from './keepers.ts';
import { keyring } from './keyring.ts';
import { startLoop, type Loop, type Untimed } from './loop.ts';
import { monotonicMs } from './monotonic.ts';
import { findCloud, type CloudFound } from './open-cloud.ts';
import { createOpenRequests } from './open-requests.ts';
import { performEffect, type Drivers } from './perform.ts';
import { startedWords } from './started-words.ts';
import { reportSinks } from './report-sinks.ts';

const EXIT_OK = 0;
const EXIT_CANNOT_START = 1;
const JOURNAL_BYTES_PER_MIB = 1024 * 1024;
/** A clean stop must be over within two seconds: what is not answered by then is left, and the beats keep the slot. */
const ANNOUNCE_MS = 1_000;
const CLOSE_MS = 500;

interface Ground {
  readonly config: Config;
  readonly settings: Settings;
  readonly keys: HostKeys;
  readonly cloud: CloudFound & { readonly ok: true };
  readonly journal: Journal;
  readonly metrics: Metrics;
}

/** Runs until SIGTERM or SIGINT; the exit code of the process. */
export async function runAgent(config: Config, version: string): Promise<number> {
  const ground = await prepare(config);
  if (!ground.ok) {
    for (const line of ground.words) process.stderr.write(`vigil agent: ${line}\n`);
    return EXIT_CANNOT_START;
  }
  const stopping = new AbortController();
  const running = await build(ground.ground, stopping.signal);
  if (!running.ok) {
    process.stderr.write(`vigil agent: ${running.words}\n`);
    await ground.ground.journal.close(CLOSE_MS);
    return EXIT_CANNOT_START;
  }
  process.stderr.write(`vigil agent: ${startedWords(config, version)}\n`);
  await untilTold();
  await running.agent.stop();
  stopping.abort();
  await running.agent.close();
  await ground.ground.journal.close(CLOSE_MS);
  return EXIT_OK;
}

async function prepare(
  config: Config,
): Promise<
  { readonly ok: true; readonly ground: Ground } | { readonly ok: false; readonly words: readonly string[] }
> {
  const facts = readHostFacts(config);
  if (!facts.ok) return { ok: false, words: [facts.words] };
  const { cluster, host } = config;
  const loaded = loadKeys({
    directory: config.keys.directory,
    cluster: cluster.name,
    host: host.name,
    eligible: host.eligible,
  });
  if (!loaded.ok) return { ok: false, words: loaded.errors.map(({ file, words }) => `${file} ${words}`) };
  const cloud = findCloud(config);
  if (!cloud.ok) return { ok: false, words: cloud.words };
  try {
    mkdirSync(config.runtime_directory, { recursive: true, mode: 0o750 });
  } catch (error) {
    return {
      ok: false,
      words: [`${config.runtime_directory} (runtime_directory) cannot be made: ${errno(error)}`],
    };
  }
  const metrics = createMetrics();
  const journal = await openJournal({
    directory: join(config.state_directory, 'journal'),
    fileBytesMax: config.reports.journal_file_mib * JOURNAL_BYTES_PER_MIB,
    filesMax: config.reports.journal_files,
    count: (event) => metrics.report('journal', event),
  });
  if (!journal.ok) return { ok: false, words: [journal.words] };
  const settings = toSettings(config, {
    boot: facts.boot,
    agent: randomBytes(8).toString('hex'),
    seed: randomBytes(4).readUInt32LE(),
    startedUnixMs: Date.now(),
    hardwareUuid: facts.hardwareUuid,
  });
  return {
    ok: true,
    ground: { config, settings, keys: loaded.keys, cloud, journal: journal.journal, metrics },
  };
}

interface Agent {
  /** Announces the stop and gives the lease back, as far as that works in time. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

type Built = { readonly ok: true; readonly agent: Agent } | { readonly ok: false; readonly words: string };

async function build(ground: Ground, signal: AbortSignal): Promise<Built> {
  const { config, settings, keys, cloud, journal, metrics } = ground;
  const { cluster, host, agent } = settings;
  const ip = listenAddress(config);
  const closers: (() => Promise<unknown> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer();
  };
  const failed = async (words: string): Promise<Built> => {
    await close();
    return { ok: false, words };
  };

  const core = createCore(settings, monotonicMs());
  const peers = createPeerClient({
    cluster,
    tls: keys.tls,
    localAddress: ip,
    onLimit: () => metrics.limit('peer-calls'),
  });
  const sinks = reportSinks(config, journal, metrics, keepersAmong(core, peers, metrics));
  closers.push(() => Promise.all(sinks.map((sink) => sink.close(CLOSE_MS))));
  const report = (told: Report): void => {
    for (const sink of sinks) sink.deliver(told);
  };
  const refusals = reportRefusals({ onReport: report, onOverflow: () => metrics.limit('refusal-series') });
  closers.push(() => refusals.close());

  let loop: Loop | null = null;
  const feed = (input: Untimed): void => loop?.feed(input);
  const tokens = keepHandedOverTokens(cloud.tls, () => metrics.limit('handed-over-tokens'));
  closers.push(() => tokens.close());
  const requests = createOpenRequests(feed, tokens);

  const opened = await openUdp({
    ip,
    port: config.network.udp_port,
    cluster,
    clusterHash: settings.clusterHash,
    host,
    keys,
    onDatagram: (datagram, fromIp) => feed({ kind: 'datagram', datagram, fromIp }),
    onRefused: (refusal) => refusals.note(refusal),
    counters: metrics.udp,
  });
  if (!opened.ok) return failed(opened.words);
  closers.push(() => opened.udp.close());

  const prober = createProber({
    cluster,
    tls: keys.tls,
    localAddress: ip,
    pingProgram: findPing(),
    kernelAnswersProveLife: config.network.kernel_answers_prove_life,
    onLimit: () => metrics.limit('probes'),
  });
  const ownCloud =
    cloud.access === null
      ? null
      : createCloud({
          access: cloud.access,
          onRequest: (record) => journal.write('openstack', { ...record }),
        });
  if (ownCloud !== null) closers.push(() => ownCloud.close());

  const macFor = keyring(cluster, host, keys, () => metrics.limit('keyring'));
  const beats = new Map(
    config.volumes.map(({ name }) => [
      name,
      beatClient({
        volume: name,
        socketPath: join(config.runtime_directory, `${name}.sock`),
        host,
        agent,
        macFor,
        onEvent: (event) => feed({ kind: 'volume', event }),
        onRefused(refused) {
          metrics.volumeRefused(refused.reason.code);
          refusals.note(refusalOf(name, refused));
        },
      }),
    ]),
  );
  closers.push(() => beats.forEach((beat) => beat.close()));
  gaugeCore(metrics, core, beats);

  let stopped = (): void => {};
  const drivers: Drivers = {
    udp: opened.udp,
    beats,
    prober,
    peers,
    cloud: ownCloud,
    tokens,
    journal,
    sinks,
    signal,
    answer: (id, answer) => requests.answer(id, answer),
    onStopped: () => stopped(),
  };
  loop = startLoop(core, (effect) => performEffect(drivers, feed, effect));
  closers.push(() => loop?.close());

  const identity = { cluster, host, agent };
  const { handle } = requests;
  const onRefused = refusals.note.bind(refusals);
  const peerServer = await openPeerServer({
    ip,
    port: config.network.api_port,
    identity,
    tls: keys.tls,
    handle,
    counters: metrics.api,
    keep: (told, from) => journal.write('kept-report', { from, ...told }),
    onRefused,
    onLimit: () => metrics.limit('api-senders'),
  });
  if (!peerServer.ok) return failed(peerServer.words);
  closers.push(() => peerServer.server.close());
  const localServer = await openLocalServer({
    runtimeDirectory: config.runtime_directory,
    identity,
    handle,
    client: peers,
    tail: journal.tail,
    metrics,
    counters: metrics.api,
  });
  if (!localServer.ok) return failed(localServer.words);
  closers.push(() => localServer.server.close());
  if (config.metrics.port !== null) {
    const server = await openMetricsServer(config.metrics.address, config.metrics.port, metrics);
    if (!server.ok) return failed(server.words);
    closers.push(() => server.server.close());
  }
  journal.write('started', { ...identity, boot: settings.boot, eligible: settings.eligible });

  const stop = async (): Promise<void> => {
    const leaving = await whyLeaving();
    return new Promise((resolve) => {
      stopped = resolve;
      setTimeout(resolve, ANNOUNCE_MS).unref();
      feed({ kind: 'stop', leaving });
    });
  };
  return { ok: true, agent: { stop, close } };
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
