import { findCloud } from '../../agent/open-cloud.ts';
import type { Config } from '../../config/schema.ts';
import { describeRight } from '../../drivers/nova/check-rights.ts';
import { createCloud } from '../../drivers/nova/cloud-driver.ts';
import { fine, type Finding, untried, wrong } from './finding.ts';

const TOKEN_MS = 15_000;
const RIGHTS_MS = 60_000;

/** Takes a token and tries each right that recovery needs; nothing is changed. */
export async function checkCloud(config: Config): Promise<readonly Finding[]> {
  if (!config.host.eligible) return [untried('credential', 'this host is not eligible and needs none')];
  const found = findCloud(config);
  if (!found.ok)
    return found.words.map((words) =>
      wrong('clouds.yaml', `${words} (openstack.clouds_file, openstack.cloud)`, null),
    );
  if (found.access === null) return [];
  const cloud = createCloud({ access: found.access });
  try {
    const { signal } = new AbortController();
    const token = await cloud.shortLivedToken(TOKEN_MS, signal);
    if (!token.ok) {
      const { service, code, detail } = token.failure;
      return [
        wrong(
          'token',
          `${service}: ${code}: ${detail}`,
          'look at auth_url and the credential in clouds.yaml',
        ),
      ];
    }
    const rights = await cloud.checkRights(RIGHTS_MS, signal);
    const missing = rights.missing.map((right) =>
      wrong('right', describeRight(right), 'give it the role that has this policy rule'),
    );
    const unknown = rights.untried.map(({ right, why }) => untried('right', `${right}: ${why}`));
    const { novaUrl, microversion } = token.value;
    const all = missing.length + unknown.length === 0 ? [fine('rights', 'all that recovery needs')] : [];
    return [
      fine('token', `nova at ${novaUrl}, microversion ${microversion}`),
      ...all,
      ...missing,
      ...unknown,
    ];
  } finally {
    await cloud.close();
  }
}
