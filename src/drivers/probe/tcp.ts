import { connect } from 'node:net';
import { errno } from '../../config/errno.ts';

/** Failures of this host's own making: they say nothing about the other. */
export const OWN_FAILURES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EAGAIN',
]);
/** Only the other's kernel sends these. */
export const KERNEL_ANSWERS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** Does anything answer, be it by a refusal? Null: it could not be tried. */
export async function tcpAnswers(
  from: string,
  ip: string,
  port: number,
  deadlineMs: number,
): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port, localAddress: from });
    const settle = (answer: boolean | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(false), deadlineMs);
    socket.once('connect', () => settle(true));
    socket.once('error', (error) =>
      settle(OWN_FAILURES.has(errno(error)) ? null : KERNEL_ANSWERS.has(errno(error))),
    );
  });
}
