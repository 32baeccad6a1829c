import type { Config } from '../../config/schema.ts';
import { udpTarget } from '../../drivers/syslog/syslog.ts';
import { tryLogger, tryUdp } from '../../drivers/syslog/try-syslog.ts';
import { tryConnection } from '../../drivers/webhook/try-connection.ts';
import { fine, type Finding, untried, wrong } from './finding.ts';

/** Tries the ways of reports and sends none: whoever receives one acts on it. */
export async function checkReports(config: Config): Promise<readonly Finding[]> {
  const { syslog, webhooks } = config.reports;
  return Promise.all([...(syslog === 'off' ? [] : [checkSyslog(syslog)]), ...webhooks.map(checkWebhook)]);
}

async function checkSyslog(target: string): Promise<Finding> {
  if (target === 'local') {
    const fault = await tryLogger();
    return fault === null
      ? fine('syslog', 'logger reaches it; no report was sent')
      : wrong('syslog', fault, 'start or install it, or set reports.syslog to udp:IP:PORT or off');
  }
  const fault = await tryUdp(udpTarget(target));
  if (fault === null)
    return untried('syslog', `${target} did not refuse; UDP does not tell whether reports arrive there`);
  const words = fault === 'ECONNREFUSED' ? 'nothing listens there' : 'cannot be reached from this host';
  return wrong('syslog', `${target}: ${words} (${fault})`, 'start the receiver, or correct reports.syslog');
}

/** Named by its key alone: the URL may hold a secret. */
async function checkWebhook(
  { url, deadline_ms: deadlineMs }: Config['reports']['webhooks'][number],
  index: number,
): Promise<Finding> {
  const what = `reports.webhooks[${index}]`;
  const tried = await tryConnection(url, deadlineMs);
  if (tried.ok)
    return fine(what, 'takes connections; no report was sent, so path and credential are untried');
  const { code } = tried;
  const correct = `correct ${what}.url`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return wrong(what, `no connection within ${deadlineMs} ms`, `start the receiver, or ${correct}`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return wrong(what, `the name of its host cannot be resolved here (${code})`, `mend DNS, or ${correct}`);
  if (isOfTls(code))
    return wrong(
      what,
      `TLS fails (${code})`,
      `correct its certificate, name its authority in NODE_EXTRA_CA_CERTS of agent and check, or ${correct}`,
    );
  return wrong(what, `cannot be reached (${code})`, `start the receiver, or ${correct}`);
}

/** Codes of the system are one word, but for that of a peer that speaks no TLS; those of certificates are several. */
function isOfTls(code: string): boolean {
  return code === 'EPROTO' || code.includes('_');
}
