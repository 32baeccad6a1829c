import { Command } from 'commander';
import { explainConfig, formatExplanation } from '../config/explain.ts';
import { nearest } from '../config/nearest.ts';
import { type ConfigFlag, configOf, finish, withConfig } from './common.ts';
import { EXIT, exitCodesHelp } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';

const EXIT_CODES = exitCodesHelp('ok', 'usage');

export function configCommands(): Command {
  const config = new Command('config').description('the configuration file of a host');
  config
    .command('explain')
    .description('every key with description, unit and default')
    .argument('[key]', 'only keys that begin so')
    .option('--json', 'print JSON')
    .addHelpText('after', `${EXIT_CODES}\n\nExamples:\n  vigil config explain recovery`)
    .action((key: string | undefined, flags: { readonly json?: boolean }) => {
      const all = explainConfig();
      const keys = all.filter((described) => described.key.startsWith(key ?? ''));
      if (key !== undefined && keys.length === 0) {
        const meant = meantBy(
          key,
          all.map((described) => described.key),
        );
        complain(
          `no key begins with "${key}"; ${meant === null ? 'without a key, all are told' : `did you mean ${meant}?`}`,
        );
        return finish(EXIT.usage);
      }
      if (flags.json === true) sayJson(keys);
      else say(formatExplanation(keys));
    });
  withConfig(config.command('test').description('read the file and tell every error in it'))
    .addHelpText('after', `${EXIT_CODES}\n\nExamples:\n  vigil config test --config vigil.yaml`)
    .action((flags: ConfigFlag) => {
      if (configOf(flags) !== null) say(`${flags.config}: ok`);
    });
  return config;
}

/** Sections can be meant as well, and whoever writes only the last part of a key means the whole. */
function meantBy(asked: string, keys: readonly string[]): string | null {
  const split = keys.map((key) => key.split('.'));
  const sections = split.flatMap((parts) => parts.map((_, index) => parts.slice(0, index + 1).join('.')));
  const names = [
    ...sections.map((section) => ({ name: section, whole: section })),
    ...split.map((parts) => ({ name: parts.at(-1) ?? '', whole: parts.join('.') })),
  ];
  const near = nearest(
    asked,
    names.map(({ name }) => name),
  );
  return names.find(({ name }) => name === near)?.whole ?? null;
}
