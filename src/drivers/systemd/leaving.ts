import { execFile } from 'node:child_process';
import type { Leaving } from '../../core/wire/records.ts';

/** The whole stop of an agent is to take less than two seconds. */
const ASK_MS = 400;
const RESTART_MS = 60_000;
const REBOOT_MS = 600_000;

/**
 * Why this agent is told to stop: systemd knows whether the whole machine goes down. Where nobody can say, it is taken
 * for a restart of the agent, which protects the host again soonest.
 */
export function whyLeaving(program = 'systemctl'): Promise<Leaving> {
  const restart: Leaving = { why: 'agent-restart', expiresMs: RESTART_MS };
  return new Promise((resolve) => {
    const options = { timeout: ASK_MS, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 } as const;
    execFile(program, ['list-jobs', '--no-legend', '--plain'], options, (error, jobs) => {
      if (error !== null) resolve(restart);
      else if (/\b(?:reboot|kexec)\.target\b/.test(jobs)) resolve({ why: 'reboot', expiresMs: REBOOT_MS });
      else if (/\b(?:poweroff|halt)\.target\b/.test(jobs)) resolve({ why: 'shutdown', expiresMs: null });
      else resolve(restart);
    });
  });
}
