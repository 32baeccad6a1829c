import { Command } from 'commander';
import { explainConfig, formatExplanation } from '../config/explain.ts';
import { type ConfigFlag, configOf, withConfig } from './common.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { say, sayJson } from './output.ts';

export function configCommands(): Command {
  const config = new Command('config').description('the configuration file of a host');
  config
    .command('explain')
    .description('every key with description, unit and default')
    .argument('[key]', 'only keys that begin so')
    .option('--json', 'print JSON')
    .addHelpText('after', `${EXIT_CODES_HELP}\n\nExamples:\n  vigil config explain recovery`)
    .action((key: string | undefined, flags: { readonly json?: boolean }) => {
      const keys = explainConfig().filter((described) => described.key.startsWith(key ?? ''));
      if (flags.json === true) sayJson(keys);
      else say(formatExplanation(keys));
    });
  withConfig(config.command('test').description('read the file and tell every error in it'))
    .addHelpText('after', `${EXIT_CODES_HELP}\n\nExamples:\n  vigil config test --config vigil.yaml`)
    .action((flags: ConfigFlag) => {
      if (configOf(flags) !== null) say(`${flags.config}: ok`);
    });
  return config;
}
