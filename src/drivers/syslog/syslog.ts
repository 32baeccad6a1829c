import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Report } from '../../core/reports/report.ts';
import type { CountSink, ReportSink } from '../journal/report-sink.ts';
import { MESSAGE_BYTES_MAX, reportLine, SEVERITY_NAME, syslogMessage } from './format.ts';

export const MAX_QUEUED_REPORTS = 256;
export const LOGGER_DEADLINE_MS = 5_000;

export interface SyslogOptions {
  /** `local`, `udp:IP:PORT` or `off`, as configured. */
  readonly target: string;
  readonly host: string;
  readonly count: CountSink;
}

/** Null where syslog is off. */
export function createSyslog(options: SyslogOptions): ReportSink | null {
  if (options.target === 'off') return null;
  if (options.target === 'local') return localSyslog(options);
  return udpSyslog(options, udpTarget(options.target));
}

export interface UdpTarget {
  readonly ip: string;
  readonly port: number;
}

/** Of `udp:IP:PORT`, with brackets around an IPv6 address. */
export function udpTarget(target: string): UdpTarget {
  const colon = target.lastIndexOf(':');
  const ip = target.slice('udp:'.length, colon).replace(/^\[|\]$/g, '');
  return { ip, port: Number(target.slice(colon + 1)) };
}

function udpSyslog(options: SyslogOptions, { ip, port }: UdpTarget): ReportSink {
  const socket = createSocket(isIP(ip) === 6 ? 'udp6' : 'udp4');
  socket.unref();
  socket.on('error', () => options.count('failed'));
  let inFlight = 0;
  let isClosed = false;
  return {
    name: 'syslog',
    deliver(report) {
      if (isClosed || inFlight >= MAX_QUEUED_REPORTS) return options.count('dropped');
      inFlight += 1;
      const message = syslogMessage(report, { host: options.host, pid: process.pid, at: new Date() });
      socket.send(message, port, ip, (error) => {
        inFlight -= 1;
        options.count(error === null ? 'sent' : 'failed');
      });
    },
    close: async () =>
      new Promise((resolve) => {
        if (isClosed) return resolve();
        isClosed = true;
        // Sends that were begun are finished first.
        socket.close(() => resolve());
      }),
  };
}

/** Through the program `logger`, one at a time and in order; the text goes in on its standard input. */
function localSyslog(options: SyslogOptions): ReportSink {
  const queue: Report[] = [];
  let running: Promise<void> | null = null;
  const drain = async (): Promise<void> => {
    for (let report = queue.shift(); report !== undefined; report = queue.shift()) {
      options.count((await runLogger(report)) ? 'sent' : 'failed');
    }
  };
  return {
    name: 'syslog',
    deliver(report) {
      if (queue.length >= MAX_QUEUED_REPORTS) return options.count('dropped');
      queue.push(report);
      running ??= drain().finally(() => {
        running = null;
      });
    },
    async close(deadlineMs) {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, deadlineMs).unref();
      });
      await Promise.race([running ?? Promise.resolve(), late]);
      queue.length = 0;
    },
  };
}

export function loggerArguments(severity: Report['severity']): readonly string[] {
  const priority = `daemon.${SEVERITY_NAME[severity]}`;
  // Without systemd, logger by itself says nothing of a socket that is not there.
  return [
    '--tag',
    'vigil',
    '--priority',
    priority,
    '--size',
    String(MESSAGE_BYTES_MAX),
    '--socket-errors=on',
  ];
}

async function runLogger(report: Report): Promise<boolean> {
  return new Promise((resolve) => {
    const args = loggerArguments(report.severity);
    const child = execFile('logger', args, { timeout: LOGGER_DEADLINE_MS, killSignal: 'SIGKILL' }, (error) =>
      resolve(error === null),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${reportLine(report).slice(0, MESSAGE_BYTES_MAX)}\n`);
  });
}
