import { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { type ConfigFlag, configOf, finish, withConfig } from '../common.ts';
import { EXIT, OWN_EXIT_CODES } from '../exit-codes.ts';
import { say, sayJson, styled, table } from '../output.ts';
import { visibleIn } from '../visible.ts';
import { checkCloud } from './check-cloud.ts';
import { checkFacts, checkFolder, checkPorts } from './check-host.ts';
import { checkKeys } from './check-keys.ts';
import { checkNetwork } from './check-network.ts';
import { checkReports } from './check-reports.ts';
import { lookAtVolume } from './check-volume-child.ts';
import { checkVolumes } from './check-volumes.ts';
import type { Finding } from './finding.ts';

interface CheckFlags extends ConfigFlag {
  readonly cloud: boolean;
  readonly json?: boolean;
}

export function addCheckCommand(program: Command): void {
  withConfig(
    program
      .command('check')
      .description('really try all that the configuration names; starts and changes nothing'),
  )
    .option('--no-cloud', 'leave out token and rights')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${OWN_EXIT_CODES}\n\nExamples:\n  vigil check\n  vigil check --json | jq '.[] | select(.ok == false)'`,
    )
    .action(async (flags: CheckFlags) => {
      const config = configOf(flags);
      if (config === null) return;
      const findings = await checkAll(config, flags.cloud);
      if (flags.json === true) sayJson(findings);
      else say(render(visibleIn(findings)));
      finish(findings.some(({ ok }) => ok === false) ? EXIT.failed : EXIT.ok);
    });

  program.addCommand(
    new Command('check-volume')
      .argument('<path>')
      .argument('<cluster>')
      .argument('<host>')
      .argument('<watch-ms>')
      .action(async (path: string, cluster: string, host: string, watchMs: string) =>
        say(JSON.stringify(await lookAtVolume(path, cluster, host, Number(watchMs)))),
      ),
    { hidden: true },
  );
}

export async function checkAll(config: Config, withCloud: boolean): Promise<readonly Finding[]> {
  const keys = checkKeys(config);
  const [volumes, ports, network, reports, cloud] = await Promise.all([
    checkVolumes(config),
    checkPorts(config),
    checkNetwork(config, keys.keys),
    checkReports(config),
    withCloud ? checkCloud(config) : [],
  ]);
  const folders = [
    checkFolder('runtime directory', config.runtime_directory),
    checkFolder('state directory', config.state_directory),
  ];
  return [
    checkFacts(config),
    ...folders,
    ...keys.findings,
    ...ports,
    ...volumes,
    ...network,
    ...reports,
    ...cloud,
  ];
}

function render(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, ok, detail, remedy }) => [
    ok === null ? '-' : ok ? 'ok' : 'FAILED',
    what,
    remedy === null ? detail : `${detail}; to do: ${remedy}`,
  ]);
  const failed = findings.filter(({ ok }) => ok === false).length;
  const end = failed === 0 ? styled('green', 'nothing failed') : styled('red', `${failed} failed`);
  return `${table(['', 'WHAT', 'FOUND'], rows)}\n\n${end}`;
}
