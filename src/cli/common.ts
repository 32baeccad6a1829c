import { type Command, Option } from 'commander';
import { agentSocket } from '../api/agent-socket.ts';
import { formatConfigError, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type AgentAnswer, type AgentCall, askAgent } from './agent-client.ts';
import { EXIT } from './exit-codes.ts';
import { complain } from './output.ts';

export const DEFAULT_CONFIG = '/etc/vigil/vigil.yaml';

export interface ConfigFlag {
  readonly config: string;
}

export interface AskFlags extends ConfigFlag {
  readonly socket?: string;
  readonly json?: boolean;
}

export function withConfig(command: Command): Command {
  return command.addOption(
    new Option('--config <file>', 'configuration of this host').default(DEFAULT_CONFIG).env('VIGIL_CONFIG'),
  );
}

/** For commands that ask the running agent. */
export function withAgent(command: Command): Command {
  return withConfig(command).option(
    '--socket <path>',
    "the agent's socket, instead of the one in the configuration",
  );
}

export function finish(code: number): void {
  process.exitCode = code;
}

/** Null: the errors were told and the exit code is set. */
export function configOf(flags: ConfigFlag): Config | null {
  const loaded = loadConfig(flags.config);
  if (loaded.ok) return loaded.config;
  for (const error of loaded.errors) complain(formatConfigError(error));
  finish(EXIT.usage);
  return null;
}

/** Null: why not was told and the exit code is set. */
export async function ask(
  flags: AskFlags,
  call: AgentCall,
): Promise<Extract<AgentAnswer, { readonly ok: true }> | null> {
  const socket = socketOf(flags);
  if (socket === null) return null;
  const answer = await askAgent(socket, call);
  if (answer.ok) return answer;
  complain(answer.words);
  finish(answer.reached ? EXIT.failed : EXIT.unreachable);
  return null;
}

/** Null: the errors were told and the exit code is set. */
export function socketOf(flags: AskFlags): string | null {
  if (flags.socket !== undefined) return flags.socket;
  const config = configOf(flags);
  return config === null ? null : agentSocket(config.runtime_directory);
}
