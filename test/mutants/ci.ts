/** Ten defects that different things catch, each given only to the one that is to catch it. */
import type { CatcherName } from './catcher.ts';

export const CI: readonly { readonly name: string; readonly by: CatcherName }[] = [];
