/** Whether syslog would take reports, found out without a report. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { errno } from '../../config/errno.ts';
import { LOGGER_DEADLINE_MS, loggerArguments, type UdpTarget } from './syslog.ts';

/** A refusal comes from the receiver's kernel, so within a round trip. */
const REFUSAL_MS = 500;

/** In the words of the failure; null: nothing spoke against it. */
export async function tryLogger(): Promise<string | null> {
  return new Promise((resolve) => {
    const args = [...loggerArguments('info'), '--no-act'];
    const options = { timeout: LOGGER_DEADLINE_MS, killSignal: 'SIGKILL' } as const;
    const child = execFile('logger', args, options, (error, _, stderr) => {
      if (error === null) resolve(null);
      else if (error.code === 'ENOENT') resolve('the program logger is not installed');
      else if (error.killed === true) resolve(`logger did not end within ${LOGGER_DEADLINE_MS} ms`);
      else resolve(stderr.trim().split('\n')[0] || `logger ended with ${error.code ?? error.signal}`);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end();
  });
}

/** Sends an empty datagram, which receivers of syslog drop. Nothing answers over UDP; only a refusal can be heard. */
export async function tryUdp({ ip, port }: UdpTarget): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(ip) === 6 ? 'udp6' : 'udp4');
    const settle = (code: string | null): void => {
      clearTimeout(timer);
      socket.close();
      resolve(code);
    };
    const timer = setTimeout(() => settle(null), REFUSAL_MS);
    socket.once('error', (error) => settle(errno(error)));
    socket.once('connect', () => socket.send(Buffer.alloc(0)));
    socket.connect(port, ip);
  });
}
